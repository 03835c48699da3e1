"""Topic 10: what a service costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.formulas import time_units
from claims.simulation.scenarios import ClaimWords, LineWords, Rate
from plans.facts import AnaesthesiaTerm
from plans.networks.published_terms import shipped_terms
from tests.claims.adjudication.engine.oracles import (
    DAY,
    Case,
    D,
    Run,
    a_claim,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    decide,
    needs_oracles,
    run_case,
)
from tpa.foundation.values.money import cents

pytestmark = needs_oracles

MUCH = D(10_000_000)
Terms = dict[str, Any]


def medicare(on: date) -> Terms:
    """The terms of Medicare's own schedule that are shipped, for a day."""
    (terms,) = [
        one.document for one in shipped_terms() if one.starts_on <= on and (one.ends_on is None or on < one.ends_on)
    ]
    return terms


def priced(line: LineWords, terms: Terms | None = None, **claim: Any) -> ClaimDecision:
    """One line, decided under a contract's terms."""
    (decision,) = decide(a_plan(), a_claim(line, **claim), contracts={"contract": terms or {}})
    return decision


def a_service(rate: Rate, billed: Any = MUCH, **more: Any) -> LineWords:
    return LineWords(code="27447", billed=D(billed), rate=rate, **more)


def allowed(decision: ClaimDecision) -> Decimal:
    assert decision.outcome == "approved", decision.questions
    return decision.figures.allowed_amount


def said(decision: ClaimDecision, name: str) -> Decimal:
    """What a step of the trace stood on."""
    return next(D(value) for step in decision.lines[0].trace for key, value in step.inputs if key == name)


def relative_values(case: Case) -> None:
    """Adjusted units and payment, with indices where the case has some, for each conversion factor."""
    given, expected = case["inputs"], case["expected"]
    if "rvus" in given:
        pairs = [(value, None) for value in given["rvus"]]
    else:
        pairs = [given["work"], given["pe_nonfac"], given["mp"]]
    names = ("work", "practice", "malpractice")
    values = {name: value for name, (value, _index) in zip(names, pairs, strict=True)}
    place = {name: index for name, (_value, index) in zip(names, pairs, strict=True) if index}
    factors = given["cf"] if isinstance(given["cf"], list) else [given["cf"]]
    payments = expected["payment"] if isinstance(expected["payment"], list) else [expected["payment"]]
    for factor, payment in zip(factors, payments, strict=True):
        terms = {"relative_values": {"conversion_amount": factor}}
        decision = priced(a_service(Rate(method="relative_value", values=values, place=place)), terms)
        assert allowed(decision) == D(payment)
        assert said(decision, "relative_units") == D(expected.get("adjusted_rvu", expected.get("total_rvu")))


def factor_of_2026(case: Case) -> None:
    """The conversion factor of the year that is shipped gives the payment, and is the one that the payment implies."""
    given, expected = case["inputs"], case["expected"]
    terms = {"relative_values": medicare(date(2026, 5, 1))["relative_values"]}
    values = {"work": given["total_rvu"], "practice": 0, "malpractice": 0}
    decision = priced(a_service(Rate(method="relative_value", values=values)), terms)
    assert allowed(decision) == D(given["payment"])
    assert cents(terms["relative_values"]["conversion_amount"]) == D(expected["implied_cf"])


def ranked(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    indicator = {"multiple": str(given["mpi"])}
    lines = [
        LineWords(code=code, billed=D(9_000), rate=Rate(method="fee", amount=D(fee), values=indicator))
        for code, fee in given["lines"]
    ]
    terms = {"multiple_procedures": medicare(DAY)["multiple_procedures"]}
    (decision,) = decide(a_plan(), a_claim(*lines), contracts={"contract": terms})
    found = {words.code: line.figures.allowed_amount for words, line in zip(lines, decision.lines, strict=True)}
    assert found == expected["payment"]
    assert allowed(decision) == expected["total"]


def reduced_and_capped(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    terms = {"modifiers": [{"modifiers": ["51"], "percent": 100 * given["pct"]}]}
    line = a_service(Rate(method="fee", amount=D(given["fee"])), given["charge"], modifiers=("51",))
    assert allowed(priced(line, terms)) == expected["payment"]


def by_modifier(fee: Any, modifier: str, **indicator: str) -> Decimal:
    rate = Rate(method="fee", amount=D(fee), values=indicator)
    return allowed(
        priced(a_service(rate, modifiers=(modifier,)), {"modifiers": medicare(date(2026, 3, 4))["modifiers"]})
    )


def co_surgeon(case: Case) -> None:
    assert by_modifier(case["inputs"]["max_allowable"], "62", co_surgeon="2") == case["expected"]["each"]


def assistant(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    assert by_modifier(given["fee"], given["modifier"], assistant="2") == expected["payment"]
    assert by_modifier(given["fee"], "AS", assistant="2") == expected["np_pa_AS_85pct"]


def bilateral(case: Case) -> None:
    given = case["inputs"]
    found = by_modifier(given["fee"], given["modifier"], bilateral=str(given["indicator"]))
    assert found == case["expected"]["payment"]


def anaesthesia_units(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    for parts, kind in (("tenth", "medicare"), ("up", "whole")):
        terms = {"minutes_per_unit": given["unit_minutes"], "parts": parts, "conversion_amount": 1}
        line = LineWords(
            code="01402",
            billed=MUCH,
            minutes=D(given["minutes"]),
            rate=Rate(method="anaesthesia", values={"base_units": given["base"]}),
        )
        decision = priced(line, {"anaesthesia": terms})
        assert said(decision, "time_units") == D(expected[f"time_units_{kind}"])
        assert allowed(decision) == D(expected[f"units_{kind}"])


def anaesthesia_payment(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    terms = {
        "minutes_per_unit": 15,
        "conversion_amount": given["cf"],
        "status_units": {"P2": given["physical_status_units"]},
    }
    line = LineWords(
        code="00840",
        billed=MUCH,
        minutes=D(given["minutes"]),
        modifiers=("P2",),
        rate=Rate(method="anaesthesia", values={"base_units": given["base"]}),
    )
    decision = priced(line, {"anaesthesia": terms})
    assert allowed(decision) == D(expected["payment"])
    assert said(decision, "base_units") + said(decision, "time_units") + said(decision, "status_units") == D(
        expected["units"]
    )


def tenths_of_units(case: Case) -> None:
    term = AnaesthesiaTerm(minutes_per_unit=D(15))
    assert time_units(D(case["inputs"]["minutes"]), term) == D(case["expected"]["time_units"])


def medical_direction(case: Case) -> None:
    given = case["inputs"]
    found = [by_modifier(given["allowed"], modifier) for modifier in given["modifiers"]]
    assert found == [D(payment) for payment in case["expected"]["payment"]]


def a_stay(*lines: LineWords, days: int = 5, **more: Any) -> ClaimWords:
    words: dict[str, Any] = {"kind": "I", "bill_type": "11", "admitted": DAY, "through": DAY + timedelta(days=days)}
    return a_claim(*lines, **words | more)


def stay(rate: Rate, terms: Terms, charges: Any = MUCH, **more: Any) -> ClaimDecision:
    days = more.pop("days", 5)
    line = LineWords(revenue="120", billed=D(charges), units=D(days), rate=rate)
    (decision,) = decide(a_plan(), a_stay(line, days=days, **more), contracts={"contract": terms})
    return decision


def drg_base(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    terms = {
        "drg": {
            "base_amount": given["operating_base"],
            "labor_percent": D(given["labor_share"]) * 100,
            "wage_index": given["wage_index"],
        }
    }
    decision = stay(Rate(method="drg_weight", kind="drg", values={"weight": given["weight"]}), terms)
    assert said(decision, "adjusted_base_amount") == D(expected["wage_adjusted_base"])
    assert allowed(decision) == D(expected["payment"])


def drg_outlier(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    outlier = {"on": "cost", "threshold_amount": given["fixed_loss"], "cost_to_charge_rate": given["ccr"]}
    terms = {"outliers": [outlier | {"percent": 90, "drgs": ["927-935"]}, outlier | {"percent": 80}]}
    for is_burn, added in zip(given["burn"], expected["outlier"], strict=True):
        rate = Rate(method="case_rate", amount=D(given["drg_payment"]), kind="drg")
        decision = stay(rate, terms, given["charges"], drg="928" if is_burn else "470")
        (step,) = [step for step in decision.lines[0].trace if step.rule == "price.outlier"]
        assert step.amount == D(added)
        assert dict(step.inputs)["cost"] == expected["cost"] + "00"
        assert D(dict(step.inputs)["threshold"]) == D(expected["threshold"])
        assert allowed(decision) == D(given["drg_payment"]) + D(added)


def per_diem(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    outlier = {
        "on": "charge",
        "threshold_amount": given["stop_loss_charge_threshold"],
        "percent": D(given["stop_loss_pct"]) * 100,
        "covers": "all",
    }
    for charges, payment in zip(given["charges"], expected["payment"], strict=True):
        rate = Rate(method="per_diem", amount=D(given["per_diem"]), kind="revenue")
        decision = stay(rate, {"outliers": [outlier]}, charges, days=given["days"])
        assert allowed(decision) == D(payment)


def lesser_of(case: Case) -> None:
    given = case["inputs"]
    rate = Rate(method="fee", amount=D(given["contract"]))
    assert allowed(priced(a_service(rate, given["billed"]))) == D(case["expected"]["allowed"])


RUN: dict[str, Run] = {
    "PFS-99213-FL-2010": relative_values,
    "PFS-99213-PAYER": relative_values,
    "PFS-28470-2026": factor_of_2026,
    "MPPR-CMS-RANK": ranked,
    "MPPR-LOWER-OF": reduced_and_capped,
    "COSURGEON-62.5": co_surgeon,
    "ASSIST-16-MEDICARE": assistant,
    "BILATERAL-150": bilateral,
    "ANES-TKA-15.6": anaesthesia_units,
    "ANES-AL-119": anaesthesia_payment,
    "ANES-TENTHS-117": tenths_of_units,
    "ANES-MODIFIERS": medical_direction,
    "DRG-BASE": drg_base,
    "DRG-OUTLIER": drg_outlier,
    "PER-DIEM": per_diem,
    "LESSER-OF": lesser_of,
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("10")[name], RUN[name])


def test_every_case_is_run() -> None:
    assert_all_are_run_or_say_why_not("10", RUN, {})

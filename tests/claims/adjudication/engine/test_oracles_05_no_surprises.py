"""Topic 05: the No Surprises Act: qualifying amounts, what member and plan pay, and the clocks of a dispute."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from claims.adjudication.engine.decision import ClaimDecision
from claims.disputes import amounts, clocks
from claims.simulation.scenarios import LineWords, Rate, Used
from plans.networks.qualifying_amounts import ContractedRate, indexed, median_rate, rates_that_count, rounded
from tests.claims.adjudication.engine.oracles import (
    DAY,
    Case,
    D,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    decide,
    figures_of,
    law_on,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def number(name: str, on: date) -> Decimal:
    """A legal parameter that is shipped."""
    return law_on(on)[name].value


LEAST = int(number("nsa.qpa_least_contracts", DAY))


def the_law(on: date) -> clocks.DisputeLaw:
    return clocks.law_on(on, lambda name, on: number(name, on))


def rates(amounts: list[Any], **more: Any) -> list[ContractedRate]:
    return [ContractedRate(D(amount), **more) for amount in amounts]


def protected_line(qualifying: Decimal, **more: Any) -> LineWords:
    return a_line(1, 10_000, qualifying=qualifying, facility_network="net", **more)


def protected_claim(qualifying: Decimal, coinsurance: Any) -> ClaimDecision:
    (decision,) = decide(a_plan(pays=[{"coinsurance": coinsurance}]), a_claim(protected_line(qualifying), network=""))
    return decision


def median(case: Case) -> None:
    """The median, and that a plan which pays a per cent of it pays that."""
    given, expected = case["inputs"], case["expected"]
    found = median_rate(rates_that_count(rates(given["rates"])), least_count=LEAST)
    assert found == expected["median"]
    decision = protected_claim(found, 100 - 100 * D(str(given["plan_pct"])))
    assert decision.figures.plan_paid_amount == expected["plan_amount"]


def before_the_act(case: Case) -> None:
    """Without the Act's protection an out-of-network deductible holds in an emergency too, and is credited."""
    given, expected = case["inputs"], case["expected"]
    document = a_plan(
        deductibles=[
            {"name": "in", "tiers": ["in"], "individual": given["in_net_ded"], "section": "1"},
            {"name": "out", "tiers": ["out"], "individual": given["oon_ded"], "section": "1"},
        ],
        pays=["deductible"],
    )
    del document["no_surprises"]
    before = (Used(bucket="deductible:out", amount=D(given["incurred"])),)
    line = a_line(1, given["emergency_amount"], emergency=True)
    (decision,) = decide(document, a_claim(line, network=""), before=before)
    assert decision.figures.plan_paid_amount == expected["plan_pays"]
    used = {one.bucket: one.amount for one in decision.consumptions}
    assert (used.get("deductible:out") == given["emergency_amount"]) is expected["credited_to_deductible"]


def index(case: Case) -> None:
    """A year's factor, as it is shipped, to the cent and to the dollar."""
    given, expected = case["inputs"], case["expected"]
    (year,) = (int(name[-4:]) for name in given if name.startswith("factor_"))
    factor = number("nsa.qpa_index", date(year, 7, 1))
    assert factor == D(given[f"factor_{year}"])
    found = indexed(D(given[f"qpa_{year - 1}"]), [factor])
    assert rounded(found, to="cent") == D(expected[f"qpa_{year}"])
    assert rounded(found, to="dollar") == D(expected["rounded_dollar_permitted"])


def by_modifier(case: Case) -> None:
    given = case["inputs"]
    contracts = [
        rate
        for kind, amounts in given["rates"].items()
        for rate in rates(amounts, modifier="" if kind == "global" else kind)
    ]
    counted = rates_that_count(contracts, modifier=given["billed_modifier"])
    assert median_rate(counted, least_count=LEAST) == case["expected"]["median"]


def anaesthesia(case: Case) -> None:
    """The indexed median of conversion factors, in the formula of a contract: for parts of a unit both readings."""
    given, expected = case["inputs"], case["expected"]
    readings = {"up": "qpa_round_up", "exact": "qpa_fractional"} if "qpa_round_up" in expected else {"tenth": "qpa"}
    for parts, name in readings.items():
        terms = {
            "minutes_per_unit": given.get("time_unit_minutes", 15),
            "parts": parts,
            "conversion_amount": given["indexed_median_cf"],
            "status_units": {"P3": given["physical_status_units"]},
        }
        line = LineWords(
            code="00840",
            billed=D(10_000),
            minutes=D(given["minutes"]),
            modifiers=("P3",),
            rate=Rate(method="anaesthesia", values={"base_units": given["base_units"]}),
        )
        (decision,) = decide(a_plan(), a_claim(line), contracts={"contract": {"anaesthesia": terms}})
        assert decision.figures.allowed_amount == D(expected[name])
        inputs = dict(next(step.inputs for step in decision.lines[0].trace if step.rule == "price.anaesthesia"))
        if "time_units" in expected:
            assert D(inputs["time_units"]) == expected["time_units"]
            assert sum(D(inputs[name]) for name in ("base_units", "time_units", "status_units")) == expected["units"]


def without_incentives(case: Case) -> None:
    expected = case["expected"]
    contracts = [
        ContractedRate(
            D(one["rate"]),
            bonus_amount=D(one.get("bonus", 0)),
            is_single_case=one.get("single_case_agreement", False),
        )
        for one in case["inputs"]["contracts"]
    ]
    counted = rates_that_count(contracts)
    assert counted == expected["rates_used"]
    assert median_rate(counted, least_count=LEAST) == expected["median"]


def whose_market(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    of_sponsor = rates(given["sponsor_rates"], sponsor="acme")
    book = rates(given["tpa_book_rates"], sponsor="others")
    assert given["option"] == "tpa_wide"
    assert median_rate(rates_that_count(book), least_count=LEAST) == expected["median"]
    alone = median_rate(rates_that_count(of_sponsor + book, sponsor="acme"), least_count=LEAST)
    assert (alone is not None) is expected["sponsor_only_sufficient"]


def protected(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    coinsurance = given.get("in_network_coinsurance", given.get("coinsurance"))
    document = a_plan(
        deductibles=a_deductible(float(given["deductible_remaining"])),
        pays=["deductible", {"coinsurance": 100 * coinsurance}],
    )
    line = a_line(
        1, given["billed"], qualifying=D(given["qpa"]), agreed=D(given["agreed_oon_rate"]), facility_network="net"
    )
    (decision,) = decide(document, a_claim(line, network=""))
    assert figures_of(decision)[2:] == (D(expected["member"]), D(expected["plan"]))
    if "provider_total" in expected:
        assert decision.figures.member_amount + decision.figures.plan_paid_amount == D(expected["provider_total"])
    if "recognized_amount" in expected:
        inputs = dict(next(step.inputs for step in decision.lines[0].trace if step.rule == "price.protected"))
        assert D(inputs["recognised_amount"]) == D(expected["recognized_amount"])
    if "balance_bill" in expected:
        asked = sum(one.amount for one in decision.lines[0].adjustments if one.group == "PR")
        assert asked - decision.figures.member_amount == D(expected["balance_bill"])
    if "credited_in_network_deductible" in expected:
        used = {one.bucket: one.amount for one in decision.consumptions}
        assert used["deductible:in"] == D(expected["credited_in_network_deductible"])


def day(text: str) -> date:
    return date.fromisoformat(text)


def pay_or_deny(case: Case) -> None:
    complete_on = day(case["inputs"]["all_info_received"])
    assert clocks.pay_or_deny_by(complete_on, the_law(complete_on)) == day(case["expected"]["due"])


def notice_for_consent(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    scheduled, service = day(given["scheduled"]), datetime.fromisoformat(str(given["service"]))
    law = the_law(scheduled)
    latest = clocks.notice_latest_at(datetime.combine(scheduled, time(12)), service, law)
    assert latest == datetime.fromisoformat(str(expected["notice_latest"]))
    same_day = service.replace(hour=18)
    left = same_day - clocks.notice_latest_at(service, same_day, law)
    assert left.total_seconds() / 3600 == expected["same_day_schedule_min_hours_before"]


def object_to_entity(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    initiated_on = day(given["initiation_notice"])
    assert clocks.object_by(initiated_on, the_law(initiated_on)) == day(expected["object_by"])
    assert expected["if_silent"] == "initiating party entity selected"
    assert clocks.entity_selected("theirs", objected=False) == "theirs"
    assert clocks.entity_selected("theirs", objected=True) is None


def fees(case: Case) -> None:
    expected = case["expected"]
    found = amounts.fees_on(day(case["inputs"]["initiated_on_or_after"]), lambda name, on: number(name, on))
    assert found.fee_amount == D(expected["admin_fee_per_party"])
    assert [found.single_min_amount, found.single_max_amount] == expected["single_range"]
    assert [found.batched_min_amount, found.batched_max_amount] == expected["batched_range"]
    assert [found.extra_min_amount, found.extra_max_amount] == expected["extra_25_lines_range"]
    assert found.lines_per_extra == 25


def after_the_determination(case: Case) -> None:
    given = case["inputs"]
    paid = (D(given["selected_offer"]), D(given["initial_payment"]), D(given["cost_share"]))
    assert amounts.additional_payment(*paid) == D(case["expected"]["additional_payment"])
    assert amounts.refund_due(*paid) == 0


RUN: dict[str, Run] = {
    "MEDIAN-ODD-110": median,
    "MEDIAN-EVEN-115": median,
    "OON-DEDUCTIBLE-CREDIT": before_the_act,
    "QPA-INDEX-2023": index,
    "QPA-INDEX-2024": index,
    "QPA-MODIFIER-26-TC": by_modifier,
    "QPA-ANESTHESIA": anaesthesia,
    "QPA-ANESTHESIA-FRACTION": anaesthesia,
    "QPA-INCENTIVES-EXCLUDED": without_incentives,
    "QPA-TPA-OPTION": whose_market,
    "NSA-COST-SHARE": protected,
    "NSA-DEDUCTIBLE": protected,
    "NSA-30DAY": pay_or_deny,
    "NSA-NOTICE-CONSENT-72H": notice_for_consent,
    "IDR-OBJECT-3BD": object_to_entity,
    "IDR-FEES-2024": fees,
    "IDR-WINNER-PAYMENT": after_the_determination,
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("05")[name], RUN[name])


def test_every_case_is_run() -> None:
    assert_all_are_run_or_say_why_not("05", RUN, {})

"""The published worked examples of a TPA's economics, against what drafts our invoices and reckons our guarantees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg2.extras import DateRange

from employers.eligibility.selectors import members_covered
from employers.facts import EnrolledFact, MonthRule
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.models import Coverage, Employer
from tests.claims.adjudication.engine.oracles import (
    Case,
    assert_all_are_run_or_say_why_not,
    cases_of,
    law_on,
    needs_oracles,
    run_case,
)
from tests.factories.funding import TODAY, ask, make_funded_world, register
from tests.factories.payments import ENGINE, make_family, make_world
from tests.factories.tpa import LONG_AGO
from tpa.billing.draft_invoice import DraftInvoice, draft_invoices
from tpa.billing.draft_lines import MonthFacts, Turn
from tpa.contracts.compensation import is_disclosed
from tpa.contracts.fees_at_risk import fees_at_risk, penalty
from tpa.contracts.guarantee_flags import guarantee_flags
from tpa.foundation.values.periods import Period
from tpa.models import ContractFee, Guarantee
from tpa.stoploss.reckoning.aggregate import month_attachment
from tpa.stoploss.reckoning.terms import AggregateTerms
from tpa.stoploss.reckoning.windows import windows

pytestmark = [needs_oracles, pytest.mark.django_db]

D = Decimal
TIERS = {"employee_only": "EE", "employee_spouse": "ES", "employee_children": "EC", "family": "FAM"}


def a_fee(number: int, amount: Any = 0, **terms: Any) -> ContractFee:
    words: dict[str, Any] = {"kind": "pepm", "name": f"fee {number}", "section": "1"} | terms
    return ContractFee(pk=number, amount=D(str(amount)), period=DateRange(date(2020, 1, 1), None), **words)


def people(count: int, tier: str = "EE", first: int = 1) -> list[EnrolledFact]:
    return [EnrolledFact(member_id=n, family_id=n, plan_id=1, tier=tier) for n in range(first, first + count)]


def month_of(
    month_on: date, fees: Iterable[ContractFee], enrolled: Mapping[date, list[EnrolledFact]], **more: Any
) -> DraftInvoice:
    months = sorted({*enrolled, month_on})
    facts = MonthFacts(
        month_on=month_on, settled=(), account_names={}, fees={month: list(fees) for month in months},
        enrolled={month: enrolled.get(month, []) for month in months}, turns=more.pop("turns", {}), **more,
    )  # fmt: skip
    return draft_invoices(facts)[""]


def pepm_invoice(case: Case) -> None:
    inputs = case["inputs"]
    month_on = date.fromisoformat(f"{inputs['month']}-01")
    fees = [a_fee(n, rate, name=name) for n, (name, rate) in enumerate(inputs["rates"].items(), 1)]
    draft = month_of(month_on, fees, {month_on: people(inputs["employees"])})
    assert [line.amount for line in draft.lines] == [D(amount) for amount in case["expected"]["lines"]]
    assert draft.total_amount == D(case["expected"]["total"])


def pepm_retro(case: Case) -> None:
    """Who was billed, and what is true by March: one more from the middle of January on, one fewer from February on."""
    inputs = case["inputs"]
    fee = a_fee(1, inputs["rate"])
    billed = {date.fromisoformat(f"{month}-01"): count for month, count in inputs["billed"].items()}
    turns = {
        (1, month_on, fact.member_id): Turn(1, "EE") for month_on, count in billed.items() for fact in people(count)
    }
    enrolled = {month_on: people(count) for month_on, count in billed.items()}
    for number, event in enumerate(inputs["retro_in_march"]):
        for month_on, facts in enrolled.items():
            if "add_effective" in event and date.fromisoformat(str(event["add_effective"])) <= month_on.replace(day=15):
                facts += people(1, first=9_000 + number)
            if "term_effective" in event and date.fromisoformat(str(event["term_effective"])) < month_on:
                facts.pop(0)
    draft = month_of(date(2026, 3, 1), [fee], enrolled | {date(2026, 3, 1): []}, turns=turns)
    found = sorted((f"{line.for_month_on:%Y-%m}", line.quantity_count) for line in draft.lines if line.kind == "retro")
    assert found == sorted((one["month"], one["units"]) for one in case["expected"]["adjustments"])
    assert draft.total_amount == D(case["expected"]["net"])


def pepm_wash(case: Case) -> None:
    until_day = int(case["inputs"]["rule"].split("-")[1].split()[0])
    world = make_world(Employer.FundingMode.TPA_ADVANCE)
    billed = []
    for effective in case["inputs"]["effective_dates"]:
        starts_on = date.fromisoformat(str(effective))
        _family, member = make_family(world.employer)
        Coverage.objects.create(
            employer=world.employer, family=member.family, member=member, plan=world.plan, tier="EE",
            period=(starts_on, None), recorded_at=LONG_AGO,
        )  # fmt: skip
        enrolled = members_covered(world.employer.pk, starts_on, counts=MonthRule(until_day, 1))
        billed.append(sum(fact.member_id == member.pk for fact in enrolled))
    assert billed == case["expected"]["billed"]


def run_out_fee(case: Case) -> None:
    inputs = case["inputs"]
    fee = a_fee(1, kind="run_out", percent=D(inputs["runout_pct"]) * 100, in_run_out=True, months_count=3)
    draft = month_of(date(2026, 1, 1), [fee], {}, last_fees={1: D(inputs["last_3_month_fees"])})
    assert draft.total_amount == D(case["expected"]["fee"])


def fixed_costs_by_tier(case: Case) -> None:
    inputs, month_on = case["inputs"], date(2026, 1, 1)
    fees = [a_fee(n, rate, tier=TIERS[tier], name=tier) for n, (tier, rate) in enumerate(inputs["rates"].items(), 1)]
    enrolled = [
        fact
        for n, (tier, count) in enumerate(inputs["counts"].items())
        for fact in people(count, TIERS[tier], first=1 + 100_000 * n)
    ]
    draft = month_of(month_on, fees, {month_on: enrolled})
    assert {line.fee.name: line.amount for line in draft.lines if line.fee is not None} == {
        tier: D(amount) for tier, amount in case["expected"]["lines"].items()
    }
    assert draft.total_amount == D(case["expected"]["monthly_fixed"])


def penalty_by_weights(case: Case) -> None:
    inputs = case["inputs"]
    weights = {name: D(weight) for name, weight in inputs["weights"].items()}
    at_risk = fees_at_risk(D(inputs["annual_admin_fee"]), D(inputs["at_risk_pct"]) * 100, weights)
    assert sum(at_risk.values()) == D(case["expected"]["at_risk"])
    assert penalty(at_risk, inputs["missed"]) == D(case["expected"]["penalty"])


def components(case: Case) -> None:
    fields = {field.name for field in Guarantee._meta.concrete_fields}
    words = {
        "standard": "standard", "measurement criteria": "criteria", "metric": "measure", "period": "cadence",
        "fees at risk": "at_risk_percent", "liquidated damages": "damages", "population": "population",
        "sampling method and confidence": "sampling", "frequency": "frequency", "measuring department": "measured_by",
    }  # fmt: skip
    assert {words[name] for name in case["expected"]["fields"]} <= fields


def speed_is_flagged(case: Case) -> None:
    speed = Guarantee(measure=Guarantee.Measure.TURNAROUND, at_risk_percent=D(10), weight_percent=D(100))
    assert case["expected"]["flag"] in [str(flag) for flag in guarantee_flags(speed)]
    accuracy = Guarantee(measure=Guarantee.Measure.FINANCIAL_ACCURACY, at_risk_percent=D(10), weight_percent=D(100))
    assert guarantee_flags(accuracy) == []


def compensation(case: Case) -> None:
    least = law_on(date(2026, 1, 1))["erisa.disclosure.compensation_min"].value
    found = [is_disclosed(D(amount), least) for amount in case["inputs"]["expected_compensation"]]
    assert found == case["expected"]["disclosure"]


def a_year_of_level_funding(case: Case) -> None:
    """What was paid in, less what is fixed and what claims took, is the surplus."""
    inputs, month_on = case["inputs"], date(2026, 1, 1)
    fees = [
        a_fee(1, inputs["admin"], kind="flat"),
        a_fee(2, inputs["stop_loss_premium"], kind="flat", purpose="stop_loss", payee_name="Carrier"),
    ]
    fixed = month_of(month_on, fees, {}).total_amount
    assert fixed == inputs["funding"] - case["expected"]["savings"] - inputs["claims"]
    assert (fixed, fixed / 12) == (case["expected"]["fixed_annual"], case["expected"]["fixed_monthly"])
    assert D(inputs["funding"]) / 12 == case["expected"]["monthly_funding"]


def weekly_funding(case: Case) -> None:
    """A weekly pull of what was issued, less what was voided and refunded; to the cent of the published case."""
    inputs = case["inputs"]
    world = make_funded_world("weekly_pull", limit=None, pull_weekday=3)
    assert world.account.pk
    movements = {"issued": D(inputs["issued"]), "void": -D(inputs["voids"]), "refund": -D(inputs["refunds"])}
    for kind, drawn in movements.items():
        account = Account.CASH if kind == "refund" else Account.PAYMENTS_OUT
        words = Posting(
            f"{kind}:{world.account.pk}", kind, kind, TODAY, ((Account.CLAIMS_PAID, drawn), (account, -drawn))
        )
        post(claims_account_id=world.account.pk, posting=words, by=ENGINE)
    request = ask(world)
    assert request is not None
    assert request.amount == D(case["expected"]["request"])
    assert register(request) == {
        "other": D(inputs["issued"]),
        "voided": -D(inputs["voids"]),
        "refunded": -D(inputs["refunds"]),
    }


def attachment_by_tier(case: Case) -> None:
    """A month's aggregate deductible is the policy's: lives of each tier times its factor."""
    inputs = case["inputs"]
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    factors = {TIERS[tier]: D(amount) for tier, amount in inputs["factors"].items()}
    lives = {TIERS[tier]: count for tier, count in inputs["counts"].items()}

    def month(only: Mapping[str, Decimal]) -> Decimal:
        terms = AggregateTerms(windows=windows(year), months_count=12, factors=tuple(only.items()))
        return month_attachment(terms, lives)

    found = {tier: month({TIERS[tier]: factors[TIERS[tier]]}) for tier in inputs["factors"]}
    assert found == {tier: D(amount) for tier, amount in case["expected"]["lines"].items()}
    assert month(factors) == D(case["expected"]["monthly_attachment"])


RUN = {
    "CLAIMS-FUNDING": weekly_funding,
    "PG-20PCT": penalty_by_weights,
    "PG-COMPONENTS": components,
    "PG-ERISA-WARN": speed_is_flagged,
    "PEPM-INVOICE": pepm_invoice,
    "PEPM-RETRO": pepm_retro,
    "PEPM-WASH": pepm_wash,
    "RUNOUT-FEE": run_out_fee,
    "408B2": compensation,
    "TPA-IMA-AGGFACTOR": attachment_by_tier,
    "TPA-IMA-FIXED": fixed_costs_by_tier,
    "TPA-SLIDES-65": a_year_of_level_funding,
}
NOT_RUN: dict[str, str] = {}


@pytest.mark.parametrize("name", sorted(RUN))
def test_oracle(name: str) -> None:
    run_case(cases_of("12")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("12", RUN, NOT_RUN)

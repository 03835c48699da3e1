"""Laws of payment after another payer, whatever was billed, priced and paid before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.engine.benefit_bank import SAVED, USED
from claims.adjudication.engine.decision import ClaimDecision
from claims.simulation.scenarios import OtherPayment
from tests.claims.adjudication.engine.oracles import a_claim, a_deductible, a_line, a_plan, decide

Cents = st.integers(0, 200_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    """A line with a price, and what the payer before us paid and left of it."""
    billed = draw(st.integers(100, 200_000).map(lambda cents: Decimal(cents) / 100))
    paid = min(draw(Cents), billed)
    left = draw(st.none() | Cents.map(lambda cents: min(cents, billed - paid)))
    return {"price": min(draw(Cents), billed), "billed": billed, "paid": paid, "left": left}


Plans = st.tuples(st.sampled_from([0, 10, 20, 50]), st.sampled_from([0, 50, 300]))


def _after(method: str, plan: tuple[int, int], *lines: dict[str, Any], **clause: Any) -> list[ClaimDecision]:
    """Each service on a claim of its own, decided in turn."""
    percent, deductible = plan
    document = a_plan(
        deductibles=a_deductible(deductible),
        coordination={"method": method, "section": "1"} | clause,
        pays=["deductible", {"coinsurance": percent}],
    )
    claims = [
        a_claim(a_line(one["price"], one["billed"], other=OtherPayment(paid=one["paid"], left=one["left"])))
        for one in lines
    ]
    return decide(document, *claims)


def _allowable(service: dict[str, Any]) -> Decimal:
    """What the others paid and left; where they did not say, our own price, or what they paid above it."""
    if service["left"] is not None:
        return service["paid"] + service["left"]
    return max(service["price"], service["paid"])


@given(services(), Plans, st.sampled_from(["standard", "non_duplication", "maintenance"]))
def test_all_payers_together_never_pay_more_than_the_allowable_expense(
    service: dict[str, Any], plan: tuple[int, int], method: str
) -> None:
    figures = _after(method, plan, service)[0].figures
    assert figures.plan_paid_amount + figures.other_payer_amount <= _allowable(service)


@given(services(), Plans)
def test_standard_pays_no_less_than_the_other_methods_and_no_more_than_alone(
    service: dict[str, Any], plan: tuple[int, int]
) -> None:
    paid = {
        method: _after(method, plan, service)[0].figures.plan_paid_amount
        for method in ("standard", "non_duplication", "maintenance")
    }
    alone = _after("standard", plan, service | {"paid": Decimal(0), "left": None})[0].figures.plan_paid_amount
    assert paid["standard"] >= paid["non_duplication"]
    assert paid["standard"] >= paid["maintenance"]
    assert alone >= paid["standard"]


@given(services(), Plans, Cents)
def test_the_more_the_others_pay_the_less_we_do(service: dict[str, Any], plan: tuple[int, int], more: Decimal) -> None:
    unsaid = service | {"left": None}
    richer = unsaid | {"paid": min(unsaid["paid"] + more, unsaid["billed"])}
    for method in ("standard", "non_duplication", "maintenance"):
        less, was = (_after(method, plan, one)[0].figures.plan_paid_amount for one in (richer, unsaid))
        assert less <= was


@given(st.lists(services(), min_size=1, max_size=5), Plans)
def test_a_bank_pays_out_only_what_was_saved_and_nothing_above_the_expense(
    lines: list[dict[str, Any]], plan: tuple[int, int]
) -> None:
    held = {SAVED: Decimal(0), USED: Decimal(0)}
    with_bank = _after("standard", plan, *lines, bank="calendar_year")
    for service, decision in zip(lines, with_bank, strict=True):
        figures = decision.figures
        for used in decision.consumptions:
            if used.bucket in held:
                held[used.bucket] += used.amount
        assert held[USED] <= held[SAVED]
        assert figures.plan_paid_amount + figures.other_payer_amount <= _allowable(service)


@given(services(), services(), Plans)
def test_a_bank_never_costs_the_member(first: dict[str, Any], second: dict[str, Any], plan: tuple[int, int]) -> None:
    with_bank = _after("standard", plan, first, second, bank="plan_year")
    without = _after("standard", plan, first, second)
    for one, other in zip(with_bank, without, strict=True):
        assert one.figures.member_amount <= other.figures.member_amount

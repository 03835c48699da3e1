"""What is owed back and what a payment takes of it: the laws of the arithmetic, over many runs of random claims."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.payments.netting import Due, Recipient, plan_payments
from claims.payments.recovering import (
    Case,
    Debt,
    Recovering,
    Told,
    Untold,
    debts_of,
    plan_recovering,
    settle_debts,
    taken_by,
    tell_case,
)
from tpa.foundation.values.money import ZERO

D = Decimal
PAYEE = Recipient(1, 10)


def case(balance: str, forward: str = "0.00", *, may: bool = True, untold: tuple[Untold, ...] = ()) -> Case:
    return Case(5, PAYEE, "20261234567", D(balance), D(forward), may, untold)


def due(claim_id: int, amount: str, **more: object) -> Due:
    return Due(claim_id, claim_id * 10, PAYEE, D(amount), date(2026, 3, 1), "approved")._replace(**more)


def test_what_may_be_taken_is_told_whole_and_once() -> None:
    assert tell_case(case("60.00")) == [Told("WO", D("60.00"), "20261234567", 5)]
    assert tell_case(case("60.00", "60.00")) == []


def test_what_may_not_be_taken_yet_is_not_told_and_what_is_disputed_is_given_free() -> None:
    assert tell_case(case("60.00", may=False)) == []
    assert tell_case(case("60.00", "45.00", may=False)) == [Told("WO", D("-45.00"), "20261234567", 5)]


def test_a_refund_is_told_by_72_against_its_overpayment() -> None:
    refund = Untold(7, D("60.00"), "8812", is_refund=True)
    assert tell_case(case("0.00", untold=(refund,))) == [
        Told("72", D("-60.00"), "8812", 5, 7),
        Told("WO", D("60.00"), "20261234567", 5),
    ]


def test_a_refund_of_what_is_carried_forward_takes_it_out_of_the_next_payments_way() -> None:
    refund = Untold(7, D("60.00"), "8812", is_refund=True)
    assert tell_case(case("0.00", "60.00", untold=(refund,))) == [Told("72", D("-60.00"), "8812", 5, 7)]


def test_what_came_too_much_is_given_back() -> None:
    refund = Untold(7, D("70.00"), "8812", is_refund=True)
    told = tell_case(case("-10.00", untold=(refund,)))
    assert told == [Told("72", D("-70.00"), "8812", 5, 7), Told("WO", D("60.00"), "20261234567", 5)]
    assert sum(one.amount for one in told) == D("-10.00")


def test_what_was_given_up_of_a_balance_carried_forward_is_told_by_cs() -> None:
    given_up = Untold(8, D("25.00"), "", is_refund=False)
    assert tell_case(case("20.00", "45.00", untold=(given_up,))) == [Told("CS", D("-25.00"), "20261234567", 5, 8)]


def test_a_correction_leaves_owing_what_is_paid_less_in_its_place() -> None:
    items = [due(1, "-100.00"), due(2, "80.00", corrects_id=1), due(3, "50.00")]
    assert debts_of(items) == {PAYEE: [Debt(1, 10, D("20.00"), False)]}
    assert debts_of([due(1, "-100.00"), due(1, "100.00")]) == {}


money = st.integers(1, 40_000).map(lambda number: Decimal(number) / 100)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_each_dollar_is_taken_refunded_given_up_or_open_and_never_more(data: st.DataObject) -> None:
    """Runs with random items, letters, disputes, refunds and write-offs of one recipient, the cases kept as the
    database keeps them. After each run: what is carried forward is what the cases have in it; no case below zero but by
    what came too much; what was paid out is what is due less what was taken."""
    forward = ZERO
    paid = claims = refunded = given_up = ZERO
    standing: dict[int, Case] = {}
    number = entry = 0
    for _run in range(data.draw(st.integers(1, 6))):
        items = []
        for _item in range(data.draw(st.integers(1, 4))):
            number += 1
            kind = data.draw(st.sampled_from(["pay", "reverse", "correct"]))
            amount = data.draw(money)
            if kind != "pay":
                items.append(due(number, f"-{amount}", status="reversed", is_own_correction=data.draw(st.booleans())))
            if kind != "reverse":
                items.append(due(number, str(data.draw(money)), corrects_id=None))
        cases = list(standing.values())
        recovering = plan_recovering(debts_of(items), {PAYEE: cases}, {PAYEE} if data.draw(st.booleans()) else set())
        ours = recovering.get(PAYEE, Recovering())
        funds = data.draw(st.one_of(st.none(), money))
        plan = plan_payments(items, {PAYEE: forward}, {1: funds}, None, {PAYEE: ours.adjustments_amount})
        if not plan.payments:
            continue
        [payment] = plan.payments
        settle_debts(ours, payment.items)
        taken, open_debts = taken_by(payment, ours, cases)
        for one in cases:
            standing[one.overpayment_id] = replace(one, forward_amount=one.wanted_amount, untold=())
        for one in taken:
            was = standing[one.overpayment_id]
            standing[one.overpayment_id] = replace(
                was, balance_amount=was.balance_amount - one.amount, forward_amount=was.forward_amount - one.amount
            )
        for debts, is_forward in ((ours.deferred, False), (ours.at_once, True)):
            amounts = [open_debts.get(debt.claim_id, ZERO) if is_forward else debt.amount for debt in debts]
            if total := sum(amounts, ZERO):
                entry += 1
                standing[entry] = Case(entry, PAYEE, str(entry), total, total if is_forward else ZERO, is_forward)
        forward = payment.forward_balance_amount
        paid += payment.amount
        claims += payment.items_amount
        assert payment.amount >= 0
        assert funds is None or payment.amount <= max(funds, ZERO)
        assert sum((one.forward_amount for one in standing.values()), ZERO) == forward
        assert all(one.balance_amount >= 0 for one in standing.values())
        owed = sum((one.balance_amount for one in standing.values()), ZERO)
        assert paid - refunded == claims + owed + given_up
        for key, one in list(standing.items()):
            what = data.draw(st.sampled_from(["nothing", "refund", "too much", "give up", "dispute", "letter"]))
            if what in ("refund", "too much") and one.balance_amount > 0:
                amount = one.balance_amount + data.draw(money) if what == "too much" else one.balance_amount / 2
                amount = amount.quantize(D("0.01"))
                if amount:
                    entry += 1
                    refunded += amount
                    one = replace(
                        one,
                        balance_amount=one.balance_amount - amount,
                        untold=(*one.untold, Untold(entry, amount, "1", True)),
                    )
            elif what == "give up" and one.balance_amount > 0:
                entry += 1
                given_up += one.balance_amount
                one = replace(
                    one, balance_amount=ZERO, untold=(*one.untold, Untold(entry, one.balance_amount, "", False))
                )
            elif what in ("dispute", "letter"):
                one = replace(one, may_be_taken=what == "letter")
            standing[key] = one


def test_recipients_never_mix() -> None:
    other = Recipient(2, 10)
    mine, theirs = case("60.00"), replace(case("40.00"), overpayment_id=6, recipient=other)
    found = plan_recovering({}, {PAYEE: [mine], other: [theirs]}, set())
    by: dict[Recipient, Decimal] = defaultdict(lambda: ZERO)
    for recipient, one in found.items():
        by[recipient] += one.adjustments_amount
    assert by == {PAYEE: D("60.00"), other: D("40.00")}

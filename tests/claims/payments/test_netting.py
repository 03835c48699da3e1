"""What is paid, held and carried forward: the laws of the arithmetic."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from claims.payments.netting import Due, Plan, Recipient, plan_payments
from tpa.foundation.values.money import ZERO

PAYEE, OTHER = Recipient(1, 10), Recipient(1, 11)


def due(number: int, amount: str, recipient: Recipient = PAYEE, day: int = 1) -> Due:
    status = "reversed" if amount.startswith("-") else "approved"
    return Due(number, number, recipient, Decimal(amount), date(2026, 3, day), status)


def test_what_a_window_would_lose_is_paid_before_what_is_due_sooner() -> None:
    soon, late = due(1, "60.00", day=1), due(2, "60.00", OTHER, day=9)._replace(pay_by_on=date(2026, 3, 31))
    result = plan(soon, late, available="100.00")
    assert [item.claim_id for payment in result.payments for item in payment.items] == [2]
    assert result.held == [soon]


def test_what_waits_by_instruction_is_held_and_stands_in_nobodys_way() -> None:
    waits, later = due(1, "60.00", day=1)._replace(is_held=True), due(2, "70.00", OTHER, day=2)
    result = plan(waits, later, available="100.00")
    assert result.held == [waits]
    assert told(result) == [(OTHER, "70.00", "0.00")]


def plan(*items: Due, owed: dict[Recipient, str] | None = None, available: str | None = None) -> Plan:
    limits = {1: None if available is None else Decimal(available), 2: None}
    return plan_payments(items, {key: Decimal(value) for key, value in (owed or {}).items()}, limits)


def told(result: Plan) -> list[tuple[Recipient, str, str]]:
    return [(p.recipient, str(p.amount), str(p.forward_balance_amount)) for p in result.payments]


def test_one_payment_a_recipient_and_account() -> None:
    result = plan(due(1, "10.00"), due(2, "5.50"), due(3, "7.00", OTHER), due(4, "1.00", Recipient(2, 10)))
    assert told(result) == [(PAYEE, "15.50", "0.00"), (OTHER, "7.00", "0.00"), (Recipient(2, 10), "1.00", "0.00")]


def test_a_reversal_lowers_the_payment_and_never_below_zero() -> None:
    assert told(plan(due(1, "100.00"), due(2, "-30.00"))) == [(PAYEE, "70.00", "0.00")]
    assert told(plan(due(1, "100.00"), due(2, "-130.00"))) == [(PAYEE, "0.00", "30.00")]
    assert told(plan(due(1, "100.00"), due(2, "-130.00"), due(3, "9.00", OTHER))) == [
        (PAYEE, "0.00", "30.00"),
        (OTHER, "9.00", "0.00"),
    ]


def test_what_was_carried_forward_is_recovered_from_later_payments() -> None:
    result = plan(due(1, "20.00"), owed={PAYEE: "30.00"})
    assert told(result) == [(PAYEE, "0.00", "10.00")]
    result = plan(due(1, "25.00"), owed={PAYEE: "10.00"})
    assert (result.payments[0].amount, result.payments[0].brought_forward_amount) == (
        Decimal("15.00"),
        Decimal("10.00"),
    )


def test_what_does_not_fit_is_held_and_nothing_later_overtakes_it() -> None:
    result = plan(
        due(1, "40.00", day=1), due(2, "70.00", OTHER, day=2), due(3, "5.00", day=3), due(4, "0.00", day=4),
        available="100.00",
    )  # fmt: skip
    assert [item.claim_id for item in result.held] == [2, 3]
    assert told(result) == [(PAYEE, "40.00", "0.00")]
    assert [item.claim_id for item in result.payments[0].items] == [1, 4]


def test_what_draws_nothing_is_never_held() -> None:
    result = plan(due(1, "-50.00"), due(2, "30.00"), due(3, "30.00"), available="5.00")
    assert told(result) == [(PAYEE, "0.00", "20.00")]
    assert [item.claim_id for item in result.held] == [3]
    assert told(plan(due(1, "50.00", day=2), due(2, "50.00", day=1), available="50.00")) == [(PAYEE, "50.00", "0.00")]


AMOUNTS = st.decimals(min_value=-300, max_value=300, places=2)
RECIPIENTS = st.builds(Recipient, st.integers(1, 2), st.integers(1, 3))


@given(
    st.lists(st.tuples(AMOUNTS, RECIPIENTS, st.integers(0, 20)), max_size=25),
    st.dictionaries(RECIPIENTS, st.decimals(min_value=1, max_value=200, places=2), max_size=4),
    st.one_of(st.none(), st.decimals(min_value=0, max_value=500, places=2)),
)
def test_laws(
    rows: list[tuple[Decimal, Recipient, int]], owed: dict[Recipient, Decimal], limit: Decimal | None
) -> None:
    items = [
        Due(number, number, recipient, amount, date(2026, 1, 1) + timedelta(days), "approved")
        for number, (amount, recipient, days) in enumerate(rows)
    ]
    result = plan_payments(items, owed, {1: limit, 2: limit})
    taken = [item for payment in result.payments for item in payment.items]
    assert sorted(item.claim_id for item in [*taken, *result.held]) == sorted(item.claim_id for item in items)
    drawn: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for payment in result.payments:
        assert payment.amount >= 0
        assert payment.forward_balance_amount >= 0
        assert payment.amount == 0 or payment.forward_balance_amount == 0
        assert payment.amount == (
            payment.items_amount - payment.brought_forward_amount + payment.forward_balance_amount
        )
        assert payment.brought_forward_amount == owed.get(payment.recipient, ZERO)
        assert {item.recipient for item in payment.items} == {payment.recipient}
        drawn[payment.recipient.claims_account_id] += payment.amount
    if limit is not None:
        assert all(amount <= limit for amount in drawn.values())
    else:
        assert not result.held
    assert all(item.amount > 0 for item in result.held)

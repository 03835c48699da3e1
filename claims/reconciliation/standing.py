"""Where a bank account stands as of a day: the bank's balance, the book's, and everything that lies between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from claims.models import BankAccount, BankLine, BankStatement, Reconciliation
from claims.reconciliation.open_facts import ItemRow, LineRow, open_items, open_lines
from employers.funding.selectors import spendable_amount
from tpa.foundation.values.money import ZERO


class Gap(NamedTuple):
    """Two statements that do not follow from each other: one between them is missing, or one of them is wrong."""

    after_on: date | None
    before_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """book = bank + in transit - outstanding - unexplained. `late_amount`: booked since into days that were signed."""

    as_of_on: date
    bank_amount: Decimal
    in_transit: tuple[ItemRow, ...]
    outstanding: tuple[ItemRow, ...]
    unexplained: tuple[LineRow, ...]
    gaps: tuple[Gap, ...]
    book_amount: Decimal
    late_amount: Decimal

    @property
    def in_transit_amount(self) -> Decimal:
        return sum((row.open_amount for row in self.in_transit), ZERO)

    @property
    def outstanding_amount(self) -> Decimal:
        return -sum((row.open_amount for row in self.outstanding), ZERO)

    @property
    def gap_amount(self) -> Decimal:
        return sum((gap.amount for gap in self.gaps), ZERO)

    @property
    def unexplained_amount(self) -> Decimal:
        return sum((row.open_amount for row in self.unexplained), ZERO) + self.gap_amount

    @property
    def difference_amount(self) -> Decimal:
        """Zero, whatever was matched: else the house has a fault."""
        explained = self.bank_amount + self.in_transit_amount - self.outstanding_amount - self.unexplained_amount
        return self.book_amount - explained


def standing(account: BankAccount, as_of_on: date) -> Standing:
    """The account as of the end of a day. Six queries."""
    items = open_items(account, until=as_of_on)
    gaps = gaps_of(account, until=as_of_on)
    lines = BankLine.objects.filter(bank_account=account, booked_on__lte=as_of_on)
    moved = lines.exclude(statement__status=BankStatement.Status.WITHDRAWN).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return Standing(
        as_of_on=as_of_on,
        bank_amount=moved + sum((gap.amount for gap in gaps), ZERO),
        in_transit=tuple(row for row in items if row.open_amount > 0),
        outstanding=tuple(row for row in items if row.open_amount < 0),
        unexplained=tuple(open_lines(account, until=as_of_on)),
        gaps=gaps,
        book_amount=spendable_amount(account.claims_account_id, until=as_of_on),
        late_amount=_late_amount(account, items),
    )


def gaps_of(account: BankAccount, *, until: date | None = None) -> tuple[Gap, ...]:
    """Where the closing balance of a statement is not the opening balance of the next. One query."""
    statements = account.statements.filter(status=BankStatement.Status.STANDING).order_by("ends_on")
    found, before, day = [], account.opening_amount, None
    for statement in statements.only("period", "ends_on", "opening_amount", "closing_amount"):
        if until is not None and statement.period.lower > until:
            break
        if statement.opening_amount != before:
            found.append(Gap(day, statement.period.lower, statement.opening_amount - before))
        before, day = statement.closing_amount, statement.ends_on
    return tuple(found)


def _late_amount(account: BankAccount, items: Sequence[ItemRow]) -> Decimal:
    """What was booked into days that had been signed: it is open, or it would have been in what was signed."""
    signed = account.reconciliations.filter(status=Reconciliation.Status.SIGNED).order_by("-as_of_on").first()
    if signed is None or signed.signed_at is None:
        return ZERO
    late = (row for row in items if row.posted_on <= signed.as_of_on and row.recorded_at > signed.signed_at)
    return sum((row.open_amount for row in late), ZERO)

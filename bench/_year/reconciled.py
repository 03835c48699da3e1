"""Bank against book: each month's statements imported and signed by two people, and what the year comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection

from bench._year.bank import Bank
from bench._year.clock import standing_at
from bench._year.world import World
from claims.models import BankAccount, BankStatement, Reconciliation
from claims.reconciliation.sign_reconciliation import prepare_reconciliation, sign_reconciliation
from claims.reconciliation.standing import standing
from tpa.foundation.errors import Refused

if TYPE_CHECKING:
    from bench._year.lived import Lived

# Checks that are out: written and neither cashed nor taken back.
_OUT = """
SELECT i.claims_account_id, sum(i.amount) FROM claims_paymentinstrument i JOIN claims_payment p ON p.id = i.payment_id
 WHERE i.status = 'issued' AND p.funds = 'own' GROUP BY 1
"""
_CASH = """
SELECT a.claims_account_id, sum(e.amount) FROM employers_ledgerentry e
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'cash' GROUP BY 1
"""
# The book as of each day that was signed, from the entries alone: what may be spent is cash less what is out.
_SIGNED = """
SELECT r.id, b.claims_account_id, r.as_of_on, r.bank_amount, r.in_transit_amount, r.outstanding_amount,
       r.unexplained_amount, r.book_amount, r.prepared_by = r.signed_by,
       (SELECT coalesce(sum(e.amount), 0) FROM employers_ledgerentry e
          JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind IN ('cash', 'payments_out')
          JOIN employers_ledgertransaction t ON t.id = e.transaction_id
         WHERE a.claims_account_id = b.claims_account_id AND t.posted_on <= r.as_of_on AND t.recorded_at < r.signed_at)
  FROM claims_reconciliation r JOIN claims_bankaccount b ON b.id = r.bank_account_id
 WHERE r.status = 'signed' ORDER BY r.id
"""


@dataclass(slots=True)
class Desk:
    """The bank, and what signing the months came to: accounts signed, and what should have been refused and was not."""

    bank: Bank = field(default_factory=Bank)
    signed: int = 0
    broken: list[str] = field(default_factory=list)


def open_desk(world: World) -> Desk:
    """Every account is reconciled from the first day on."""
    desk = Desk()
    desk.bank.open(world)
    return desk


def sign_month(desk: Desk, world: World, on: date) -> None:
    """Last month's statements come in; each account is set down as of the last day that they reach, and signed by
    another person: who prepared it is refused."""
    until = on.replace(day=1) - timedelta(days=1)
    desk.bank.tell(world, until)
    first, second = world.people["first"], world.people["second"]
    for account in BankAccount.objects.order_by("pk"):
        standing_ones = account.statements.filter(status=BankStatement.Status.STANDING)
        reaches = standing_ones.filter(ends_on__gte=until.replace(day=1)).order_by("-ends_on").first()
        if reaches is None:
            continue
        row = prepare_reconciliation(bank_account_id=account.pk, as_of_on=reaches.ends_on, scope=first)
        try:
            sign_reconciliation(reconciliation_id=row.pk, scope=first)
            desk.broken.append(f"account {account.claims_account_id}, {row.as_of_on}: signed by who prepared it")
        except Refused:
            sign_reconciliation(reconciliation_id=row.pk, scope=second)
        desk.signed += 1


def bank_and_book(lived: Lived) -> tuple[str, list[str]]:
    """The bank's own balance is the ledger's cash; what lies between it and what may be spent are uncashed checks."""
    from bench._year.lived import END

    told = lived.reconciled.bank
    with standing_at(END, 8):
        told.tell(lived.world, END)
    with connection.cursor() as cursor:
        cursor.execute(_OUT)
        out = dict(cursor.fetchall())
        cursor.execute(_CASH)
        cash = dict(cursor.fetchall())
    broken, lines = [], 0
    for account in BankAccount.objects.order_by("pk"):
        pk = account.claims_account_id
        found = standing(account, END)
        lines += account.lines.count()
        if (found.bank_amount, cash.get(pk, 0)) != (told.balances[pk], told.balances[pk]):
            broken.append(
                f"account {pk}: bank {told.balances[pk]}, as read {found.bank_amount}, in the book {cash.get(pk)}"
            )
        if found.outstanding_amount != out.get(pk, 0):
            broken.append(f"account {pk}: outstanding {found.outstanding_amount}, checks out {out.get(pk)}")
        broken += [f"account {pk}: in transit {row.reference} {row.open_amount}" for row in found.in_transit]
        broken += [f"account {pk}: unexplained {row.kind} {row.open_amount}" for row in found.unexplained]
        if found.difference_amount or found.gaps:
            broken.append(f"account {pk}: difference {found.difference_amount}, gaps {found.gaps}")
    return f"{lines} lines of {len(cash)} accounts, ${sum(told.balances.values()):,} at the bank", broken


def signed_months(lived: Lived) -> tuple[str, list[str]]:
    """Each month that was signed says what the bank said at its end and what the book's entries come to by that day."""
    desk, broken = lived.reconciled, list(lived.reconciled.broken)
    outstanding = Decimal(0)
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED)
        rows = cursor.fetchall()
    for _pk, account, on, bank, transit, out, unexplained, book, same_person, entries in rows:
        outstanding += out
        closing = desk.bank.closings[account, _month_end(on)]
        if bank != closing or book != entries or book != bank + transit - out or unexplained or same_person:
            broken.append(
                f"account {account}, {on}: bank {bank} ({closing}), book {book} ({entries}), in transit {transit}, "
                f"outstanding {out}, unexplained {unexplained}, same person {same_person}"
            )
    if len(rows) != desk.signed or Reconciliation.objects.exclude(status=Reconciliation.Status.SIGNED).exists():
        broken.append(f"{desk.signed} were signed, {len(rows)} stand")
    return f"{len(rows)} of {len(desk.bank.balances)} accounts, ${outstanding:,} outstanding at their ends", broken


def _month_end(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


RECONCILED = (
    ("bank = book: statements imported, matched, nothing unexplained", bank_and_book),
    ("each month's reconciliation is signed by two people and says what bank and book said", signed_months),
)

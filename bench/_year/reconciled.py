"""The check of bank against book: statements imported and matched, nothing unexplained, nothing else outstanding."""

from __future__ import annotations

from django.db import connection

from bench._year.bank import statements
from bench._year.clock import standing_at
from bench._year.lived import END, Lived
from claims.models import BankAccount
from claims.reconciliation.standing import standing

# Checks that are out: written and neither cashed nor taken back.
_OUT = """
SELECT i.claims_account_id, sum(i.amount) FROM claims_paymentinstrument i JOIN claims_payment p ON p.id = i.payment_id
 WHERE i.status = 'issued' AND p.funds = 'own' GROUP BY 1
"""
_CASH = """
SELECT a.claims_account_id, sum(e.amount) FROM employers_ledgerentry e
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'cash' GROUP BY 1
"""


def bank_and_book(lived: Lived) -> tuple[str, list[str]]:
    """The bank's own balance is the ledger's cash; what lies between it and what may be spent are uncashed checks."""
    with standing_at(END, 8):
        told = statements(lived.world, until=END)
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
        if (found.bank_amount, cash.get(pk, 0)) != (told[pk], told[pk]):
            broken.append(f"account {pk}: bank {told[pk]}, as read {found.bank_amount}, in the book {cash.get(pk)}")
        if found.outstanding_amount != out.get(pk, 0):
            broken.append(f"account {pk}: outstanding {found.outstanding_amount}, checks out {out.get(pk)}")
        broken += [f"account {pk}: in transit {row.reference} {row.open_amount}" for row in found.in_transit]
        broken += [f"account {pk}: unexplained {row.kind} {row.open_amount}" for row in found.unexplained]
        if found.difference_amount or found.gaps:
            broken.append(f"account {pk}: difference {found.difference_amount}, gaps {found.gaps}")
    return f"{lines} lines of {len(told)} accounts, ${sum(told.values()):,} at the bank", broken


RECONCILED = (("bank = book: statements imported, matched, nothing unexplained", bank_and_book),)

"""The year's little bank: what it saw of each claims account, told in monthly CSV statements of its own arithmetic.

It cashes checks some days after they were written, settles ACH files by their bytes, sends returns, takes in what was
wired and pays out what the administrator takes. Its balance is a running sum of its own.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from django.db import connection

from bench._year.cast import FIRST
from bench._year.intake import drain
from bench._year.world import World
from claims.models import AchFile, BankAccount, PaymentInstrument
from claims.reconciliation.agree_terms import set_csv_layout
from claims.reconciliation.keep_bank_file import LOAD_BANK_FILE, BankFileWords, keep_bank_file
from claims.reconciliation.load_bank_file import load_bank_file
from claims.reconciliation.open_bank_account import BankAccountWords, open_bank_account
from tpa.foundation.access import Scope
from tpa.foundation.edi_files import read_bytes

_COLUMNS: Final = ("Date", "Amount", "Type", "Check", "Reference", "Text", "Balance")
_LAYOUT: Final = {
    "booked_column": "Date",
    "amount_column": "Amount",
    "type_column": "Type",
    "check_column": "Check",
    "reference_column": "Reference",
    "text_column": "Text",
    "balance_column": "Balance",
    "date_format": "%Y-%m-%d",
    "sign": "signed",
    "kinds": [["CHECK", "check"], ["ACH RETURN", "returned"], ["ACH", "ach"], ["WIRE", "wire"]],
}
# Wires in and out, as the other side ordered them: money for claims, invoices paid, what the administrator takes.
_WIRES: Final = """
SELECT t.claims_account_id, t.posted_on, e.amount, t.kind, t.reference, t.description FROM employers_ledgertransaction t
  JOIN employers_ledgerentry e ON e.transaction_id = t.id
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'cash'
 WHERE t.kind IN ('deposit', 'settlement', 'taken', 'stop_loss') ORDER BY t.id
"""
_RETURNS: Final = """
SELECT i.claims_account_id, (f.received_at AT TIME ZONE 'America/New_York')::date, i.amount, i.ach_trace
  FROM claims_returnentry r JOIN claims_returnfile f ON f.id = r.file_id
  JOIN claims_paymentinstrument i ON i.id = r.instrument_id JOIN claims_payment p ON p.id = i.payment_id
 WHERE r.kind = 'return' AND r.status = 'applied' AND p.funds = 'own' ORDER BY r.id
"""


class Moved(NamedTuple):
    """A movement as the bank books it."""

    on: date
    amount: Decimal
    kind: str
    check: str = ""
    reference: str = ""
    text: str = ""


def statements(world: World, *, until: date) -> dict[int, Decimal]:
    """Open each account at the bank, bring its statements month by month, and return the bank's own balances."""
    moved: dict[int, list[Moved]] = defaultdict(list)
    for account_id, one in (*_wires(), *_credits(), *_checks(until), *_returned()):
        moved[account_id].append(one)
    balances = {}
    for house in world.houses:
        for account_id in house.account_ids:
            scope = world.people["first"]
            words = BankAccountWords(starts_on=FIRST)
            account = open_bank_account(claims_account_id=account_id, words=words, scope=scope)
            set_csv_layout(bank_account_id=account.pk, layout=_LAYOUT, scope=scope)
            lines = sorted((one for one in moved[account_id] if one.on <= until), key=lambda one: one.on)
            balances[account_id] = _bring(account, lines, scope)
    drain(LOAD_BANK_FILE, lambda piece: load_bank_file(file_id=piece["file"]))
    return balances


def _bring(account: BankAccount, lines: Iterable[Moved], scope: Scope) -> Decimal:
    balance = Decimal("0.00")
    for month, group in groupby(lines, key=lambda one: (one.on.year, one.on.month)):
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for one in group:
            balance += one.amount
            writer.writerow((one.on, one.amount, one.kind, one.check, one.reference, one.text, balance))
        words = BankFileWords(f"{account.pk}-{month[0]}-{month[1]:02}.csv", "drop", bank_account_id=account.pk)
        keep_bank_file(chunks=[out.getvalue().encode()], words=words, scope=scope)
    return balance


def _wires() -> Iterator[tuple[int, Moved]]:
    with connection.cursor() as cursor:
        cursor.execute(_WIRES)
        for account_id, on, amount, kind, reference, description in cursor.fetchall():
            told = reference.split(":", 2)[2] if kind == "deposit" else description.rpartition(": ")[2]
            yield account_id, Moved(on, amount, "WIRE IN" if amount > 0 else "WIRE OUT", reference=told)


def _credits() -> Iterator[tuple[int, Moved]]:
    """A line for each ACH file, by what its records say; files of the administrator's own account are not here."""
    own = set(PaymentInstrument.objects.filter(payment__funds="own", method="ach").values_list("ach_file", flat=True))
    for file in AchFile.objects.filter(pk__in=own - {None}).select_related("document").order_by("pk"):
        records = read_bytes(file.document.sha256).decode().splitlines()
        cents = sum(int(record[29:39]) for record in records if record[:1] == "6")
        name = records[0][86:94].strip()
        if cents:
            amount = -Decimal(cents) / 100
            yield file.claims_account_id, Moved(file.effective_on, amount, "ACH SETTLEMENT", reference=name)


def _checks(until: date) -> Iterator[tuple[int, Moved]]:
    """Cashed three days to three weeks after they were written; one in forty not at all."""
    written = PaymentInstrument.objects.filter(method="check", payment__funds="own", status="issued")
    for one in written.order_by("pk"):
        on = one.issued_on + timedelta(days=3 + one.pk * 7 % 19)
        if on <= until and one.pk % 40:
            yield one.claims_account_id, Moved(on, -one.amount, "CHECK", check=one.check_number)


def _returned() -> Iterator[tuple[int, Moved]]:
    with connection.cursor() as cursor:
        cursor.execute(_RETURNS)
        for account_id, on, amount, trace in cursor.fetchall():
            yield account_id, Moved(on, amount, "ACH RETURN", reference=trace, text="RETURNED")

"""Checks of what was written: invoices again to the byte, closes again, ACH files against the payments they carry."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from bench._year.clock import standing_at
from bench._year.lived import END, Lived
from bench._year.money import papers_of
from bench._year.world import BY
from claims.models import Payment
from tpa.billing.close_month import close_month
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.models import Document
from tpa.models import Invoice, MonthClose

_TABLES = (
    "tpa_monthclose", "tpa_invoice", "tpa_invoiceline", "tpa_invoiceclaim", "tpa_invoicemember",
    "employers_ledgertransaction", "employers_ledgerentry", "foundation_document",
)  # fmt: skip


def closed_twice(lived: Lived) -> tuple[str, list[str]]:
    """Closed, undone, and closed anew at the same moment."""
    return f"{lived.closed.twice} closes with figures, PDF and spreadsheet", lived.closed.otherwise


def closed_again(lived: Lived) -> tuple[str, list[str]]:
    """Months that are closed, closed once more: the same invoice, and not a row more."""
    broken, before = [], _counts()
    closes = list(MonthClose.objects.order_by("pk").values_list("contract", "month_on", "pk"))
    with standing_at(END, 12):
        for contract_id, month_on, pk in closes:
            again = close_month(contract_id=contract_id, month_on=month_on, by=BY)
            if again.close_id != pk:
                broken.append(f"contract {contract_id}, {month_on}: invoice {again.number}")
    after = _counts()
    broken += [
        f"{table}: {after[table] - before[table]} rows more" for table in _TABLES if after[table] != before[table]
    ]
    return f"{len(closes)} closes", broken


def written_again(lived: Lived) -> tuple[str, list[str]]:
    """Every invoice, credit and rebill written anew at the year's end: the bytes that were kept."""
    broken = []
    kept: dict[int | None, set[str]] = {}
    for subject_id, sha256 in Document.objects.filter(subject_type="tpa.invoice").values_list("subject_id", "sha256"):
        kept.setdefault(subject_id, set()).add(sha256)
    every = lived.size.papers_every
    invoices = [invoice for invoice in Invoice.objects.order_by("pk") if invoice.pk % every == 0]
    for invoice in invoices:
        if set(papers_of(invoice)) != kept.get(invoice.pk):
            broken.append(f"invoice {invoice.number}")
    return f"{len(invoices)} invoices and corrections, PDF and spreadsheet", broken


def ach_carries_its_payments(lived: Lived) -> tuple[str, list[str]]:
    """Entries of each file by their fixed columns, against the run's ACH payments."""
    broken, entries = [], 0
    files: dict[int | None, Decimal] = {}
    for document in Document.objects.filter(kind=Document.Kind.ACH).order_by("pk"):
        for line in read_bytes(document.sha256).decode().splitlines():
            if line[:1] == "6" and line[1:3] in ("22", "32"):
                entries += 1
                files[document.subject_id] = files.get(document.subject_id, Decimal(0)) + Decimal(line[29:39]) / 100
    paid: dict[int | None, Decimal] = {}
    for paid_in, amount in Payment.objects.filter(method="ach").values_list("run", "amount"):
        paid[paid_in] = paid.get(paid_in, Decimal(0)) + amount
    for run_id in sorted(paid.keys() | files.keys(), key=str):
        if paid.get(run_id) != files.get(run_id):
            broken.append(f"run {run_id}: paid {paid.get(run_id)}, in its files {files.get(run_id)}")
    return f"{entries} entries of {len(paid)} runs, ${sum(files.values(), Decimal(0)):,}", broken


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in _TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


PAPERS = (
    ("each month closed, undone and closed anew is the same to the byte", closed_twice),
    ("a closed month closed again is the invoice it has", closed_again),
    ("each invoice written anew is the same to the byte", written_again),
    ("ACH files carry their payments", ach_carries_its_payments),
)

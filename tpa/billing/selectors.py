"""Reads billing: what is due to be closed, invoices with what stands behind them, and what was billed for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from tpa.contracts.months import next_month
from tpa.contracts.selectors import first_open_month
from tpa.foundation.access import Scope
from tpa.foundation.models import Document
from tpa.foundation.values.money import ZERO
from tpa.models import Contract, Invoice, InvoiceClaim, InvoiceLine, InvoiceMember


def months_due(on: date) -> list[tuple[int, date]]:
    """(contract, month) of every month that is over and not closed, each contract's in order; a contract that ended is
    closed on until its look-back is over."""
    found = []
    for contract in Contract.objects.exclude(status=Contract.Status.DRAFT).order_by("pk"):
        month_on, last = first_open_month(contract), run_out_ends(contract)
        while next_month(month_on) <= on and (last is None or month_on < last):
            found.append((contract.pk, month_on))
            month_on = next_month(month_on)
    return found


def run_out_ends(contract: Contract) -> date | None:
    """The first month for which a contract is closed no more: its end and the look-back; None while it has no end."""
    last: date | None = contract.period.upper
    if last is None:
        return None
    for _month in range(contract.lookback_months_count):
        last = next_month(last)
    return last


def turns_of(contract_id: int, months: list[date]) -> Iterator[tuple[tuple[int, date, int], int, str]]:
    """For each (fee, month, member) billed in these months: its last turn and the tier. One query."""
    rows = (
        InvoiceMember.objects.filter(fee__contract=contract_id, for_month_on__in=months)
        .order_by("fee_id", "for_month_on", "member_id", "-number")
        .distinct("fee_id", "for_month_on", "member_id")
        .values_list("fee_id", "for_month_on", "member_id", "number", "tier")
    )
    for fee_id, month_on, member_id, number, tier in rows.iterator(chunk_size=10_000):
        yield (fee_id, month_on, member_id), number, tier


def invoices_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[Invoice]:
    """The invoices and credits that exist for a person, the latest first."""
    invoices = Invoice.objects.visible_to(scope).select_related("employer", "contract", "close", "corrects")
    if employer_id is not None:
        invoices = invoices.filter(employer=employer_id)
    return invoices.order_by("-issued_at", "-pk")


def lines_of(scope: Scope, invoice_id: int) -> QuerySet[InvoiceLine]:
    """The lines of an invoice, in order."""
    return InvoiceLine.objects.visible_to(scope).filter(invoice=invoice_id).select_related("fee").order_by("number")


def claims_behind(scope: Scope, line_id: int) -> QuerySet[InvoiceClaim]:
    """The settled claims behind a line."""
    return InvoiceClaim.objects.visible_to(scope).filter(line=line_id).order_by("paid_on", "claim_number", "pk")


def members_behind(scope: Scope, line_id: int) -> QuerySet[InvoiceMember]:
    """The members behind a line."""
    members = InvoiceMember.objects.visible_to(scope).filter(line=line_id).select_related("member__family")
    return members.order_by("member__last_name", "member__first_name", "pk")


def documents_of_invoice(scope: Scope, invoice_id: int) -> QuerySet[Document]:
    """The PDF and the spreadsheet of an invoice."""
    return Document.objects.visible_to(scope).filter(subject_type="tpa.invoice", subject_id=invoice_id).order_by("pk")


def open_amount(invoice: Invoice) -> Decimal:
    """What of an invoice is still to be paid: its total less its credits; nothing once it is settled."""
    if invoice.status == Invoice.Status.SETTLED or invoice.kind == Invoice.Kind.CREDIT:
        return ZERO
    credited = invoice.credits.aggregate(sum=Sum("total_amount"))["sum"] or ZERO
    return invoice.total_amount + credited


def owed_by_employer(scope: Scope, employer_id: int) -> Decimal:
    """What an employer owes on invoices that are not settled, credits deducted. One query."""
    unsettled = Invoice.objects.visible_to(scope).filter(employer=employer_id, status=Invoice.Status.ISSUED)
    return unsettled.aggregate(sum=Sum("total_amount"))["sum"] or ZERO

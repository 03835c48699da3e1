"""Reads billing: what is due to be closed, invoices with what stands behind them, and what was billed for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q, QuerySet, Sum

from tpa.contracts.months import months_after, next_month
from tpa.foundation.access import Scope
from tpa.foundation.models import Document
from tpa.foundation.values.money import ZERO
from tpa.models import (
    Charge,
    Contract,
    ContractFee,
    ContractVersion,
    Invoice,
    InvoiceClaim,
    InvoiceLine,
    InvoiceMember,
    ShortPayment,
)


def months_due(on: date) -> list[tuple[int, date]]:
    """(contract, month) of every month that is over and not closed, each contract's in order; a contract that ended is
    closed on until its run-out is over. Two queries."""
    signed = Contract.objects.exclude(status=Contract.Status.DRAFT)
    found = []
    for contract, open_on, last in open_months(signed.order_by("pk")):
        month_on = open_on
        while next_month(month_on) <= on and (last is None or month_on < last):
            found.append((contract.pk, month_on))
            month_on = next_month(month_on)
    return found


def open_months(contracts: QuerySet[Contract]) -> Iterator[tuple[Contract, date, date | None]]:
    """Each contract with its first month that is not closed and the first month for which it is closed no more (None
    while it has no end). Two queries."""
    latest: dict[int, ContractVersion] = {}
    for version in ContractVersion.objects.filter(contract__in=contracts.values("pk")).order_by("starts_on"):
        latest[version.contract_id] = version
    for contract in contracts.annotate(closed_on=Max("closes__month_on")):
        open_on = next_month(contract.closed_on) if contract.closed_on else contract.period.lower
        yield contract, open_on, run_out_ends(contract, latest[contract.pk])


def run_out_ends(contract: Contract, terms: ContractVersion) -> date | None:
    """The first month for which a contract is closed no more: its end and the look-back or the run-out, whichever is
    longer; None while it has no end. `terms`: the last ones."""
    ends_on: date | None = contract.period.upper
    if ends_on is None:
        return None
    return months_after(ends_on, max(terms.lookback_months_count, terms.run_out_months_count))


def turns_of(contract_id: int, months: list[date]) -> Iterator[tuple[tuple[int, date, int], int, str, str]]:
    """For each (fee, month, member) billed in these months: its last turn, the tier and the division that was billed.
    One query."""
    rows = (
        InvoiceMember.objects.filter(fee__contract=contract_id, for_month_on__in=months)
        .order_by("fee_id", "for_month_on", "member_id", "-number")
        .distinct("fee_id", "for_month_on", "member_id")
        .values_list("fee_id", "for_month_on", "member_id", "number", "tier", "line__invoice__division")
    )
    for fee_id, month_on, member_id, number, tier, division in rows.iterator(chunk_size=10_000):
        yield (fee_id, month_on, member_id), number, tier, division


def charges_to_take_up(contract_id: int, before: date) -> list[Charge]:
    """What was charged before a day and stands in no invoice yet, the earliest first. One query."""
    waiting = Charge.objects.filter(contract=contract_id, incurred_on__lt=before, line__isnull=True)
    waiting = waiting.filter(Q(short_payment__isnull=True) | Q(short_payment__status=ShortPayment.Status.OPEN))
    return list(waiting.order_by("kind", "incurred_on", "pk"))


def fees_billed(contract_id: int, months: list[date]) -> Decimal:
    """The administration fees billed for these months, as they were closed: adjustments that came with them counted,
    credits deducted. One query."""
    lines = InvoiceLine.objects.filter(
        invoice__contract=contract_id,
        invoice__close__month_on__in=months,
        fee__purpose=ContractFee.Purpose.ADMINISTRATION,
    )
    return lines.aggregate(sum=Sum("amount"))["sum"] or ZERO


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
    return _papers(scope, invoice_id).exclude(kind=Document.Kind.LETTER)


def letters_of_invoice(scope: Scope, invoice_id: int) -> QuerySet[Document]:
    """The reminders of an invoice, as letters."""
    return _papers(scope, invoice_id).filter(kind=Document.Kind.LETTER)


def _papers(scope: Scope, invoice_id: int) -> QuerySet[Document]:
    return Document.objects.visible_to(scope).filter(subject_type="tpa.invoice", subject_id=invoice_id).order_by("pk")

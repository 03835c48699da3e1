"""Everything an invoice's documents tell, read from what stands: the same today and in ten years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, Sum

from tpa.foundation.values.money import ZERO
from tpa.models import Invoice, InvoiceClaim, InvoiceLine, InvoiceMember


class PersonRow(NamedTuple):
    """A member-month of a line."""

    line_number: int
    line_name: str
    kind: str
    name: str
    subscriber_number: str
    for_month_on: date
    tier: str
    turned_count: int
    amount: Decimal


class ClaimRow(NamedTuple):
    """A settled claim of a line. Neither who it was for nor why: an employer need not know."""

    line_number: int
    line_name: str
    claim_number: str
    paid_on: date
    trace_number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Before:
    """The invoice of the month before: its sums by kind of line."""

    month_on: date
    sums: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice with its lines, what stands behind them, and what the invoice before it came to."""

    invoice: Invoice
    lines: list[InvoiceLine]
    claims: list[ClaimRow]
    people: list[PersonRow]
    before: Before | None

    def sum_of(self, kind: str) -> Decimal:
        """The sum of the lines of a kind."""
        return sum((line.amount for line in self.lines if line.kind == kind), ZERO)


def invoice_facts(invoice_id: int) -> InvoiceFacts:
    """Read an invoice with all that its documents show. Five queries."""
    invoice = Invoice.objects.select_related("employer", "contract", "close", "corrects").get(pk=invoice_id)
    lines = list(invoice.lines.select_related("fee", "claims_account").order_by("number"))
    claims = InvoiceClaim.objects.filter(line__invoice=invoice).order_by(
        "line__number", "paid_on", "claim_number", "pk"
    )
    people = InvoiceMember.objects.filter(line__invoice=invoice).order_by(
        "line__number", "member__last_name", "member__first_name", "member_id"
    )
    return InvoiceFacts(
        invoice=invoice,
        lines=lines,
        claims=[
            ClaimRow(*row)
            for row in claims.values_list(
                "line__number", "line__name", "claim_number", "paid_on", "trace_number", "amount"
            ).iterator(chunk_size=20_000)
        ],
        people=[
            PersonRow._make((*row[:3], f"{row[3]}, {row[4]}".strip(", "), *row[5:]))
            for row in people.values_list(
                "line__number",
                "line__name",
                "line__kind",
                "member__last_name",
                "member__first_name",
                "member__family__subscriber_number",
                "for_month_on",
                "tier",
                "count",
                "amount",
            ).iterator(chunk_size=20_000)
        ],
        before=_before(invoice),
    )


def _before(invoice: Invoice) -> Before | None:
    """The last invoice for an earlier month that was there when this one was issued: of its own contract, else of
    another of the employer's. What is issued later never counts: the documents stay what they are."""
    if invoice.kind != Invoice.Kind.INVOICE:
        return None
    earlier = (
        Invoice.objects.select_related("close")
        .filter(
            employer=invoice.employer_id,
            division=invoice.division,
            kind=Invoice.Kind.INVOICE,
            close__month_on__lt=invoice.close.month_on,
        )
        .filter(Q(issued_at__lt=invoice.issued_at) | Q(issued_at=invoice.issued_at, pk__lt=invoice.pk))
        .annotate(is_own=Q(contract=invoice.contract_id))
        .order_by("-is_own", "-close__month_on", "-pk")
        .first()
    )
    if earlier is None:
        return None
    sums = dict(earlier.lines.values_list("kind").annotate(Sum("amount")).order_by())
    return Before(earlier.close.month_on, {kind: sums.get(kind, ZERO) for kind in InvoiceLine.Kind.values})

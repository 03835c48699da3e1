"""An employer's statement: what was invoiced, corrected, paid and given up in a period, from balance to balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tpa.billing.invoice_page import dollars
from tpa.billing.open_amounts import Age, ageing, open_invoices
from tpa.foundation.access import Scope
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.errors import NotFound
from tpa.foundation.organisation import organisation
from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.money import ZERO
from tpa.models import Contract, Invoice, InvoiceSettlement, WriteOff


class StatementRow(NamedTuple):
    """One thing that moved what is owed, with the balance after it."""

    on: date
    what: str
    reference: str
    amount: Decimal
    balance_amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """The rows of a period (its last day counts) between two balances, and today's open invoices by age."""

    name: str
    code: str
    address: tuple[str, ...]
    from_on: date
    to_on: date
    opening_amount: Decimal
    rows: list[StatementRow]
    closing_amount: Decimal
    age: Age


def statement_of(scope: Scope, employer_id: int, *, from_on: date, to_on: date) -> Statement:
    """Read the statement. What a short payment carries on is owed still, on the invoice that took it up. A
    fixed number of queries. Raises NotFound where the person sees no contract of the employer."""
    contract = Contract.objects.visible_to(scope).select_related("employer").filter(employer=employer_id).first()
    employer = contract.employer if contract is not None else None
    if employer is None:
        raise NotFound("billing.no_such_employer", _("There is no such employer."))
    moves = [
        (one.issued_on, str(one.get_kind_display()), one.number, one.total_amount - _carried(one))
        for one in Invoice.objects.visible_to(scope).filter(employer=employer).prefetch_related("lines").order_by("pk")
    ]
    settlements = InvoiceSettlement.objects.visible_to(scope).filter(employer=employer, short_payment__isnull=True)
    for row in settlements.select_related("invoice", "receipt", "write_off").order_by("pk"):
        on = row.receipt.received_on if row.receipt is not None else timezone.localdate(row.recorded_at)
        what = _("payment") if row.receipt is not None else _("written off")
        reference = row.receipt.bank_reference if row.receipt is not None else row.invoice.number
        moves.append((on, what, f"{reference} · {row.invoice.number}", -row.amount))
    given_up = WriteOff.objects.visible_to(scope).filter(
        employer=employer, status=WriteOff.Status.DONE, short_payment__isnull=False
    )
    for one in given_up.select_related("invoice").order_by("pk"):
        moves.append((timezone.localdate(one.status_at), _("written off"), one.invoice.number, -one.amount))
    moves.sort(key=lambda move: move[0])
    balance = opening = sum((amount for on, _what, _ref, amount in moves if on < from_on), ZERO)
    rows = []
    for on, what, reference, amount in moves:
        if from_on <= on <= to_on:
            balance += amount
            rows.append(StatementRow(on, what, reference, amount, balance))
    age = ageing(open_invoices(scope, employer_id=employer.pk), to_on)
    address = tuple(address_lines(employer.name, employer))
    return Statement(employer.name, employer.code, address, from_on, to_on, opening, rows, balance, age)


def _carried(invoice: Invoice) -> Decimal:
    return sum((line.amount for line in invoice.lines.all() if line.kind == "carried"), ZERO)


def statement_pdf(statement: Statement) -> bytes:
    """The statement as a PDF; the same statement gives the same bytes."""
    at = datetime.combine(statement.to_on + timedelta(days=1), time.min, timezone.get_default_timezone())
    with translation.override(settings.LANGUAGE_CODE):
        return render_pdf(template="statement", data=_page(statement), at=at)


def _page(statement: Statement) -> dict[str, Any]:
    us, age = organisation(), statement.age
    return {
        "title": _("Statement for %(name)s") % {"name": statement.name},
        "lang": settings.LANGUAGE_CODE[:2],
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone}",
        "words": {
            "title": _("Statement"),
            "to": _("To"),
            "page": _("Page"),
            "ages": _("Open by age"),
            "columns": [_("Day"), _("What"), _("Reference"), _("Amount"), _("Balance")],
        },
        "address": list(statement.address),
        "facts": [
            (_("From"), _day(statement.from_on)),
            (_("To"), _day(statement.to_on)),
            (_("Group"), statement.code),
        ],
        "opening": (_("Balance before"), dollars(statement.opening_amount)),
        "rows": [
            (_day(row.on), row.what, row.reference, dollars(row.amount), dollars(row.balance_amount))
            for row in statement.rows
        ],
        "closing": (_("Balance after"), dollars(statement.closing_amount)),
        "ages": [
            (name, dollars(amount))
            for name, amount in zip(
                (_("not due"), _("1 to 30 days"), _("31 to 60 days"), _("61 to 90 days"), _("older")), age, strict=True
            )
        ],
    }


def _day(on: date) -> str:
    return str(date_format(on, "M j, Y"))

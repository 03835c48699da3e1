"""Writes a correction of an invoice, a credit or a rebill: its lines name those that they correct."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.billing.post_invoice import post_invoice
from tpa.billing.write_invoice import INVOICE_DOCUMENTS
from tpa.foundation import work
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice, InvoiceLine

_LETTERS = {Invoice.Kind.CREDIT: "C", Invoice.Kind.REBILL: "R"}


def lock_to_correct(invoice_id: int, because: str) -> Invoice:
    """The invoice, locked in the caller's transaction. Raises Invalid without a reason, Conflict once it is settled."""
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say why: the reason stands on the correction."))
    invoice = Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id, kind=Invoice.Kind.INVOICE).first()
    if invoice is None:
        raise NotFound("billing.no_such_invoice", _("There is no such invoice."))
    if invoice.status != Invoice.Status.ISSUED:
        raise Conflict("billing.settled", _("This invoice is settled."))
    return invoice


def lines_to_correct(invoice: Invoice, amounts: Mapping[int, Decimal]) -> list[InvoiceLine]:
    """The lines that are named, in order. Raises Invalid for none, and for lines of another invoice."""
    lines = {line.pk: line for line in invoice.lines.order_by("number")}
    if not amounts or not lines.keys() >= amounts.keys():
        raise Invalid("billing.no_such_line", _("Name lines of this invoice."))
    return [line for pk, line in lines.items() if pk in amounts]


def write_correction(
    invoice: Invoice, kind: str, amounts: list[tuple[InvoiceLine, Decimal]], *, because: str, by: Actor
) -> Invoice:
    """Write, post and ask for the papers of a correction; `amounts` are what it adds (a credit's negative)."""
    at = timezone.now()
    issued_on = timezone.localdate(at)
    earlier = invoice.credits.filter(Q(kind=kind)).count()
    correction = Invoice.objects.create(
        number=f"{invoice.number}-{_LETTERS[Invoice.Kind(kind)]}{earlier + 1}",
        kind=kind,
        close_id=invoice.close_id,
        division=invoice.division,
        contract_id=invoice.contract_id,
        employer_id=invoice.employer_id,
        corrects=invoice,
        status_at=at,
        issued_at=at,
        issued_on=issued_on,
        due_on=max(invoice.due_on, issued_on),
        total_amount=sum((amount for _line, amount in amounts), ZERO),
        because=because.strip()[:300],
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=correction,
            employer_id=invoice.employer_id,
            number=number,
            kind=kind,
            name=line.name,
            section=line.section,
            for_month_on=line.for_month_on,
            quantity_count=1,
            amount=amount,
            fee_id=line.fee_id,
            claims_account_id=line.claims_account_id,
            corrects=line,
        )
        for number, (line, amount) in enumerate(amounts, 1)
    )
    post_invoice(invoice=correction, by=by)
    work.ask(INVOICE_DOCUMENTS, key=str(correction.pk), payload={"invoice": correction.pk}, at=at)
    record(
        "tpa.invoice.credited" if kind == Invoice.Kind.CREDIT else "tpa.invoice.rebilled",
        by=by,
        about=correction,
        because=because,
        detail={"corrects": invoice.number},
    )
    return correction

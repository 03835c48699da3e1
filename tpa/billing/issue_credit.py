"""Corrects an invoice by a credit: the invoice itself stands as it was issued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.billing.post_invoice import post_invoice
from tpa.billing.write_invoice import INVOICE_DOCUMENTS
from tpa.foundation import work
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO, cents
from tpa.models import Invoice, InvoiceLine


def issue_credit(*, invoice_id: int, amounts: Mapping[int, Decimal], because: str, by: Actor) -> Invoice:
    """Credit so much of each line (line id → dollars, positive) and return the credit.

    Raises Invalid without a reason, without lines, for lines of another invoice and for more than is left of a line;
    Conflict when the invoice is settled.
    """
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say why: the reason stands on the credit."))
    with transaction.atomic():
        invoice = (
            Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id, kind=Invoice.Kind.INVOICE).first()
        )
        if invoice is None:
            raise NotFound("billing.no_such_invoice", _("There is no such invoice."))
        if invoice.status != Invoice.Status.ISSUED:
            raise Conflict("billing.settled", _("This invoice is settled."))
        lines = _lines(invoice, amounts)
        at = timezone.now()
        credit = _write(invoice, lines, because, at)
        post_invoice(invoice=credit, by=by)
        work.ask(INVOICE_DOCUMENTS, key=str(credit.pk), payload={"invoice": credit.pk}, at=at)
        record("tpa.invoice.credited", by=by, about=credit, because=because, detail={"corrects": invoice.number})
    return credit


def _lines(invoice: Invoice, amounts: Mapping[int, Decimal]) -> list[tuple[InvoiceLine, Decimal]]:
    lines = {line.pk: line for line in invoice.lines.order_by("number")}
    if not amounts or not lines.keys() >= amounts.keys():
        raise Invalid("billing.no_such_line", _("Name lines of this invoice."))
    credited: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line_id, amount in InvoiceLine.objects.filter(corrects__invoice=invoice).values_list("corrects_id", "amount"):
        credited[line_id] -= amount
    for line_id, amount in amounts.items():
        left = lines[line_id].amount - credited[line_id]
        if amount <= 0 or amount != cents(amount) or amount > left:
            raise Invalid(
                "billing.credit_amount",
                _("Credit more than zero and no more than is left of the line."),
                line=lines[line_id].number,
                left_amount=str(left),
            )
    return [(line, amounts[pk]) for pk, line in lines.items() if pk in amounts]


def _write(invoice: Invoice, lines: list[tuple[InvoiceLine, Decimal]], because: str, at: datetime) -> Invoice:
    issued_on = timezone.localdate(at)
    credit = Invoice.objects.create(
        number=f"{invoice.number}-C{invoice.credits.count() + 1}",
        kind=Invoice.Kind.CREDIT,
        close_id=invoice.close_id,
        contract_id=invoice.contract_id,
        employer_id=invoice.employer_id,
        corrects=invoice,
        status_at=at,
        issued_at=at,
        issued_on=issued_on,
        due_on=issued_on,
        total_amount=-sum((amount for _line, amount in lines), ZERO),
        because=because[:300],
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=credit,
            employer_id=invoice.employer_id,
            number=number,
            kind=InvoiceLine.Kind.CREDIT,
            name=line.name,
            section=line.section,
            for_month_on=line.for_month_on,
            quantity_count=1,
            amount=-amount,
            fee_id=line.fee_id,
            claims_account_id=line.claims_account_id,
            corrects=line,
        )
        for number, (line, amount) in enumerate(lines, 1)
    )
    return credit

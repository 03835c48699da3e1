"""Answers a dispute: the line is upheld, or credited, in full or in part, by a credit that refers to it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.billing.dispute_line import locked_dispute
from tpa.billing.issue_credit import issue_credit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice, InvoiceDispute


def answer_dispute(*, dispute_id: int, answer: str, by: Actor, credit_amount: Decimal = ZERO) -> InvoiceDispute:
    """Answer and return it; with an amount the line is credited that much, else it is upheld.

    An invoice that was paid is open again by what is credited: that much is owed to the employer. Raises Invalid
    without an answer or for more than is disputed, Conflict when somebody settled the dispute meanwhile.
    """
    if not answer.strip():
        raise Invalid("billing.answer_wanted", _("Say why: the employer reads it."))
    found = InvoiceDispute.objects.filter(pk=dispute_id).values_list("invoice_id", flat=True).first()
    if found is None:
        raise NotFound("billing.no_such_dispute", _("There is no such dispute."))
    with transaction.atomic():
        # The invoice first, as everybody who corrects or settles one.
        invoice = Invoice.objects.select_for_update(no_key=True).get(pk=found)
        row = locked_dispute(dispute_id)
        if not 0 <= credit_amount <= row.amount:
            raise Invalid("billing.credit_amount", _("Credit no more than is disputed."), disputed=str(row.amount))
        if credit_amount:
            if invoice.status == Invoice.Status.SETTLED:
                move(invoice, Invoice.Status.ISSUED, by=by, because=f"line {row.line.number} was disputed"[:300])
            row.credit = issue_credit(
                invoice_id=invoice.pk, amounts={row.line_id: credit_amount}, because=answer, by=by
            )
        row.answer, row.answered_by = answer.strip()[:300], str(by)[:80]
        row.save(update_fields=["answer", "answered_by", "credit"])
        to = InvoiceDispute.Status.CREDITED if credit_amount else InvoiceDispute.Status.UPHELD
        move(row, to, by=by, because=answer)
    return row

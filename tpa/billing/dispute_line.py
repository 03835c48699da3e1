"""Disputes a line of an invoice, as the employer; and withdraws it, or writes about it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents
from tpa.models import DisputeNote, Invoice, InvoiceDispute, InvoiceLine

_DISPUTED = (Invoice.Status.ISSUED, Invoice.Status.SETTLED)


def dispute_line(*, invoice_id: int, line_id: int, amount: Decimal, because: str, by: Actor) -> InvoiceDispute:
    """Dispute so much of a line and return it; what was paid already may be disputed too.

    Raises Invalid without a reason or for more than is left of the line, Conflict when it is disputed already or the
    invoice was given up.
    """
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say what is wrong with this line."))
    with transaction.atomic():
        # Credits lock the invoice too: what is left of the line stands while we look.
        invoice = (
            Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id, kind=Invoice.Kind.INVOICE).first()
        )
        line = invoice.lines.filter(pk=line_id).first() if invoice is not None else None
        if invoice is None or line is None:
            raise NotFound("billing.no_such_line", _("There is no such line."))
        if invoice.status not in _DISPUTED:
            raise Conflict("billing.given_up", _("This invoice was written off: nothing of it is asked."))
        left = left_of(line)
        if not 0 < amount <= left or amount != cents(amount):
            raise Invalid(
                "billing.disputed_amount",
                _("Dispute more than zero and no more than is left of the line."),
                left_amount=str(left),
            )
        if line.disputes.filter(status=InvoiceDispute.Status.OPEN).exists():
            raise Conflict("billing.disputed", _("This line is disputed already."))
        now = timezone.now()
        row = InvoiceDispute.objects.create(
            invoice=invoice,
            line=line,
            employer_id=invoice.employer_id,
            amount=amount,
            because=because.strip()[:300],
            opened_by=str(by)[:80],
            opened_at=now,
            status_at=now,
        )
        record("tpa.invoicedispute.opened", by=by, about=row, because=because, detail={"amount": str(amount)})
    return row


def withdraw_dispute(*, dispute_id: int, by: Actor) -> InvoiceDispute:
    """Withdraw it and return it. Raises Conflict when it was answered meanwhile."""
    with transaction.atomic():
        row = locked_dispute(dispute_id)
        move(row, InvoiceDispute.Status.WITHDRAWN, by=by)
    return row


def write_in_dispute(*, dispute_id: int, text: str, is_from_employer: bool, by: Actor) -> DisputeNote:
    """Write to the other side about an open dispute and return it. Raises Invalid for nothing, Conflict once it is
    answered."""
    if not text.strip():
        raise Invalid("billing.nothing_written", _("Write something."))
    with transaction.atomic():
        row = locked_dispute(dispute_id)
        note = DisputeNote.objects.create(
            dispute=row,
            employer_id=row.employer_id,
            is_from_employer=is_from_employer,
            text=text.strip()[:1000],
            written_by=str(by)[:80],
            written_at=timezone.now(),
        )
        record("tpa.disputenote.written", by=by, about=note)
    return note


def locked_dispute(dispute_id: int) -> InvoiceDispute:
    """An open dispute, locked in the caller's transaction. Raises Conflict when somebody settled it meanwhile."""
    row = InvoiceDispute.objects.select_for_update(no_key=True).filter(pk=dispute_id).first()
    if row is None:
        raise NotFound("billing.no_such_dispute", _("There is no such dispute."))
    if row.status != InvoiceDispute.Status.OPEN:
        raise Conflict("billing.dispute_settled", _("Somebody settled this dispute meanwhile."))
    return row


def left_of(line: InvoiceLine) -> Decimal:
    """What of a line was not credited yet; what was billed again counts. One query."""
    corrected: Decimal = line.credits.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return line.amount + corrected

"""Takes a receipt back that the bank took back: what it paid is open again."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.billing.take_own import take_own
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move_many
from tpa.models import Invoice, InvoiceSettlement, Receipt


def reverse_receipt(*, receipt_id: int, reversed_on: date, because: str, by: Actor) -> Receipt:
    """Book the negative receipt and return it; a second one is refused (`Conflict`). What was carried to a later
    invoice, because this one was paid short, stays carried."""
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say why the bank took it back."))
    with transaction.atomic():
        receipt = Receipt.objects.select_for_update(no_key=True).filter(pk=receipt_id).first()
        if receipt is None:
            raise NotFound("billing.no_such_receipt", _("There is no such receipt."))
        if receipt.reverses_id is not None or Receipt.objects.filter(reverses=receipt).exists():
            raise Conflict("billing.receipt_reversed", _("The bank took this receipt back."))
        settlements = list(receipt.settlements.select_related("invoice").order_by("pk"))
        invoice_ids = sorted({one.invoice_id for one in settlements})
        invoices = list(Invoice.objects.select_for_update(no_key=True).filter(pk__in=invoice_ids).order_by("pk"))
        back = Receipt.objects.create(
            employer_id=receipt.employer_id,
            received_on=reversed_on,
            amount=-receipt.amount,
            method=receipt.method,
            bank_reference=f"{receipt.bank_reference[:50]}, back",
            reverses=receipt,
            because=because.strip()[:300],
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        for one in settlements:
            _take_back(one, back, by)
        for invoice in invoices:
            take_own(invoice=invoice, on=reversed_on, by=by)
        settled = Invoice.objects.filter(pk__in=invoice_ids, status=Invoice.Status.SETTLED)
        targets = dict.fromkeys(settled.values_list("pk", flat=True), str(Invoice.Status.ISSUED))
        move_many(Invoice, targets, by=by, because=because)
        record("tpa.receipt.reversed", by=by, about=back, because=because)
    return back


def _take_back(settlement: InvoiceSettlement, back: Receipt, by: Actor) -> None:
    post(
        claims_account_id=settlement.claims_account_id,
        posting=Posting(
            reference=f"receipt back:{back.pk}:{settlement.pk}",
            kind="settlement",
            description=_("Payment of invoice %(number)s taken back") % {"number": settlement.invoice.number},
            posted_on=back.received_on,
            entries=((Account.CASH, -settlement.amount), (Account.DUE_FROM_EMPLOYER, settlement.amount)),
        ),
        by=by,
        must_be_funded=False,
    )
    InvoiceSettlement.objects.create(
        invoice_id=settlement.invoice_id,
        employer_id=settlement.employer_id,
        claims_account_id=settlement.claims_account_id,
        receipt=back,
        amount=-settlement.amount,
        recorded_at=back.recorded_at,
    )

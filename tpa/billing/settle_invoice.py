"""Settles an invoice with the money that the employer sent for all of it, its credits deducted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.billing.open_amounts import open_amount
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice, Receipt


def settle_invoice(*, invoice_id: int, amount: Decimal, received_on: date, bank_reference: str, by: Actor) -> Invoice:
    """Book the payment and return the invoice, settled together with its corrections.

    Raises Invalid when the amount is not what is open (`record_receipt` takes part of it), Conflict when it is
    settled already.
    """
    with transaction.atomic():
        invoice = (
            Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id, kind=Invoice.Kind.INVOICE).first()
        )
        if invoice is None:
            raise NotFound("billing.no_such_invoice", _("There is no such invoice."))
        if invoice.status != Invoice.Status.ISSUED:
            raise Conflict("billing.settled", _("This invoice is settled."))
        owed = open_amount(invoice)
        if amount != owed:
            raise Invalid("billing.not_the_amount", _("That is not the amount that is open."), open_amount=str(owed))
        words = ReceiptWords(
            # Where we owe the employer no money comes in: the credit is set off.
            amount=max(amount, ZERO),
            received_on=received_on,
            bank_reference=bank_reference,
            method=Receipt.Method.ACH if amount > 0 else Receipt.Method.NONE,
            pays=(Pays(invoice.pk, amount),),
        )
        receipt = record_receipt(employer_id=invoice.employer_id, words=words, by=by)
        if not receipt.settlements.filter(invoice=invoice).exists() and owed:
            raise Conflict("billing.receipt_known", _("Another payment came in under this reference."))
        invoice.refresh_from_db()
    return invoice

"""Books money that came in from an employer, and what of which invoices it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.billing.close_short import close_short
from tpa.billing.open_amounts import divide, open_amount, open_by_account
from tpa.billing.take_own import take_own
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO, cents
from tpa.models import Invoice, InvoiceSettlement, Receipt


@dataclass(frozen=True, slots=True)
class Pays:
    """So much on one invoice. `short_because`: less than is open, and the rest is no longer asked on this invoice."""

    invoice_id: int
    amount: Decimal
    short_because: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """Money as the bank tells it. What of it pays no invoice yet stays on the receipt."""

    amount: Decimal
    received_on: date
    bank_reference: str
    method: str = Receipt.Method.ACH
    pays: tuple[Pays, ...] = ()
    file_id: int | None = None


def record_receipt(*, employer_id: int, words: ReceiptWords, by: Actor) -> Receipt:
    """Book a receipt once and apply it; the same again changes nothing and is returned.

    Raises Conflict when something else came in under this reference, and what `apply_receipt` raises.
    """
    if words.amount < 0 or words.amount != cents(words.amount) or not words.bank_reference.strip():
        raise Invalid("billing.receipt_words", _("A receipt has an amount in whole cents and a reference."))
    if words.method not in Receipt.Method.values:
        raise Invalid("billing.receipt_method", _("There is no such way of payment."))
    with transaction.atomic():
        fresh = Receipt(
            employer_id=employer_id,
            received_on=words.received_on,
            amount=words.amount,
            method=words.method,
            bank_reference=words.bank_reference.strip()[:60],
            file_id=words.file_id,
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        # Who books the same receipt at the same moment waits here for the other.
        Receipt.objects.bulk_create([fresh], ignore_conflicts=True)
        receipt = Receipt.objects.get(employer=employer_id, bank_reference=fresh.bank_reference)
        if receipt.recorded_at != fresh.recorded_at:
            if (receipt.amount, receipt.received_on) != (words.amount, words.received_on):
                raise Conflict("billing.receipt_known", _("Another amount came in under this reference."))
            return receipt
        record("tpa.receipt.recorded", by=by, about=receipt, detail={"amount": str(words.amount)})
        if words.pays:
            apply_receipt(receipt_id=receipt.pk, pays=words.pays, by=by)
    return receipt


def apply_receipt(*, receipt_id: int, pays: Sequence[Pays], by: Actor) -> Receipt:
    """Pay invoices from a receipt and return it. An invoice that is paid in full, or closed short, is settled.

    Raises Invalid for more than is left of the receipt or open of an invoice, Conflict for an invoice that is settled
    or a receipt that was taken back.
    """
    with transaction.atomic():
        receipt = Receipt.objects.select_for_update(no_key=True).filter(pk=receipt_id).first()
        if receipt is None:
            raise NotFound("billing.no_such_receipt", _("There is no such receipt."))
        if receipt.reverses_id is not None or Receipt.objects.filter(reverses=receipt).exists():
            raise Conflict("billing.receipt_reversed", _("The bank took this receipt back."))
        locked = Invoice.objects.select_for_update(no_key=True).filter(
            pk__in=[one.invoice_id for one in pays], employer=receipt.employer_id, kind=Invoice.Kind.INVOICE
        )
        invoices = {invoice.pk: invoice for invoice in locked.order_by("pk")}
        if not invoices.keys() == {one.invoice_id for one in pays} or len(invoices) < len(pays):
            raise NotFound("billing.no_such_invoice", _("There is no such invoice."))
        if sum((one.amount for one in pays), ZERO) > unapplied(receipt):
            raise Invalid("billing.more_than_received", _("That is more than is left of the receipt."))
        for one in sorted(pays, key=lambda one: one.invoice_id):
            _pay(receipt, invoices[one.invoice_id], one, by)
    return receipt


def unapplied(receipt: Receipt) -> Decimal:
    """What of a receipt pays no invoice yet. One query."""
    return receipt.amount - sum(receipt.settlements.values_list("amount", flat=True), ZERO)


def _pay(receipt: Receipt, invoice: Invoice, pays: Pays, by: Actor) -> None:
    if invoice.status != Invoice.Status.ISSUED:
        raise Conflict("billing.settled", _("Invoice %(number)s is settled.") % {"number": invoice.number})
    is_open = open_amount(invoice)
    within = 0 < pays.amount <= is_open or is_open <= pays.amount < 0
    # An invoice that came to nothing, corrections counted, is settled by nothing.
    if not within and not (pays.amount == is_open == 0):
        raise Invalid("billing.not_the_amount", _("That is not the amount that is open."), open_amount=str(is_open))
    for account_id, part in divide(pays.amount, open_by_account(invoice)).items():
        post(
            claims_account_id=account_id,
            posting=Posting(
                reference=f"receipt:{receipt.pk}:{invoice.number}:{account_id}:{invoice.settlements.count()}",
                kind="settlement",
                description=_("Invoice %(number)s paid: %(reference)s")
                % {"number": invoice.number, "reference": receipt.bank_reference},
                posted_on=receipt.received_on,
                entries=((Account.CASH, part), (Account.DUE_FROM_EMPLOYER, -part)),
            ),
            by=by,
            must_be_funded=False,
        )
        InvoiceSettlement.objects.create(
            invoice=invoice,
            employer_id=invoice.employer_id,
            claims_account_id=account_id,
            receipt=receipt,
            amount=part,
            recorded_at=timezone.now(),
        )
    take_own(invoice=invoice, on=receipt.received_on, by=by)
    if pays.amount == is_open:
        settle(invoice, by=by, because=receipt.bank_reference)
    elif pays.short_because.strip():
        close_short(invoice=invoice, on=receipt.received_on, because=pays.short_because, by=by)
        settle(invoice, by=by, because=f"closed short: {pays.short_because}"[:300])


def settle(invoice: Invoice, *, by: Actor, because: str) -> None:
    """The invoice is settled, and its corrections with it."""
    corrections = invoice.credits.filter(status=Invoice.Status.ISSUED).values_list("pk", flat=True)
    targets = dict.fromkeys([invoice.pk, *corrections], str(Invoice.Status.SETTLED))
    move_many(Invoice, targets, by=by, because=because)
    invoice.refresh_from_db()

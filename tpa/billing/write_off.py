"""Asks to give up what an employer does not pay, and approves it: another person, above the contract's limit two."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.billing.open_amounts import divide, open_amount, open_by_account
from tpa.contracts.selectors import terms_in
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move, move_many
from tpa.foundation.values.money import cents
from tpa.models import Invoice, InvoiceSettlement, ShortPayment, WriteOff, WriteOffApproval


def ask_write_off(
    *, invoice_id: int, amount: Decimal, because: str, by: Actor, short_payment_id: int | None = None
) -> WriteOff:
    """Ask for a write-off and return it. Of a short payment all of it is asked. Raises Invalid without a reason or for
    more than is open, Conflict when one is asked already."""
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say why it is given up."))
    with transaction.atomic():
        invoice = (
            Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id, kind=Invoice.Kind.INVOICE).first()
        )
        if invoice is None:
            raise NotFound("billing.no_such_invoice", _("There is no such invoice."))
        item = _item(invoice, short_payment_id)
        is_open = item.amount if item is not None else open_amount(invoice)
        if not 0 < amount <= is_open or amount != cents(amount) or (item is not None and amount != is_open):
            raise Invalid("billing.not_the_amount", _("That is not the amount that is open."), open_amount=str(is_open))
        asked = WriteOff.objects.filter(invoice=invoice, short_payment=item, status=WriteOff.Status.ASKED)
        if asked.exists():
            raise Conflict("billing.write_off_asked", _("A write-off of it waits for approval already."))
        limit = terms_in(invoice.contract_id, invoice.close.month_on).write_off_limit_amount
        now = timezone.now()
        row = WriteOff.objects.create(
            invoice=invoice,
            short_payment=item,
            employer_id=invoice.employer_id,
            amount=amount,
            because=because.strip()[:300],
            asked_by=str(by)[:80],
            asked_at=now,
            wanted_count=2 if amount > limit else 1,
            status_at=now,
        )
        record("tpa.writeoff.asked", by=by, about=row, because=because, detail={"amount": str(amount)})
    return row


def approve_write_off(*, write_off_id: int, by: Actor) -> WriteOff:
    """Approve and return it; with the last approval that it wants it is done. Raises Conflict when it is no longer
    asked, was asked or approved by the same person, or is more than is still open."""
    with transaction.atomic():
        row = _locked(write_off_id)
        if row.status != WriteOff.Status.ASKED:
            raise Conflict("billing.write_off_settled", _("Somebody settled this write-off meanwhile."))
        if str(by)[:80] == row.asked_by:
            raise Conflict("billing.own_write_off", _("Another person than who asked approves."))
        if row.approvals.filter(approved_by=str(by)[:80]).exists():
            raise Conflict("billing.approved_before", _("You approved it: another person is wanted."))
        WriteOffApproval.objects.create(
            write_off=row, employer_id=row.employer_id, approved_by=str(by)[:80], approved_at=timezone.now()
        )
        record("tpa.writeoff.approved", by=by, about=row)
        if row.approvals.count() >= row.wanted_count:
            _do(row, by)
    return row


def refuse_write_off(*, write_off_id: int, because: str, by: Actor) -> WriteOff:
    """Refuse and return it. Raises Invalid without a reason, Conflict when it is no longer asked."""
    if not because.strip():
        raise Invalid("billing.reason_wanted", _("Say why it is refused."))
    with transaction.atomic():
        row = _locked(write_off_id)
        move(row, WriteOff.Status.REFUSED, by=by, because=because)
    return row


def _item(invoice: Invoice, short_payment_id: int | None) -> ShortPayment | None:
    if short_payment_id is None:
        if invoice.status != Invoice.Status.ISSUED:
            raise Conflict("billing.settled", _("This invoice is settled."))
        return None
    item = invoice.short_payments.filter(pk=short_payment_id).first()
    if item is None:
        raise NotFound("billing.no_such_item", _("There is no such item."))
    if item.status != ShortPayment.Status.OPEN:
        raise Conflict("billing.item_settled", _("This item is settled."))
    return item


def _locked(write_off_id: int) -> WriteOff:
    row = WriteOff.objects.select_for_update(no_key=True).filter(pk=write_off_id).first()
    if row is None:
        raise NotFound("billing.no_such_write_off", _("There is no such write-off."))
    return row


def _do(row: WriteOff, by: Actor) -> None:
    """What is given up is due no more: the fees bear it."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=row.invoice_id)
    item = _item(invoice, row.short_payment_id)
    if item is None:
        if row.amount > open_amount(invoice):
            raise Conflict("billing.not_the_amount", _("Less than that is open by now."))
        parts = divide(row.amount, open_by_account(invoice))
    else:
        parts = {item.settlements.values_list("claims_account_id", flat=True)[0]: item.amount}
    for account_id, part in parts.items():
        post(
            claims_account_id=account_id,
            posting=Posting(
                reference=f"write-off:{row.pk}:{account_id}",
                kind="write_off",
                description=_("Written off of %(number)s") % {"number": invoice.number},
                posted_on=timezone.localdate(),
                entries=((Account.FEES, part), (Account.DUE_FROM_EMPLOYER, -part)),
            ),
            by=by,
        )
        if item is None:
            InvoiceSettlement.objects.create(
                invoice=invoice,
                employer_id=row.employer_id,
                claims_account_id=account_id,
                write_off=row,
                amount=part,
                recorded_at=timezone.now(),
            )
    move(row, WriteOff.Status.DONE, by=by)
    if item is not None:
        move(item, ShortPayment.Status.WRITTEN_OFF, by=by, because=row.because)
    elif not open_amount(invoice):
        corrections = invoice.credits.filter(status=Invoice.Status.ISSUED).values_list("pk", flat=True)
        targets = dict.fromkeys([invoice.pk, *corrections], str(Invoice.Status.WRITTEN_OFF))
        move_many(Invoice, targets, by=by, because=row.because)

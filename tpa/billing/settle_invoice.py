"""Settles an invoice with the money that the employer sent for it, its credits deducted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.billing.post_invoice import parts_of
from tpa.billing.selectors import open_amount
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice


def settle_invoice(*, invoice_id: int, amount: Decimal, received_on: date, bank_reference: str, by: Actor) -> Invoice:
    """Book the payment and return the invoice, settled together with its credits.

    Raises Invalid when the amount is not what is open (a short payment is settled with a credit for the rest),
    Conflict when it is settled already.
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
        credits_ = list(invoice.credits.order_by("pk"))
        for account_id, part in sorted(_open_by_account([invoice, *credits_]).items()):
            if part:
                post(
                    claims_account_id=account_id,
                    posting=Posting(
                        reference=f"settlement:{invoice.number}:{account_id}",
                        kind="settlement",
                        description=_("Invoice %(number)s paid: %(reference)s")
                        % {"number": invoice.number, "reference": bank_reference},
                        posted_on=received_on,
                        entries=((Account.CASH, part), (Account.DUE_FROM_EMPLOYER, -part)),
                    ),
                    by=by,
                    must_be_funded=False,
                )
        settled = {one.pk: Invoice.Status.SETTLED for one in (invoice, *credits_)}
        move_many(Invoice, settled, by=by, because=bank_reference)
        invoice.refresh_from_db()
    return invoice


def _open_by_account(invoices: list[Invoice]) -> dict[int, Decimal]:
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for invoice in invoices:
        for account_id, amounts in parts_of(invoice).items():
            parts[account_id] += sum(amounts.values(), ZERO)
    return parts

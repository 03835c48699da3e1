"""Closes an invoice that was paid short: what is left becomes an item of its own, which the next invoice carries."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.billing.charge import ChargeWords, charge
from tpa.billing.open_amounts import open_by_account
from tpa.foundation.audit import Actor, record
from tpa.models import Charge, Invoice, InvoiceSettlement, ShortPayment


def close_short(*, invoice: Invoice, on: date, because: str, by: Actor) -> list[ShortPayment]:
    """Take what is open on a day off the invoice, an item for each claims account, in the caller's transaction and
    under the invoice's lock. The ledger says still that it is due: nothing is posted."""
    now = timezone.now()
    items = []
    for account_id, amount in open_by_account(invoice).items():
        carried = charge(
            contract_id=invoice.contract_id,
            words=ChargeWords(
                kind=Charge.Kind.SHORT_PAYMENT,
                reference=f"short:{invoice.number}:{account_id}:{invoice.settlements.count()}",
                name=_("Left open of %(number)s") % {"number": invoice.number},
                incurred_on=on,
                amount=amount,
                claims_account_id=account_id,
            ),
            by=by,
        )
        item = ShortPayment.objects.create(
            invoice=invoice,
            employer_id=invoice.employer_id,
            charge=carried,
            amount=amount,
            because=because.strip()[:300],
            status_at=now,
        )
        InvoiceSettlement.objects.create(
            invoice=invoice,
            employer_id=invoice.employer_id,
            claims_account_id=account_id,
            short_payment=item,
            amount=amount,
            recorded_at=now,
        )
        record("tpa.shortpayment.left", by=by, about=item, because=because, detail={"amount": str(amount)})
        items.append(item)
    return items

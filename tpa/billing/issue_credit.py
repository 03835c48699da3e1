"""Corrects an invoice by a credit: the invoice itself stands as it was issued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.billing.write_correction import lines_to_correct, lock_to_correct, write_correction
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import ZERO, cents
from tpa.models import Invoice, InvoiceLine


def issue_credit(*, invoice_id: int, amounts: Mapping[int, Decimal], because: str, by: Actor) -> Invoice:
    """Credit so much of each line (line id → dollars, positive) and return the credit.

    Raises Invalid without a reason, without lines, for lines of another invoice and for more than is left of a line;
    Conflict when the invoice is settled.
    """
    with transaction.atomic():
        invoice = lock_to_correct(invoice_id, because)
        lines = lines_to_correct(invoice, amounts)
        corrected: dict[int, Decimal] = defaultdict(lambda: ZERO)
        earlier = InvoiceLine.objects.filter(corrects__invoice=invoice).values_list("corrects_id", "amount")
        for line_id, amount in earlier:
            corrected[line_id or 0] += amount
        for line in lines:
            amount, left = amounts[line.pk], line.amount + corrected[line.pk]
            if amount <= 0 or amount != cents(amount) or amount > left:
                raise Invalid(
                    "billing.credit_amount",
                    _("Credit more than zero and no more than is left of the line."),
                    line=line.number,
                    left_amount=str(left),
                )
        negative = [(line, -amounts[line.pk]) for line in lines]
        return write_correction(invoice, Invoice.Kind.CREDIT, negative, because=because, by=by)

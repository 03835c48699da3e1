"""Bills again what an invoice billed too low: the invoice stands, the rebill refers to it line by line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.billing.write_correction import lines_to_correct, lock_to_correct, write_correction
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import cents
from tpa.models import Invoice


def issue_rebill(*, invoice_id: int, amounts: Mapping[int, Decimal], because: str, by: Actor) -> Invoice:
    """Bill so much more on each line (line id → dollars, positive) and return the rebill. Errors as `issue_credit`."""
    with transaction.atomic():
        invoice = lock_to_correct(invoice_id, because)
        lines = lines_to_correct(invoice, amounts)
        if any(amount <= 0 or amount != cents(amount) for amount in amounts.values()):
            raise Invalid("billing.rebill_amount", _("Bill more than zero, in whole cents."))
        added = [(line, amounts[line.pk]) for line in lines]
        return write_correction(invoice, Invoice.Kind.REBILL, added, because=because, by=by)

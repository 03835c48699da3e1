"""Stops a check: the bank is not to pay it; the money is owed again, and paid again when somebody says so."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import PaymentInstrument
from claims.payments.instrument_for import instrument_for
from claims.payments.take_back import Taken, take_back
from tpa.foundation.access import Scope
from tpa.foundation.errors import Invalid


def stop_payment(*, instrument_id: int, because: str, by: Scope, revision: int | None = None) -> PaymentInstrument:
    """Stop a check that was lost or went astray; the next positive pay file tells the bank. Raises as `instrument_for`,
    Invalid for an ACH credit (a bank returns it, or not), Conflict when it does not stand any more."""
    with transaction.atomic():
        one = instrument_for(by, instrument_id, because=because, revision=revision)
        if one.method != "check":
            raise Invalid("payments.not_a_check", _("Only a check can be stopped."))
        stopped = PaymentInstrument.Status.STOPPED
        [row] = take_back({one.pk: Taken(because.strip())}, to=stopped, on=timezone.localdate(), by=by.actor)
    return row

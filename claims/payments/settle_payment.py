"""Sets a payment that did not arrive against its claims, which were taken back: neither is owed any more."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Claim, PaymentInstrument, PaymentItem
from claims.payments.hold_payments import hold_payments
from claims.payments.instrument_for import instrument_for
from claims.payments.reissue_payment import claims_taken_back
from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict
from tpa.foundation.transitions import move


def settle_payment(*, instrument_id: int, because: str, by: Scope, revision: int | None = None) -> PaymentInstrument:
    """The next payment run nets the two for the same recipient and account; what is left either way is paid or carried.

    Raises as `instrument_for`, and Conflict when nothing is owed, when no claim of the payment was taken back (pay it
    again instead), or while one of them waits to be decided anew.
    """
    with transaction.atomic():
        one = instrument_for(by, instrument_id, because=because, revision=revision)
        hold_payments(employer_id=one.employer_id, wait=False)
        if not claims_taken_back(one.payment_id):
            raise Conflict(
                "payments.nothing_taken_back", _("No claim of this payment was taken back: pay it again instead.")
            )
        waiting = (Claim.Status.RECEIVED, Claim.Status.PENDED)
        if PaymentItem.objects.filter(payment=one.payment_id, claim__status__in=waiting).exists():
            raise Conflict("payments.claims_wait", _("A claim of this payment is being decided anew: wait for it."))
        move(one, PaymentInstrument.Status.CREDITED, by=by.actor, because=because)
    return one

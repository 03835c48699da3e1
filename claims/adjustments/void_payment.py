"""Voids a payment that has not been cashed: its claims are owed again, or taken back with it, as the person says."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, PaymentInstrument, PaymentItem
from claims.payments.hold_payments import hold_payments
from claims.payments.instrument_for import instrument_for
from claims.payments.settle_payment import settle_payment
from claims.payments.take_back import Taken, take_back
from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict, Invalid

OWED_AGAIN, TAKEN_BACK = "owed", "taken_back"
THEN = (OWED_AGAIN, TAKEN_BACK)


def void_payment(
    *, instrument_id: int, then: str, because: str, by: Scope, revision: int | None = None
) -> PaymentInstrument:
    """Void an issued check; the next positive pay file tells the bank. `then`: `owed`: somebody pays it again;
    `taken_back`: its claims are reversed, and the next payment run nets both to nothing.

    Raises as `instrument_for`; Invalid for an ACH credit, or an unknown `then`; Conflict when it does not stand any
    more (cashed, say), while a payment run of the employer is under way, or when none of its claims is paid any more.
    """
    if then not in THEN:
        raise Invalid("payments.then_what", _("Say whether its claims are owed again or taken back."))
    with transaction.atomic():
        one = instrument_for(by, instrument_id, because=because, revision=revision)
        if one.method != "check":
            raise Invalid("payments.not_a_check", _("An ACH credit can not be voided: its bank returns it, or not."))
        hold_payments(employer_id=one.employer_id, wait=False)
        taken = {one.pk: Taken(because.strip())}
        [row] = take_back(taken, to=PaymentInstrument.Status.VOIDED, on=timezone.localdate(), by=by.actor)
        if then == TAKEN_BACK:
            row = _take_claims_back(row, because, by)
    return row


def _take_claims_back(row: PaymentInstrument, because: str, by: Scope) -> PaymentInstrument:
    """Reverse those of its claims that this payment paid and that stand as paid, then set both against each other."""
    items = PaymentItem.objects.filter(payment=row.payment_id, amount__gt=0, claim__status=Claim.Status.PAID)
    ids = sorted(
        item.claim_id
        for item in items.select_related("claim").only("claim_id", "decision_id")
        if not PaymentItem.objects.filter(claim=item.claim_id, pk__gt=item.pk).exists()
    )
    if not ids:
        raise Conflict("payments.no_claims_left", _("None of its claims stands as paid by it: pay it again instead."))
    reverse_decisions(claim_ids=ids, by=by.actor, because=because.strip()[:300])
    return settle_payment(instrument_id=row.pk, because=because, by=by)

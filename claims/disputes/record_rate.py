"""Records the out-of-network rate of a line: what was agreed with the provider, or an entity determined."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjudication.engine.reasons import OUT_OF_NETWORK_RATE
from claims.models import Claim, Resolution
from claims.packing import unpack_submission
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.money import cents

AGREED, DETERMINED = "agreed", "determined"


@dataclass(frozen=True, slots=True)
class OutOfNetworkRate:
    """So much for a line in all, of which plan and member each bear their part. `how`: agreed or determined."""

    line_number: int
    amount: Decimal
    how: str = AGREED


def record_rate(*, claim_id: int, rate: OutOfNetworkRate, because: str, by: Scope) -> Resolution:
    """A fact of the claim's next decision; a later one stands in its place. Reprocessing the claim pays the difference.

    The member's share does not change: it is of the recognised amount (29 CFR 2590.716-4(b)(3)).
    Raises NotFound, and Invalid for what says too little.
    """
    if rate.amount < 0 or rate.amount != cents(rate.amount) or rate.how not in (AGREED, DETERMINED):
        raise Invalid("dispute.rate", _("A rate needs an amount in cents and how it came about."))
    if not because.strip():
        raise Invalid("dispute.reason_wanted", _("Say where it is written: the reason stays with the claim."))
    with transaction.atomic():
        claim = Claim.objects.visible_to(by).select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        if rate.line_number not in {line.number for line in unpack_submission(claim.submission).lines}:
            raise Invalid("dispute.no_such_line", _("The claim has no such line."))
        resolution = Resolution.objects.create(
            claim=claim,
            employer_id=claim.employer_id,
            reason=OUT_OF_NETWORK_RATE,
            line_number=rate.line_number,
            answer=Resolution.Answer.PRICE,
            amount=rate.amount,
            because=f"{rate.how}: {because}"[:300],
            by_id=by.user_id,
            by_name=str(by.actor),
            at=timezone.now(),
        )
        record("claims.claim.out_of_network_rate_recorded", by=by.actor, about=claim, because=because)
    return resolution


def rates_recorded(claim: Claim) -> list[Resolution]:
    """What was recorded for the claim's lines, in order; of a line the last one counts."""
    return list(Resolution.objects.filter(claim=claim, reason=OUT_OF_NETWORK_RATE).order_by("pk"))

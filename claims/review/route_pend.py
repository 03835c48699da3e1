"""A person hands a claim's open questions to another queue."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, ClaimEvent, Pend
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound


def route_pend(*, claim_id: int, revision: int, queue: str, because: str, by: Scope) -> Claim:
    """Move all open questions of a pended claim to `queue`; the claim stays pended and its clock runs on.

    Raises NotFound, Conflict when it stands differently by now, and Invalid without a queue or a reason.
    """
    if not because.strip():
        raise Invalid("review.reason_wanted", _("Say why: the reason stays with the claim."))
    if not queue.strip():
        raise Invalid("review.queue_wanted", _("Say to whom."))
    with transaction.atomic():
        claim = Claim.objects.visible_to(by).select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        if claim.status != Claim.Status.PENDED or claim.revision != revision:
            raise Conflict("claim.changed", _("Somebody changed this claim meanwhile."), status=claim.status)
        Pend.objects.filter(claim=claim, status=Pend.Status.OPEN).update(queue=queue.strip()[:30])
        ClaimEvent.objects.create(
            claim=claim,
            employer_id=claim.employer_id,
            at=timezone.now(),
            actor=str(by.actor),
            origin="screen",
            from_status=Claim.Status.PENDED,
            to_status=Claim.Status.PENDED,
            because=because,
        )
        record("claims.claim.routed", by=by.actor, about=claim, because=because, detail={"queue": queue.strip()[:30]})
    return claim

"""Takes back what stands of one claim."""

from __future__ import annotations

from django.db import transaction

from claims.adjudication.ask_decision import ask_decision
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim
from tpa.foundation.audit import Actor


def reverse_decision(*, claim_id: int, by: Actor, because: str, decide_again: bool = False) -> Claim:
    """Reverse one claim's decision and return the claim as it stands then. See `reverse_decisions`. With
    `decide_again` the claim is received, and asked to be decided anew."""
    with transaction.atomic():
        reverse_decisions(claim_ids=[claim_id], by=by, because=because, decide_again=decide_again)
        claim = Claim.objects.get(pk=claim_id)
        if decide_again:
            ask_decision(claims=[(claim.pk, claim.family_id)], key=f"claim:{claim.pk}:{claim.revision}")
    return claim

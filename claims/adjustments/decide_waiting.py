"""Decides claims anew that waited for what is there now: an authorization that was approved or extended."""

from __future__ import annotations

from django.db import transaction

from claims.adjudication.ask_decision import ask_decision
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, Pend
from tpa.foundation.audit import Actor


def decide_waiting(*, member_id: int, reason: str, because: str, by: Actor) -> list[int]:
    """The member's pended claims with an open question of this reason are received again and asked to be decided;
    returns the ids of their families."""
    with transaction.atomic():
        open_ones = Pend.objects.filter(claim__member=member_id, reason=reason, status=Pend.Status.OPEN)
        ids = sorted(set(open_ones.filter(claim__status=Claim.Status.PENDED).values_list("claim_id", flat=True)))
        if not ids:
            return []
        reverse_decisions(claim_ids=ids, by=by, because=because, decide_again=True)
        claims = list(Claim.objects.filter(pk__in=ids).values_list("pk", "family_id", "revision"))
        for claim_id, family_id, revision in claims:
            ask_decision(claims=[(claim_id, family_id)], key=f"claim:{claim_id}:{revision}")
    return sorted({family_id for _claim, family_id, _revision in claims})

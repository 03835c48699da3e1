"""What becomes of claims on which deciding failed again and again: each alone first, then a person's question."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from claims.adjudication.adjudicate_claims import SYSTEM
from claims.adjudication.ask_decision import DECIDE
from claims.adjudication.claims_to_decide import lock_families_of, take_claims
from claims.models import Claim, ClaimEvent, Pend
from tpa.foundation import work
from tpa.foundation.transitions import move_many

ENGINE_FAILED = "engine_failed"


def give_up_claims(*, claim_ids: Sequence[int], error: str) -> None:
    """One bad claim must not hold up its batch: a batch that failed is asked for again claim by claim; a claim that
    fails alone waits for a person, with the kind and place of the failure as evidence."""
    with transaction.atomic():
        lock_families_of(claim_ids)
        claims = take_claims(claim_ids, [Claim.Status.RECEIVED])
        if len(claim_ids) > 1:
            alone = [
                (f"alone:{claim.id}", claim.family_id % settings.SHARDS, {"claims": [claim.id]}) for claim in claims
            ]
            work.ask_many(DECIDE, alone)
            return
        now = timezone.now()
        move_many(Claim, {claim.id: Claim.Status.PENDED for claim in claims}, by=SYSTEM, because=ENGINE_FAILED, at=now)
        for claim in claims:
            ClaimEvent.objects.create(
                claim_id=claim.id,
                employer_id=claim.employer_id,
                at=now,
                actor=str(SYSTEM),
                origin="engine",
                from_status=claim.status,
                to_status=Claim.Status.PENDED,
                because=ENGINE_FAILED,
            )
            Pend.objects.create(
                claim_id=claim.id,
                employer_id=claim.employer_id,
                reason=ENGINE_FAILED,
                evidence={"error": error},
                queue="technical",
                status_at=now,
                opened_at=now,
            )

"""Decides a batch of claims: the families locked in one order, all facts loaded at once, each decided in turn."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from claims.adjudication.claims_to_decide import lock_families_of, take_claims
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.procedures import ranked_before
from claims.adjudication.gather_facts import facts_of, gather_facts
from claims.adjudication.save_decisions import Decided, save_decisions
from claims.models import Claim
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("engine")


def adjudicate_claims(*, claim_ids: Sequence[int]) -> int:
    """Decide those of the claims that are received; returns how many. Twice is harmless: the second finds none."""
    with transaction.atomic():
        family_ids = lock_families_of(claim_ids)
        claims = take_claims(claim_ids, [Claim.Status.RECEIVED])
        if not claims:
            return 0
        now = timezone.now()
        gathered = gather_facts(claims, family_ids, decided_on=timezone.localdate(now))
        batch: list[Decided] = []
        for claim in claims:
            standing = facts_of(claim, gathered)
            decision = adjudicate(standing.facts, standing.terms)
            gathered.sums.add(claim.family_id, standing.facts.counted_member_id, decision.consumptions)
            ranks = ranked_before(standing.facts, decision)
            gathered.prior.add(claim.member_id, claim.submission, decision, ranks)
            if gathered.edits.stays is not None:
                gathered.edits.stays.add(claim.member_id, claim.submission, decision)
            batch.append(Decided(claim, standing.facts, decision, standing.plan_id))
        save_decisions(batch, at=now, by=SYSTEM, origin="engine")
    return len(batch)

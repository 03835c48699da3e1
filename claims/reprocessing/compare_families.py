"""The second step of a list: decides families anew in memory and writes down the claims that come out otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F
from django.utils import timezone

from claims.adjudication.engine.decision import ClaimDecision
from claims.models import Reprocessing, ReprocessingClaim
from claims.packing import unpack_facts
from claims.reprocessing.close_list import close_list
from claims.reprocessing.decide_anew import Anew, decide_anew
from claims.reprocessing.list_claims import SYSTEM
from claims.reprocessing.what_differs import what_differs
from tpa.foundation.values.money import ZERO


def compare_families(*, reprocessing_id: int, families: Mapping[str, Sequence[int]]) -> int:
    """Compare some families, given with their changed claims, in the caller's transaction; returns how many claims come
    out otherwise. The last piece of a list closes it."""
    row = Reprocessing.objects.select_for_update(no_key=True).get(pk=reprocessing_id)
    at = timezone.now()
    anew = decide_anew(
        family_ids=sorted(map(int, families)),
        changed={claim_id for ids in families.values() for claim_id in ids},
        decided_on=timezone.localdate(at),
    )
    ReprocessingClaim.objects.bulk_create(
        ReprocessingClaim(
            reprocessing=row,
            employer_id=row.employer_id,
            family_id=one.standing.claim.family_id,
            claim_id=one.standing.claim.id,
            place=one.place,
            why=what_differs(unpack_facts(one.standing.facts), one.now.facts),
            status_at=at,
            **figures_of(one),
        )
        for one in anew.claims
    )
    Reprocessing.objects.filter(pk=row.pk).update(
        pieces_due_count=F("pieces_due_count") - 1, compared_count=F("compared_count") + anew.compared_count
    )
    if row.pieces_due_count == 1:
        close_list(reprocessing_id=row.pk, by=SYSTEM, at=at)
    return len(anew.claims)


def figures_of(one: Anew) -> dict[str, object]:
    """What stands and what it would come to, by the names of the list's columns. A question pays nothing yet."""
    stands, anew = one.standing.decision, one.decision
    said = {"standing_outcome": stands.outcome, "new_outcome": anew.outcome}
    return said | _figures("standing", stands) | _figures("new", anew)


def _figures(prefix: str, decision: ClaimDecision) -> dict[str, object]:
    figures = decision.figures
    is_open = decision.outcome == "pended"
    return {
        f"{prefix}_allowed_amount": ZERO if is_open else figures.allowed_amount,
        f"{prefix}_member_amount": ZERO if is_open else figures.member_amount,
        f"{prefix}_plan_paid_amount": ZERO if is_open else figures.plan_paid_amount,
    }

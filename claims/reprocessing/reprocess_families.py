"""Carries an approved list out for some families: what stands is reversed, and decided as it was approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from claims.adjudication.claims_to_decide import lock_families, take_claims
from claims.adjudication.save_decisions import Decided, save_decisions
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, Reprocessing, ReprocessingClaim
from claims.reprocessing.compare_families import figures_of
from claims.reprocessing.decide_anew import Anew, decide_anew
from claims.reprocessing.list_claims import SYSTEM
from tpa.foundation.transitions import move, move_many


def reprocess_families(*, reprocessing_id: int, family_ids: Sequence[int]) -> int:
    """Returns how many claims were decided anew. Twice is harmless: the second finds nothing open.

    The families are locked and decided anew once more. Where exactly the listed claims come out otherwise, to the
    dollars that were approved, they are reversed and the new decisions written: with the claims in between as they
    stand, the accumulators are those of deciding all in the plan's order. Where something else comes out by now (a
    claim came in, or was voided), nothing of the family is touched and its claims are marked: a new list shows them.
    """
    with transaction.atomic():
        lock_families(family_ids)
        row = Reprocessing.objects.get(pk=reprocessing_id)
        listed = _listed(row, family_ids)
        at = timezone.now()
        anew = decide_anew(
            family_ids=sorted(listed),
            changed={item.claim_id for items in listed.values() for item in items},
            decided_on=timezone.localdate(at),
        )
        by_family: dict[int, list[Anew]] = defaultdict(list)
        for one in anew.claims:
            by_family[one.standing.claim.family_id].append(one)
        good = [
            one for family in listed if _is_as_approved(listed[family], by_family[family]) for one in by_family[family]
        ]
        _write(row, good, at)
        mark_families(
            reprocessing_id=row.pk,
            listed=[item for items in listed.values() for item in items],
            done={one.standing.claim.id for one in good},
            at=at,
        )
    return len(good)


def mark_families(
    *, reprocessing_id: int, listed: Sequence[ReprocessingClaim], done: Collection[int], at: datetime
) -> None:
    """Say of a piece's claims what became of them; the last piece ends the list. Nothing for a piece that is done."""
    if not listed:
        return
    done_word, stale = ReprocessingClaim.Status.DONE, ReprocessingClaim.Status.STALE
    targets = {item.pk: done_word if item.claim_id in done else stale for item in listed}
    row = Reprocessing.objects.select_for_update(no_key=True).get(pk=reprocessing_id)
    move_many(ReprocessingClaim, targets, by=SYSTEM, because=str(row), at=at)
    Reprocessing.objects.filter(pk=row.pk).update(pieces_due_count=F("pieces_due_count") - 1)
    if row.pieces_due_count == 1:
        move(row, Reprocessing.Status.DONE, by=SYSTEM, at=at)


def _listed(row: Reprocessing, family_ids: Sequence[int]) -> dict[int, list[ReprocessingClaim]]:
    """The open claims of the list, by family."""
    found: dict[int, list[ReprocessingClaim]] = defaultdict(list)
    open_ones = ReprocessingClaim.objects.filter(
        reprocessing=row, family_id__in=list(family_ids), status=ReprocessingClaim.Status.OPEN
    )
    for item in open_ones.order_by("family_id", "place"):
        found[item.family_id].append(item)
    return dict(found)


def _is_as_approved(listed: Sequence[ReprocessingClaim], anew: Sequence[Anew]) -> bool:
    """The same claims, with the same figures before and after."""
    approved = {item.claim_id: item for item in listed}
    return approved.keys() == {one.standing.claim.id for one in anew} and all(
        getattr(approved[one.standing.claim.id], name) == value
        for one in anew
        for name, value in figures_of(one).items()
    )


def _write(row: Reprocessing, claims: Sequence[Anew], at: datetime) -> None:
    if not claims:
        return
    because = f"reprocessing {row.pk}: {row.because}"
    ids = [one.standing.claim.id for one in claims]
    reverse_decisions(claim_ids=ids, by=SYSTEM, because=because, decide_again=True, at=at)
    taken = {claim.id: claim for claim in take_claims(ids, [Claim.Status.RECEIVED])}
    save_decisions(
        [Decided(taken[one.standing.claim.id], one.now.facts, one.decision, one.now.plan_id) for one in claims],
        at=at,
        by=SYSTEM,
        origin="system",
        because=because[:300],
    )

"""What becomes of a piece of a list on which work failed again and again: each family alone first, then it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F
from django.utils import timezone

from claims.models import Reprocessing, ReprocessingClaim
from claims.reprocessing.close_list import close_list
from claims.reprocessing.list_claims import COMPARE, SYSTEM
from claims.reprocessing.reprocess_families import mark_families
from tpa.foundation import work


def give_up_comparison(*, reprocessing_id: int, families: Mapping[str, Sequence[int]]) -> None:
    """One claim on which the engine fails must not hold up the list: its family is left out and counted."""
    row = Reprocessing.objects.select_for_update(no_key=True).get(pk=reprocessing_id)
    if len(families) > 1:
        alone = [
            (f"{row.pk}:family:{family}", 0, {"reprocessing": row.pk, "families": {family: ids}})
            for family, ids in families.items()
        ]
        work.ask_many(COMPARE, alone)
        more = len(alone) - 1
        Reprocessing.objects.filter(pk=row.pk).update(pieces_due_count=F("pieces_due_count") + more)
        return
    Reprocessing.objects.filter(pk=row.pk).update(
        pieces_due_count=F("pieces_due_count") - 1, failed_count=F("failed_count") + 1
    )
    if row.pieces_due_count == 1:
        close_list(reprocessing_id=row.pk, by=SYSTEM, at=timezone.now())


def give_up_families(*, reprocessing_id: int, family_ids: Sequence[int]) -> None:
    """Families that could not be decided anew stand as they stood, marked for a new list."""
    listed = ReprocessingClaim.objects.filter(
        reprocessing=reprocessing_id, family_id__in=list(family_ids), status=ReprocessingClaim.Status.OPEN
    )
    mark_families(reprocessing_id=reprocessing_id, listed=list(listed), done=set(), at=timezone.now())

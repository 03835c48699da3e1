"""The first step of a list: finds the families that a change touches, and asks for their claims to be compared."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from claims.models import Reprocessing
from claims.reprocessing.changed_claims import changed_claims
from claims.reprocessing.close_list import close_list
from tpa.foundation import work
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("reprocessing")
COMPARE = "compare_reprocessing"
BATCH = 500

_SIZES = """
SELECT family_id, count(*) FROM claims_claim
 WHERE family_id = ANY(%s) AND status IN ('approved', 'denied', 'paid', 'pended') GROUP BY family_id ORDER BY family_id
"""


def list_claims(*, reprocessing_id: int) -> int:
    """Ask for the comparison of the families, some five hundred claims a piece; returns the number of pieces. Where no
    claim is touched the list is complete, and empty."""
    row = Reprocessing.objects.get(pk=reprocessing_id)
    changed = changed_claims(employer_id=row.employer_id, since=row.since)
    pieces = list(_pieces(changed))
    work.ask_many(
        COMPARE,
        [(f"{row.pk}:{number}", 0, {"reprocessing": row.pk, "families": piece}) for number, piece in enumerate(pieces)],
    )
    Reprocessing.objects.filter(pk=row.pk).update(pieces_due_count=len(pieces))
    if not pieces:
        close_list(reprocessing_id=row.pk, by=SYSTEM, at=timezone.now())
    return len(pieces)


def _pieces(changed: dict[int, list[int]]) -> Iterator[dict[str, list[int]]]:
    """Families with their changed claims, together as many claims as are decided in one batch."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [list(changed)])
        sizes = cursor.fetchall()
    piece: dict[str, list[int]] = {}
    held = 0
    for family_id, size in sizes:
        if piece and held + size > BATCH:
            yield piece
            piece, held = {}, 0
        piece[str(family_id)] = changed[family_id]
        held += size
    if piece:
        yield piece

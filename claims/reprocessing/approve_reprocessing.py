"""A manager approves a list: its claims are asked to be reversed and decided anew, family by family."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Reprocessing, ReprocessingClaim
from tpa.foundation import work
from tpa.foundation.access import Scope, check_role
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Invalid, NotFound, Refused
from tpa.foundation.models import Role
from tpa.foundation.transitions import move

REPROCESS = "reprocess_families"
FAMILIES = 50


def approve_reprocessing(*, reprocessing_id: int, revision: int, because: str, by: Scope) -> Reprocessing:
    """Approve the list as it was seen (`revision`). Raises NotFound; Invalid without a reason; Refused for another role
    than manager, and for who drew the list up when it moves more than a manager's limit (four eyes); Conflict when it
    stands otherwise by now."""
    check_role(by, Role.TPA_MANAGER)
    if not because.strip():
        raise Invalid("reprocessing.answer_wanted", _("Say why: the reason stays with the list."))
    with transaction.atomic():
        row = reprocessing_for(by, reprocessing_id)
        if row.proposed_by_id == by.user_id and is_above_limit(row):
            raise Refused(
                "reprocessing.four_eyes",
                _("The list moves more than one manager may approve alone: somebody else than who drew it up must."),
            )
        Reprocessing.objects.filter(pk=row.pk).update(answered_by_id=by.user_id, answer=because.strip()[:300])
        row.answered_by_id, row.answer = by.user_id, because.strip()[:300]
        move(row, Reprocessing.Status.APPROVED, by=by.actor, because=because, revision=revision)
        row.pieces_due_count = _ask(row)
        Reprocessing.objects.filter(pk=row.pk).update(pieces_due_count=row.pieces_due_count)
        if not row.pieces_due_count:
            move(row, Reprocessing.Status.DONE, by=by.actor)
    return row


def reprocessing_for(scope: Scope, reprocessing_id: int) -> Reprocessing:
    """The list, locked, if it exists for the person. Raises NotFound."""
    found = Reprocessing.objects.visible_to(scope).select_for_update(no_key=True).filter(pk=reprocessing_id).first()
    if found is None:
        raise NotFound("reprocessing.no_such_list", _("There is no such list."))
    return found


def limit_of(row: Reprocessing) -> Decimal | None:
    """Up to how much one manager may approve alone, as agreed with the employer; None: no limit."""
    return approval_limits([row.employer_id], timezone.localdate()).get(row.employer_id, {}).get(Role.TPA_MANAGER)


def is_above_limit(row: Reprocessing) -> bool:
    """Whether the dollars that move, up and down, are more than one manager may approve alone."""
    limit = limit_of(row)
    return limit is not None and row.moved_amount > limit


def _ask(row: Reprocessing) -> int:
    """The families' work, by shard, so that workers never wait for each other; returns the number of pieces."""
    families = ReprocessingClaim.objects.filter(reprocessing=row).order_by("family_id").values_list("family_id")
    by_shard: dict[int, list[int]] = defaultdict(list)
    for (family_id,) in families.distinct():
        by_shard[family_id % settings.SHARDS].append(family_id)
    pieces = [
        (
            f"{row.pk}:{shard}:{start}",
            shard,
            {"reprocessing": row.pk, "families": family_ids[start : start + FAMILIES]},
        )
        for shard, family_ids in sorted(by_shard.items())
        for start in range(0, len(family_ids), FAMILIES)
    ]
    return work.ask_many(REPROCESS, pieces, at=timezone.now())

"""A manager declines a list: nothing is done, and the reason stays."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Reprocessing
from claims.reprocessing.approve_reprocessing import reprocessing_for
from tpa.foundation.access import Scope, check_role
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.transitions import move


def decline_reprocessing(*, reprocessing_id: int, revision: int, because: str, by: Scope) -> Reprocessing:
    """Decline the list as it was seen. Raises NotFound, Invalid without a reason, Refused, Conflict."""
    check_role(by, Role.TPA_MANAGER)
    if not because.strip():
        raise Invalid("reprocessing.answer_wanted", _("Say why: the reason stays with the list."))
    with transaction.atomic():
        row = reprocessing_for(by, reprocessing_id)
        Reprocessing.objects.filter(pk=row.pk).update(answered_by_id=by.user_id, answer=because.strip()[:300])
        row.answered_by_id, row.answer = by.user_id, because.strip()[:300]
        move(row, Reprocessing.Status.DECLINED, by=by.actor, because=because, revision=revision)
    return row

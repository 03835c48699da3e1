"""Puts a notice aside: the carrier need not be told."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.models import StopLossNotice


def waive_notice(*, notice_id: int, by: Actor, because: str) -> StopLossNotice:
    """Waive it, with a reason. Raises Conflict when it was sent already, Invalid without a reason."""
    if not because.strip():
        raise Invalid("stoploss.no_reason", _("Say why."))
    with transaction.atomic():
        notice = StopLossNotice.objects.filter(pk=notice_id).first()
        if notice is None:
            raise NotFound("stoploss.no_such_notice", _("There is no such notice."))
        move(notice, StopLossNotice.Status.WAIVED, by=by, because=because)
    return notice

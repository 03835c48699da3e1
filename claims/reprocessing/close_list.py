"""Adds a complete list up: from now on it can be approved or declined."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, DecimalField, F, Sum, Value
from django.db.models.functions import Abs, Coalesce

from claims.models import Reprocessing, ReprocessingClaim
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO


def close_list(*, reprocessing_id: int, by: Actor, at: datetime) -> Reprocessing:
    """Write the list's sums and propose it."""
    figures = ReprocessingClaim.objects.filter(reprocessing=reprocessing_id).aggregate(
        claim_count=Count("pk"),
        allowed_change_amount=_sum(F("new_allowed_amount") - F("standing_allowed_amount")),
        member_change_amount=_sum(F("new_member_amount") - F("standing_member_amount")),
        plan_paid_change_amount=_sum(F("new_plan_paid_amount") - F("standing_plan_paid_amount")),
        moved_amount=_sum(Abs(F("new_plan_paid_amount") - F("standing_plan_paid_amount"))),
    )
    Reprocessing.objects.filter(pk=reprocessing_id).update(**figures)
    row = Reprocessing.objects.get(pk=reprocessing_id)
    move(row, Reprocessing.Status.PROPOSED, by=by, at=at)
    return row


def _sum(change: Any) -> Coalesce:
    return Coalesce(Sum(change, output_field=_MONEY), Value(ZERO), output_field=_MONEY)


_MONEY = DecimalField(max_digits=14, decimal_places=2)

"""Ends a policy before its term: windows close, unless terminal liability was bought."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.models import StopLossPolicy


def end_policy(*, policy_id: int, ends_on: date, by: Actor, because: str) -> StopLossPolicy:
    """End it with `ends_on`, the first day without it, and return it. Raises Invalid for a day outside the term (its
    last day counts: a policy that is not renewed may end with it and use its terminal liability)."""
    with transaction.atomic():
        policy = StopLossPolicy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
        if policy is None:
            raise NotFound("stoploss.no_such_policy", _("There is no such policy."))
        if not policy.period.lower < ends_on <= policy.period.upper:
            raise Invalid("stoploss.outside", _("That day lies outside the term."))
        StopLossPolicy.objects.filter(pk=policy_id).exclude(status=StopLossPolicy.Status.DRAFT).update(
            ends_early_on=ends_on
        )
        move(policy, StopLossPolicy.Status.ENDED, by=by, because=because)
        policy.refresh_from_db()
    return policy

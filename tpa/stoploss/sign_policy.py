"""Brings a drafted policy into force: from then on its terms stand."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.errors import NotFound
from tpa.foundation.transitions import move
from tpa.models import StopLossPolicy


def sign_policy(*, policy_id: int, signed_on: date, by: Actor) -> StopLossPolicy:
    """Sign and return it. Several policies of an employer may be in force at once; which claims count for which is
    said by their windows. Raises Conflict when it is no draft."""
    with transaction.atomic():
        policy = StopLossPolicy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
        if policy is None:
            raise NotFound("stoploss.no_such_policy", _("There is no such policy."))
        StopLossPolicy.objects.filter(pk=policy_id, status=StopLossPolicy.Status.DRAFT).update(signed_on=signed_on)
        move(policy, StopLossPolicy.Status.IN_FORCE, by=by, because=f"signed on {signed_on}")
        policy.refresh_from_db()
    return policy

"""Adds an empty fee schedule; `load_fee_schedule` fills it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plans.models import FeeSchedule
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict


def add_fee_schedule(*, code: str, name: str, by: Actor, is_reference: bool = False) -> int:
    """Add a schedule, or a reference that others are expressed in per cent of; returns its id."""
    with transaction.atomic():
        if FeeSchedule.objects.filter(code=code).exists():
            raise Conflict("schedule.code_taken", _("There is a fee schedule of this code."))
        schedule = FeeSchedule.objects.create(code=code, name=name, is_reference=is_reference)
        record("plans.feeschedule.added", by=by, about=schedule)
    return schedule.pk

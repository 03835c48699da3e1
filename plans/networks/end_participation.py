"""A provider leaves a network."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from plans.models import NetworkParticipation
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, NotFound


def end_participation(*, participation_id: int, ends_on: date, because: str, by: Actor) -> int | None:
    """Supersede a participation by one that ends before `ends_on`; returns its id.

    One that would not have begun by then is superseded by nothing (None): it never was.
    """
    now = timezone.now()
    with transaction.atomic():
        row = NetworkParticipation.objects.select_for_update().filter(pk=participation_id).first()
        if row is None:
            raise NotFound("participation.unknown", _("There is no such participation."))
        if row.superseded_at is not None:
            raise Conflict("participation.superseded", _("This participation was superseded meanwhile."))
        if row.period.upper is not None and row.period.upper <= ends_on:
            raise Conflict("participation.ended", _("This participation ends before that day."))
        NetworkParticipation.objects.filter(pk=row.pk).update(superseded_at=now)
        shorter = None
        if row.period.lower < ends_on:
            shorter = NetworkParticipation.objects.create(
                provider_id=row.provider_id,
                network_id=row.network_id,
                schedule_id=row.schedule_id,
                period=DateRange(row.period.lower, ends_on),
                recorded_at=now,
            )
        record(
            "plans.networkparticipation.ended",
            by=by,
            about=shorter or row,
            because=because,
            detail={"provider": row.provider_id},
        )
    return shorter.pk if shorter else None

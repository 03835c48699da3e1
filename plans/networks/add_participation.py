"""A provider joins a network, or is paid by another schedule there from a day on."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from plans.models import FeeSchedule, Network, NetworkParticipation, Provider
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid, NotFound


def add_participation(
    *,
    provider_id: int,
    network_id: int,
    schedule_id: int,
    starts_on: date,
    ends_on: date | None = None,
    by: Actor,
) -> int:
    """From `starts_on` to before `ends_on` (None: open) the provider takes part, paid by the schedule; returns the id.

    What stood there before is superseded: where it reaches beyond these days it is recorded anew for the rest.
    """
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid("participation.period", _("The participation must end after it starts."))
    now = timezone.now()
    with transaction.atomic():
        if not Provider.objects.select_for_update(no_key=True).filter(pk=provider_id).exists():
            raise NotFound("participation.no_such_provider", _("There is no such provider."))
        for model, pk in ((Network, network_id), (FeeSchedule, schedule_id)):
            if not model._default_manager.filter(pk=pk).exists():
                raise NotFound("participation.unknown", _("There is no such network or schedule."))
        before = NetworkParticipation.objects.filter(
            provider=provider_id,
            network=network_id,
            superseded_at__isnull=True,
            period__overlap=DateRange(starts_on, ends_on),
        )
        rest = [piece for row in before for piece in _rest_of(row, starts_on, ends_on)]
        before.update(superseded_at=now)
        for piece in rest:
            piece.recorded_at = now
        NetworkParticipation.objects.bulk_create(rest)
        added = NetworkParticipation.objects.create(
            provider_id=provider_id,
            network_id=network_id,
            schedule_id=schedule_id,
            period=DateRange(starts_on, ends_on),
            recorded_at=now,
        )
        record("plans.networkparticipation.added", by=by, about=added, detail={"provider": provider_id})
    return added.pk


def _rest_of(row: NetworkParticipation, starts_on: date, ends_on: date | None) -> list[NetworkParticipation]:
    """What of an earlier participation lies before and after the new one."""
    pieces = []
    if row.period.lower < starts_on:
        pieces.append((row.period.lower, starts_on))
    if ends_on is not None and (row.period.upper is None or row.period.upper > ends_on):
        pieces.append((ends_on, row.period.upper))
    return [
        NetworkParticipation(
            provider_id=row.provider_id,
            network_id=row.network_id,
            schedule_id=row.schedule_id,
            period=DateRange(first, after),
        )
        for first, after in pieces
    ]

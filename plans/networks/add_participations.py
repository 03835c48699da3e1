"""Providers join networks, many at once: a network's roster for a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from plans.models import FeeSchedule, Network, NetworkParticipation, Provider
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class ParticipationTerms:
    """From `starts_on` to before `ends_on` (None: open) a provider takes part, paid by a schedule."""

    provider_id: int
    network_id: int
    schedule_id: int
    starts_on: date
    ends_on: date | None = None


def add_participations(*, terms: Sequence[ParticipationTerms], by: Actor) -> list[int]:
    """Let providers take part; returns the ids in the order of the terms. A fixed number of statements.

    What stood on these days in the same network is superseded: where it reaches beyond them it is recorded anew for
    the rest. Raises `Invalid` for periods that are none or for two terms of one provider that overlap in a network.
    """
    _check(terms)
    now = timezone.now()
    with transaction.atomic():
        providers = {one.provider_id for one in terms}
        held = Provider.objects.select_for_update(no_key=True).filter(pk__in=providers).order_by("pk")
        if len(held) != len(providers):
            raise NotFound("participation.no_such_provider", _("There is no such provider."))
        _exist(Network, {one.network_id for one in terms})
        _exist(FeeSchedule, {one.schedule_id for one in terms})
        superseded, rest = _give_way(terms)
        NetworkParticipation.objects.filter(pk__in=superseded).update(superseded_at=now)
        added = [_row(one, one.starts_on, one.ends_on) for one in terms]
        for row in (*rest, *added):
            row.recorded_at = now
        NetworkParticipation.objects.bulk_create([*rest, *added])
        ids = [row.pk for row in added]
        about = Subjects.rows(NetworkParticipation, ids)
        record("plans.networkparticipation.added", by=by, about=about, detail={"superseded": len(superseded)})
    return ids


def _check(terms: Sequence[ParticipationTerms]) -> None:
    lines: dict[tuple[int, int], list[ParticipationTerms]] = defaultdict(list)
    for one in terms:
        if one.ends_on is not None and one.ends_on <= one.starts_on:
            raise Invalid("participation.period", _("The participation must end after it starts."))
        lines[one.provider_id, one.network_id].append(one)
    for line in lines.values():
        line.sort(key=lambda one: one.starts_on)
        for one, following in pairwise(line):
            if one.ends_on is None or one.ends_on > following.starts_on:
                raise Invalid("participation.twice", _("A provider takes part twice at a time in one network."))


def _exist(model: type[models.Model], ids: set[int]) -> None:
    if model._default_manager.filter(pk__in=ids).count() != len(ids):
        raise NotFound("participation.unknown", _("There is no such network or schedule."))


def _give_way(terms: Sequence[ParticipationTerms]) -> tuple[list[int], list[NetworkParticipation]]:
    """The rows that stand on the days of the terms, and what is left of them."""
    standing: dict[tuple[int, int], list[NetworkParticipation]] = defaultdict(list)
    rows = NetworkParticipation.objects.filter(
        provider__in={one.provider_id for one in terms}, superseded_at__isnull=True
    )
    for row in rows.order_by("pk"):
        standing[row.provider_id, row.network_id].append(row)
    pieces: dict[int, list[tuple[date, date | None]]] = {}
    by_id = {row.pk: row for line in standing.values() for row in line}
    for one in terms:
        for row in standing[one.provider_id, one.network_id]:
            whole = pieces.get(row.pk, [(row.period.lower, row.period.upper)])
            left = [piece for part in whole for piece in _outside(part, one)]
            if left != whole:
                pieces[row.pk] = left
    rest = [_row(by_id[pk], *piece) for pk, left in pieces.items() for piece in left]
    return list(pieces), rest


def _outside(part: tuple[date, date | None], one: ParticipationTerms) -> list[tuple[date, date | None]]:
    """What of a stretch lies before and after the terms."""
    first, after = part
    if (after is not None and after <= one.starts_on) or (one.ends_on is not None and one.ends_on <= first):
        return [part]
    left: list[tuple[date, date | None]] = []
    if first < one.starts_on:
        left.append((first, one.starts_on))
    if one.ends_on is not None and (after is None or after > one.ends_on):
        left.append((one.ends_on, after))
    return left


def _row(like: Any, first: date, after: date | None) -> NetworkParticipation:
    return NetworkParticipation(
        provider_id=like.provider_id,
        network_id=like.network_id,
        schedule_id=like.schedule_id,
        period=DateRange(first, after),
    )

"""Bars service of an employer's members in states, and lifts the bars: payment runs obey them from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from tpa.foundation.audit import Actor, record
from tpa.foundation.models import ServiceBar


class Barred(NamedTuple):
    """What changed: (employer, state) barred, and lifted."""

    new: list[tuple[int, str]]
    lifted: list[tuple[int, str]]


def set_service_bars(*, wanted: Mapping[tuple[int, str], str], by: Actor) -> Barred:
    """From now on exactly these (employer, state) are barred, each because of its words; all others are lifted. Four
    statements and audit; twice, or two at once, is harmless."""
    with transaction.atomic():
        standing = {
            (row.employer_id, row.state): row
            for row in ServiceBar.objects.select_for_update().filter(superseded_at__isnull=True).order_by("pk")
        }
        lifted = sorted(standing.keys() - wanted.keys())
        ServiceBar.objects.filter(pk__in=[standing[key].pk for key in lifted]).update(superseded_at=timezone.now())
        fresh = sorted(wanted.keys() - standing.keys())
        ServiceBar.objects.bulk_create(
            [
                ServiceBar(
                    employer_id=employer_id,
                    state=state,
                    because=wanted[employer_id, state][:200],
                    recorded_at=timezone.now(),
                )
                for employer_id, state in fresh
            ],
            ignore_conflicts=True,
        )
        if fresh or lifted:
            # Who was looked at stands in the row; the trail keeps the states only.
            detail = {
                "barred": [f"{one}:{state}" for one, state in fresh],
                "lifted": [f"{one}:{s}" for one, s in lifted],
            }
            record("foundation.servicebar.set", by=by, detail=detail)
    return Barred(fresh, lifted)

"""Makes up a year of claims, takes them in and has them decided: what benches, what-ifs and replays are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.facts import Submission
from claims.intake.accept_submissions import Door, accept_submissions
from claims.simulation.invent_claims import Oddities, invent_claims
from claims.simulation.make_claims import MIX
from claims.simulation.population import Population
from tpa.foundation.audit import Actor

# Services of one sending lie in the 120 days before it; three sendings fill a year.
_SENDINGS = (120, 240, 362)
_BATCH = 500
_BY = Actor.system("simulation")


def simulate_year(*, population: Population, count: int, seed: int, starts_on: date) -> int:
    """Decide so many claims of the year that begins on a day, for people and providers in the database; returns how
    many were decided. None is faulty; one in a hundred is a duplicate, one in ten was paid by another plan first."""
    decided = 0
    for place, days in enumerate(_SENDINGS):
        sent_on = starts_on + timedelta(days=days)
        wanted = count // len(_SENDINGS) + (count % len(_SENDINGS) if place == 0 else 0)
        submissions = _submissions(population, wanted, seed + place, sent_on)
        at = timezone.make_aware(datetime.combine(sent_on, time(12)))
        door = Door("837", received_at=at, received_on=sent_on, by=_BY)
        while batch := list(islice(submissions, _BATCH)):
            with transaction.atomic():
                accepted, _rejected = accept_submissions(batch, door)
            decided += adjudicate_claims(claim_ids=[claim.claim_id for claim in accepted])
    return decided


def _submissions(population: Population, count: int, seed: int, on: date) -> Iterator[Submission]:
    whole = sum(MIX.values())
    for kind, weight in MIX.items():
        share = count * weight // whole
        if kind == "P":
            share = count - sum(count * other // whole for name, other in MIX.items() if name != "P")
        odd = Oddities(faults=0)
        for claim in invent_claims(population, kind=kind, count=share, seed=seed, on=on, oddities=odd):
            yield claim.submission

"""Replays decisions by the thousand: streamed, in pieces, on several processes; every one that differs is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db.models import Max, Min, QuerySet

from claims.adjudication.compare_decisions import Difference
from claims.adjudication.replay_decision import replay_decision
from claims.models import Decision
from tpa.foundation.parallel import in_processes

# Ids to a piece: some seconds of work, a few megabytes of facts.
_PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions: all, one employer's, those decided on or after a day."""

    employer_id: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """A decision that comes out otherwise than it did."""

    claim_number: str
    number: int
    engine_version: str
    differs: tuple[Difference, ...]


@dataclass(slots=True)
class Replayed:
    """A piece: how many by engine version, how many of those are the same, and those that are not."""

    done: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    differing: list[Differing] = field(default_factory=list)


def replay_decisions(*, wanted: Wanted, processes: int = 1) -> Iterator[Replayed]:
    """Replay every decision that is wanted and no reversal, piece by piece in the order they were made."""
    ends = _made(wanted).aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    pieces = [(first, first + _PIECE - 1) for first in range(ends["first"], ends["last"] + 1, _PIECE)]
    yield from in_processes(partial(_replay_piece, wanted), pieces, processes=processes)


def _replay_piece(wanted: Wanted, ids: tuple[int, int]) -> Replayed:
    replayed = Replayed()
    decisions = _made(wanted).filter(pk__range=ids).order_by("pk")
    for decision in decisions.only("facts", "says", "number", "engine_version").iterator(chunk_size=500):
        replay = replay_decision(decision=decision)
        replayed.done[replay.engine_version] += 1
        replayed.same[replay.engine_version] += replay.is_same
        if not replay.is_same:
            one = Differing(replay.claim_number, replay.number, replay.engine_version, replay.differs)
            replayed.differing.append(one)
    return replayed


def _made(wanted: Wanted) -> QuerySet[Decision]:
    made = Decision.objects.exclude(outcome=Decision.Outcome.REVERSED)
    if wanted.employer_id is not None:
        made = made.filter(employer_id=wanted.employer_id)
    return made if wanted.since is None else made.filter(decided_at__date__gte=wanted.since)

"""Runs another engine or plan version beside production: the last decisions decided again from their own stored facts.

Nothing is written. What differs is told to the cent: by party, by clause, and claim by claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import TypeVar

import msgspec
from django.db.models import Max, Min, QuerySet

from claims.adjudication.compare_decisions import Difference, differences, moved_by_clause
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.models import Decision
from claims.packing import unpack_decision, unpack_facts
from claims.trials.tally import Pair, borne
from plans.design.selectors import plan_terms_over
from plans.design.terms import PlanTerms
from tpa.foundation.parallel import in_processes

ENGINE = "claims.adjudication.engine.adjudicate"
_PIECE = 2_000

Key = TypeVar("Key", str, tuple[str, str])
Adjudicate = Callable[[ClaimFacts, PlanTerms | None], ClaimDecision]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What runs beside: an engine, by its module (`adjudicate` in it decides), and perhaps a plan version for the
    decisions that were made by a version of `plan_id`."""

    engine: str = ENGINE
    plan_hash: str = ""
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """Which decisions: the last so many, one employer's, those made since a day."""

    last: int | None = None
    employer_id: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A decision that the candidate makes otherwise."""

    claim_number: str
    number: int
    differs: tuple[Difference, ...]


@dataclass(slots=True)
class Shadow:
    """A piece: how many, dollars by party and by (clause, figure) of those that differ, and these."""

    done: int = 0
    parties: dict[str, Pair] = field(default_factory=dict)
    clauses: dict[tuple[str, str], Pair] = field(default_factory=dict)
    otherwise: list[Otherwise] = field(default_factory=list)

    def add(self, one: Otherwise, before: ClaimDecision, after: ClaimDecision) -> None:
        """Count a decision that differs."""
        self.otherwise.append(one)
        for side, decision in (("before", before), ("after", after)):
            for party, amount in borne(decision).items():
                _add(self.parties.setdefault(party, Pair()), side, amount)
            for moved, amount in moved_by_clause(decision).items():
                _add(self.clauses.setdefault(moved, Pair()), side, amount)

    def merge(self, other: Shadow) -> None:
        """Take up another piece."""
        self.done += other.done
        self.otherwise += other.otherwise
        for party, pair in other.parties.items():
            self.parties.setdefault(party, Pair()).add(pair.before, pair.after)
        for moved, pair in other.clauses.items():
            self.clauses.setdefault(moved, Pair()).add(pair.before, pair.after)


def shadow(*, candidate: Candidate, watched: Watched, processes: int = 1) -> Shadow:
    """Run the candidate over the decisions. Raises ImportError or AttributeError for an engine that is none."""
    engine_of(candidate)
    whole = Shadow()
    for piece in in_processes(partial(_piece, candidate, watched), _pieces(watched), processes=processes):
        whole.merge(piece)
    return whole


def engine_of(candidate: Candidate) -> Adjudicate:
    """The candidate's function that decides."""
    found: Adjudicate = import_module(candidate.engine).adjudicate
    return found


def _piece(candidate: Candidate, watched: Watched, ids: tuple[int, int]) -> Shadow:
    adjudicate, shadowed = engine_of(candidate), Shadow()
    decisions = _made(watched).filter(pk__range=ids).order_by("pk")
    for decision in decisions.only("facts", "says", "number", "plan_id").iterator(chunk_size=500):
        before = unpack_decision(decision.says)
        facts = _facts(candidate, decision)
        after = adjudicate(facts, plan_terms_over(facts.plan_hash, facts.later_plans) if facts.plan_hash else None)
        # Who signs, and by which wording, is what is tried, and no difference.
        after = msgspec.structs.replace(after, engine_version=before.engine_version, plan_hash=before.plan_hash)
        shadowed.done += 1
        if found := differences(before, after):
            shadowed.add(Otherwise(before.claim_number, decision.number, tuple(found)), before, after)
    return shadowed


def _facts(candidate: Candidate, decision: Decision) -> ClaimFacts:
    facts = unpack_facts(decision.facts)
    if facts.plan_hash and candidate.plan_hash and candidate.plan_id in (None, decision.plan_id):
        return msgspec.structs.replace(facts, plan_hash=candidate.plan_hash, later_plans=())
    return facts


def _pieces(watched: Watched) -> list[tuple[int, int]]:
    made = _made(watched)
    ends = made.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"], ends["last"]
    if first is None:
        return []
    if watched.last is not None:
        first = min(made.order_by("-pk").values_list("pk", flat=True)[: watched.last])
    return [(at, min(at + _PIECE - 1, last)) for at in range(first, last + 1, _PIECE)]


def _made(watched: Watched) -> QuerySet[Decision]:
    made = Decision.objects.exclude(outcome=Decision.Outcome.REVERSED)
    if watched.employer_id is not None:
        made = made.filter(employer_id=watched.employer_id)
    return made if watched.since is None else made.filter(decided_at__date__gte=watched.since)


def _add(pair: Pair, side: str, amount: Decimal) -> None:
    setattr(pair, side, getattr(pair, side) + amount)


def by_size(pairs: Mapping[Key, Pair]) -> list[tuple[Key, Pair]]:
    """What differs, the largest difference first."""
    differing = [(key, pair) for key, pair in pairs.items() if pair.before != pair.after]
    return sorted(differing, key=lambda item: (-abs(item[1].after - item[1].before), item[0]))

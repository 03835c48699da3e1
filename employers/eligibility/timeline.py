"""Coverage as a line of time: laying spans over each other, ending them, and what tier a family needs on each day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

FOREVER: Final = date.max
"""The end of what is open."""

SPOUSE: Final = "01"
SELF: Final = "18"
_TIERS: Final = ("EE", "ES", "EC", "FAM")  # by need: bit 1 a spouse, bit 2 a child


class Span(NamedTuple):
    """Covered from `start` to before `end` at a tier, in a division. A blank tier: whatever the family needs."""

    start: date
    end: date
    tier: str = ""
    division_id: int | None = None


Line = list[Span]
"""Spans in their order that do not overlap."""


def lay(line: Sequence[Span], span: Span) -> Line:
    """The line with a span laid over it: what it covers is as the span says, the rest as before."""
    return _merge([*cut(line, span.start, span.end), span])


def cut(line: Sequence[Span], start: date, end: date = FOREVER) -> Line:
    """The line without the days from `start` to before `end`."""
    left: Line = []
    for span in line:
        if span.start < start:
            left.append(span._replace(end=min(span.end, start)))
        if end < span.end:
            left.append(span._replace(start=max(span.start, end)))
    return _merge(left)


def reopen(line: Sequence[Span], start: date | None) -> Line:
    """The line with its last span open again: from a day on, or without a gap."""
    if not line or line[-1].end == FOREVER:
        return list(line)
    last = line[-1]
    return lay(line, last._replace(start=max(last.end, start) if start else last.end, end=FOREVER))


def at(line: Sequence[Span], on: date) -> Span | None:
    """The span in which a day lies."""
    return next((span for span in line if span.start <= on < span.end), None)


def settle(
    before: Mapping[int, Sequence[Span]],
    after: Mapping[int, Sequence[Span]],
    relationships: Mapping[int, str],
    told: Sequence[Span],
) -> dict[int, Line]:
    """A family's lines in one plan, by person, put in order: dependents are covered only while the subscriber is, and
    all have the same tier and division on a day.

    The tier is the one that was `told`; where none was, one that fitted the family before fits it after, and one that
    was higher stays. It is never less than the covered dependents need.
    """
    [subscriber] = [person for person, relationship in relationships.items() if relationship == SELF]
    days = sorted({day for line in (*before.values(), *after.values(), told) for span in line for day in span[:2]})
    settled: dict[int, Line] = {person: [] for person in after}
    for start, end in pairwise(days):
        own = at(after.get(subscriber, ()), start)
        if own is None:
            continue
        covered = [person for person in after if at(after[person], start)]
        need = _need(relationships[person] for person in covered)
        tier = _TIERS[need | _base(before, relationships, told, subscriber, start, own, need)]
        for person in covered:
            settled[person].append(Span(start, end, tier, own.division_id))
    return {person: _merge(line) for person, line in settled.items()}


def _base(
    before: Mapping[int, Sequence[Span]],
    relationships: Mapping[int, str],
    told: Sequence[Span],
    subscriber: int,
    on: date,
    own: Span,
    need: int,
) -> int:
    wanted = at(told, on)
    if wanted is not None:
        return _TIERS.index(wanted.tier)
    earlier = at(before.get(subscriber, ()), on)
    if earlier is not None:
        needed = _need(relationships[person] for person, line in before.items() if at(line, on))
        return need if _TIERS.index(earlier.tier) == needed else _TIERS.index(earlier.tier)
    return _TIERS.index(own.tier) if own.tier else need


def _need(relationships: Iterable[str]) -> int:
    bits = 0
    for relationship in relationships:
        if relationship != SELF:
            bits |= 1 if relationship == SPOUSE else 2
    return bits


def _merge(line: Iterable[Span]) -> Line:
    merged: Line = []
    for span in sorted(line, key=lambda span: span.start):
        if merged and merged[-1].end == span.start and merged[-1][2:] == span[2:]:
            merged[-1] = merged[-1]._replace(end=span.end)
        elif span.start < span.end:
            merged.append(span)
    return merged

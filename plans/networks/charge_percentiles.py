"""Percentiles of what is charged for a service, by state: from providers' average charges and how often they did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from plans.facts import ValuesFact
from tpa.foundation.values.money import cents

# Which are kept of each service; a plan names one.
KEPT = (50, 60, 70, 75, 80, 85, 90, 95)
_HUNDRED = 100


def gather_percentiles(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Of lines (schedule, code, state, charge, services), each provider's, one rate for each code and state.

    Numbered by the line on which a service first stood. Charges of a service are held in memory, nothing else is.
    """
    first: dict[tuple[Any, ...], int] = {}
    charges: dict[tuple[Any, ...], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for number, (schedule_id, code, state, charge, services) in rows:
        key = schedule_id, code, state
        first.setdefault(key, number)
        charges[key].append((charge, services))
    for key, found in charges.items():
        schedule_id, code, state = key
        percentiles = {str(percent): charge for percent, charge in zip(KEPT, percentiles_of(found, KEPT), strict=True)}
        values = msgspec.json.encode(ValuesFact(percentiles=percentiles)).decode()
        yield (
            first[key],
            (schedule_id, "procedure", code, "", "", state, "percentiles", None, None, None, values),
        )


def percentiles_of(charges: Iterable[tuple[Decimal, Decimal]], percents: Sequence[int]) -> list[Decimal]:
    """For each per cent the least charge that so many of a hundred services do not exceed; charges have weights."""
    ordered = sorted(charges)
    whole = sum((weight for _charge, weight in ordered), Decimal(0))
    found, reached, at = [], Decimal(0), -1
    for percent in sorted(percents):
        while at < 0 or (reached * _HUNDRED < whole * percent and at < len(ordered) - 1):
            at += 1
            reached += ordered[at][1]
        found.append(cents(ordered[at][0]))
    return found

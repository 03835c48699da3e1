"""The prices of some schedules held in memory: finds the most specific one for a line without asking the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from plans.facts import RateFact

_REFERENCE = "percent_of_reference"


class BookedRate(NamedTuple):
    """A rate as it stands in a book: the schedule it belongs to, the one it refers to, and the fact."""

    schedule_id: int
    reference_schedule_id: int | None
    fact: RateFact


class _Line(NamedTuple):
    on: date
    modifiers: Sequence[str]
    place: str
    named: list[tuple[str, str]]  # what the line names: (kind, code), in the order in which a price is looked for


class RateBook:
    """Rates by schedule and code. Made once for a batch (`selectors.rates_for`), then asked for each line."""

    def __init__(self, rates: Iterable[BookedRate] = ()) -> None:
        by_key: dict[tuple[int, str, str], list[BookedRate]] = defaultdict(list)
        for rate in rates:
            by_key[rate.schedule_id, rate.fact.code_kind, rate.fact.code].append(rate)
        self._rates = {key: tuple(sorted(found, key=_order)) for key, found in by_key.items()}
        self._resolved: dict[tuple[int, int], RateFact] = {}

    def find(
        self,
        schedule_id: int,
        *,
        on: date,
        code: str = "",
        modifiers: Sequence[str] = (),
        place: str = "",
        revenue_code: str = "",
        drg: str = "",
    ) -> RateFact | None:
        """The most specific rate of the schedule for a line on a day, or None.

        A rate that names the procedure goes before one that names the DRG, then the revenue code (so a procedure with
        a price of its own is carved out of the stay), then any procedure, any DRG, any revenue code, anything. Among
        equals a modifier outweighs the place of service. A per cent of a reference that has no price is passed by.
        """
        named = [("procedure", code)] if code else []
        if drg:
            named.append(("drg", drg))
        if revenue_code:
            named.append(("revenue", revenue_code))
        return self._find(schedule_id, _Line(on, modifiers, place, named))

    def _find(self, schedule_id: int, line: _Line, *, as_reference: bool = False) -> RateFact | None:
        rates = self._rates
        for kind, code in line.named:
            if (listed := rates.get((schedule_id, kind, code))) and (found := self._first(listed, line, as_reference)):
                return found
        for kind, _code in line.named:
            if (listed := rates.get((schedule_id, kind, ""))) and (found := self._first(listed, line, as_reference)):
                return found
        listed = rates.get((schedule_id, "any", ""), ())
        return self._first(listed, line, as_reference)

    def _first(self, listed: tuple[BookedRate, ...], line: _Line, as_reference: bool) -> RateFact | None:
        for rate in listed:
            fact = rate.fact
            if (
                (fact.modifier and fact.modifier not in line.modifiers)
                or (fact.place_of_service and fact.place_of_service != line.place)
                or line.on < fact.starts_on
                or (fact.ends_on is not None and line.on >= fact.ends_on)
            ):
                continue
            if as_reference:
                # A reference is a price in dollars, not in per cent of anything else.
                if fact.amount is not None:
                    return fact
            elif fact.method != _REFERENCE:
                return fact
            elif resolved := self._resolve(rate, line):
                return resolved
        return None

    def _resolve(self, rate: BookedRate, line: _Line) -> RateFact | None:
        """The rate with the price it refers to; the same fact for the same pair, made once."""
        assert rate.reference_schedule_id is not None  # a CHECK of the database says so
        reference = self._find(rate.reference_schedule_id, line, as_reference=True)
        if reference is None:
            return None
        key = rate.fact.rate_id, reference.rate_id
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = msgspec.structs.replace(
                rate.fact, reference_amount=reference.amount, reference_method=reference.method
            )
        return found


def _order(rate: BookedRate) -> tuple[bool, bool, str, str]:
    """Specific first; what is equally specific always in the same order."""
    fact = rate.fact
    return not fact.modifier, not fact.place_of_service, fact.modifier, fact.place_of_service

"""The prices of some schedules held in memory: finds the most specific one for a line without asking the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from plans.facts import ContractFact, RateFact
from plans.networks.localities import Localities, Site

_REFERENCE = "percent_of_reference"
_NOWHERE = Site()


class BookedRate(NamedTuple):
    """A rate as it stands in a book: the schedule it belongs to, the one it refers to, and the fact."""

    schedule_id: int
    reference_schedule_id: int | None
    fact: RateFact


class BookedTerms(NamedTuple):
    """A contract as it stands in a book: its schedule, the one whose indicators go with its prices, and the fact."""

    schedule_id: int
    indicators_schedule_id: int | None
    fact: ContractFact


class _Line(NamedTuple):
    on: date
    modifiers: Sequence[str]
    place: str
    named: list[tuple[str, str]]  # what the line names: (kind, code), in the order in which a price is looked for
    site: Site


class RateBook:
    """Rates by schedule and code. Made once for a batch (`selectors.rates_for`), then asked for each line.

    `schedules`: the ids of the schedules that have any, by their codes.
    """

    def __init__(
        self,
        rates: Iterable[BookedRate] = (),
        terms: Iterable[BookedTerms] = (),
        localities: Localities | None = None,
    ) -> None:
        by_key: dict[tuple[int, str, str], list[BookedRate]] = defaultdict(list)
        for rate in rates:
            by_key[rate.schedule_id, rate.fact.code_kind, rate.fact.code].append(rate)
        self._rates = {key: tuple(sorted(found, key=_order)) for key, found in by_key.items()}
        self.schedules = {rate.fact.schedule: rate.schedule_id for found in by_key.values() for rate in found}
        self._terms: dict[int, list[BookedTerms]] = defaultdict(list)
        for one in terms:
            self._terms[one.schedule_id].append(one)
        self._localities = localities or Localities()
        self._resolved: dict[tuple[int, int, str], RateFact] = {}

    @property
    def ranks(self) -> bool:
        """Does any contract behind these rates pay one of several procedures less?"""
        return any(one.fact.multiple_procedures for terms in self._terms.values() for one in terms)

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
        site: Site = _NOWHERE,
    ) -> RateFact | None:
        """The most specific rate of the schedule for a line on a day, or None.

        A rate that names the procedure goes before one that names the DRG, then the revenue code (so a procedure with
        a price of its own is carved out of the stay), then any procedure, any DRG, any revenue code, anything. Among
        equals a modifier outweighs the place of service, and that the locality. A per cent of a reference that has no
        price is passed by.
        """
        named = [("procedure", code)] if code else []
        if drg:
            named.append(("drg", drg))
        if revenue_code:
            named.append(("revenue", revenue_code))
        line = _Line(on, modifiers, place, named, site)
        found = self._find(schedule_id, line)
        if found is None or not self._terms:
            return found
        return self._with_indicators(schedule_id, found, line)

    def contracts_behind(self, rates: Iterable[tuple[RateFact, date]]) -> tuple[ContractFact, ...]:
        """The terms of the schedules that rates (each with the day of its line) are from or refer to."""
        if not self._terms:
            return ()
        wanted = {(schedule, on) for rate, on in rates for schedule in (rate.schedule, rate.reference_schedule)}
        found = {
            one.fact.contract_id: one.fact
            for held in self._terms.values()
            for one in held
            if any(schedule == one.fact.schedule and _holds(one.fact, on) for schedule, on in wanted)
        }
        return tuple(found[contract_id] for contract_id in sorted(found))

    def _find(self, schedule_id: int, line: _Line, *, as_reference: bool = False) -> RateFact | None:
        rates = self._rates
        locality = self._locality(schedule_id, line) if schedule_id in self._terms else ""
        for kind, code in line.named:
            if (listed := rates.get((schedule_id, kind, code))) and (
                found := self._first(listed, line, locality, as_reference)
            ):
                return found
        for kind, _code in line.named:
            if (listed := rates.get((schedule_id, kind, ""))) and (
                found := self._first(listed, line, locality, as_reference)
            ):
                return found
        listed = rates.get((schedule_id, "any", ""), ())
        return self._first(listed, line, locality, as_reference)

    def _first(self, listed: tuple[BookedRate, ...], line: _Line, locality: str, as_reference: bool) -> RateFact | None:
        for rate in listed:
            fact = rate.fact
            if (
                (fact.modifier and fact.modifier not in line.modifiers)
                or (fact.place_of_service and fact.place_of_service != line.place)
                or (fact.locality and fact.locality != locality)
                or not _holds(fact, line.on)
            ):
                continue
            if as_reference:
                # A reference is a price in dollars or a formula, not in per cent of anything else.
                if fact.amount is not None or fact.values is not None:
                    return self._placed(rate, line)
            elif fact.method != _REFERENCE:
                return self._placed(rate, line)
            elif resolved := self._resolve(rate, line):
                return resolved
        return None

    def _resolve(self, rate: BookedRate, line: _Line) -> RateFact | None:
        """The rate with the price it refers to; the same fact for the same pair, made once."""
        assert rate.reference_schedule_id is not None  # a CHECK of the database says so
        reference = self._find(rate.reference_schedule_id, line, as_reference=True)
        if reference is None:
            return None
        key = rate.fact.rate_id, reference.rate_id, reference.place.locality if reference.place else ""
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = msgspec.structs.replace(
                rate.fact,
                reference_amount=reference.amount,
                reference_method=reference.method,
                values=reference.values,
                place=reference.place,
            )
        return found

    def _placed(self, rate: BookedRate, line: _Line) -> RateFact:
        """A formula's rate with what its locality adds; the same fact for the same locality, made once."""
        fact = rate.fact
        if fact.values is None or fact.amount is not None or rate.schedule_id not in self._terms:
            return fact
        locality = self._locality(rate.schedule_id, line)
        if not locality:
            return fact
        key = fact.rate_id, 0, locality
        found = self._resolved.get(key)
        if found is None:
            table = self._located_by(rate.schedule_id, line.on)
            place = self._localities.factors(table, locality, line.on)
            found = self._resolved[key] = msgspec.structs.replace(fact, place=place)
        return found

    def _with_indicators(self, schedule_id: int, fact: RateFact, line: _Line) -> RateFact:
        """A contract's own price with the indicators that another schedule publishes of the code."""
        if fact.values is not None:
            return fact
        terms = self._terms_on(schedule_id, line.on)
        if terms is None or terms.indicators_schedule_id is None:
            return fact
        published = self._find(terms.indicators_schedule_id, line, as_reference=True)
        if published is None or published.values is None:
            return fact
        key = fact.rate_id, published.rate_id, "indicators"
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = msgspec.structs.replace(fact, values=published.values)
        return found

    def _terms_on(self, schedule_id: int, on: date) -> BookedTerms | None:
        return next((one for one in self._terms.get(schedule_id, ()) if _holds(one.fact, on)), None)

    def _located_by(self, schedule_id: int, on: date) -> str:
        terms = self._terms_on(schedule_id, on)
        return terms.fact.locality_by if terms else ""

    def _locality(self, schedule_id: int, line: _Line) -> str:
        return self._localities.of(self._located_by(schedule_id, line.on), line.site, line.on)


def _holds(fact: RateFact | ContractFact, on: date) -> bool:
    return fact.starts_on <= on and (fact.ends_on is None or on < fact.ends_on)


def _order(rate: BookedRate) -> tuple[bool, bool, bool, str, str, str]:
    """Specific first; what is equally specific always in the same order."""
    fact = rate.fact
    return (
        *(not fact.modifier, not fact.place_of_service, not fact.locality),
        *(fact.modifier, fact.place_of_service, fact.locality),
    )

"""The rows of edit tables that a batch may need, held in memory: gives each claim those that speak of it. Plain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from plans.facts import (
    AddOnFact,
    BillRule,
    CodeRule,
    EditFacts,
    InvalidCode,
    ModifierRule,
    ProcedurePairFact,
    UnitMaximumFact,
)

_DAY = timedelta(days=1)
_WITHDRAWN = "9"

Periods = tuple[tuple[date | None, date | None], ...]


class CodedService(NamedTuple):
    """A procedure that was billed: its code as the tables know it, on the day on which it began."""

    code: str
    modifiers: tuple[str, ...]
    on: date
    units: Decimal


class CodedClaim(NamedTuple):
    """What of a claim the tables are asked by. `beside` are services decided before; `pair_table` and `unit_table` are
    blank where no such table speaks of the claim; `codes` are (set, code) that must be valid on the lines' days."""

    services: tuple[CodedService, ...]
    beside: tuple[CodedService, ...] = ()
    diagnoses: tuple[str, ...] = ()
    pair_table: str = ""
    unit_table: str = ""
    bill_type: str = ""  # three digits; blank on other claims
    codes: tuple[tuple[str, str], ...] = ()


class AddOnRow(NamedTuple):
    """One row of the add-on table: `primary` is blank where the payer says what will do."""

    code: str
    primary: str
    kind: str
    starts_on: date | None
    ends_on: date | None


class SmallRules(NamedTuple):
    """Our own small tables, or what stands in their place."""

    codes: tuple[CodeRule, ...] = ()
    modifiers: tuple[ModifierRule, ...] = ()
    bills: tuple[BillRule, ...] = ()


_NO_RULES = SmallRules()


class EditBook:
    """Rows by what they are looked for. `valid`: of codes whose set was loaded whole, when they were valid."""

    def __init__(
        self,
        *,
        pairs: Iterable[tuple[str, ProcedurePairFact]] = (),
        maximums: Iterable[UnitMaximumFact] = (),
        add_ons: Iterable[AddOnRow] = (),
        rules: SmallRules = _NO_RULES,
        valid: Mapping[tuple[str, str], Periods] | None = None,
    ) -> None:
        self._pairs: dict[tuple[str, str, str], list[ProcedurePairFact]] = defaultdict(list)
        for table, pair in pairs:
            self._pairs[table, pair.column_one, pair.column_two].append(pair)
        self._maximums: dict[tuple[str, str], list[UnitMaximumFact]] = defaultdict(list)
        for most in maximums:
            self._maximums[most.table, most.code].append(most)
        self._add_ons: dict[str, list[AddOnRow]] = defaultdict(list)
        for row in add_ons:
            self._add_ons[row.code].append(row)
        self._rules = rules
        self._rules_by_code: dict[tuple[str, str], tuple[CodeRule, ...]] = {}
        self._valid = valid or {}

    def facts(self, claim: CodedClaim) -> EditFacts | None:
        """The rows that speak of this claim, always in the same order; None when none does."""
        days = days_of(claim)
        found = EditFacts(
            pairs=tuple(self._pairs_of(claim, days)),
            maximums=tuple(self._maximums_of(claim, days)),
            add_ons=tuple(self._add_ons_of(days)),
            codes=tuple(dict.fromkeys(self._codes_of(claim))),
            modifiers=tuple(self._modifiers_of(claim)),
            bills=tuple(self._bills_of(claim)),
            invalid=tuple(self._invalid_of(claim)),
        )
        return None if found == _NOTHING else found

    def _pairs_of(self, claim: CodedClaim, days: Days) -> Iterator[ProcedurePairFact]:
        if not claim.pair_table or not self._pairs:
            return
        seen = set()
        for on, (mine, every) in days.items():
            for one, two in pairs_of(mine, every):
                for pair in self._pairs.get((claim.pair_table, one, two), ()):
                    if pair.indicator != _WITHDRAWN and pair.is_in_force(on) and pair not in seen:
                        seen.add(pair)
                        yield pair

    def _maximums_of(self, claim: CodedClaim, days: Days) -> Iterator[UnitMaximumFact]:
        """Only those that the day's units exceed: of all others there is nothing to say."""
        if not claim.unit_table or not self._maximums:
            return
        seen = set()
        for on, (mine, _every) in days.items():
            for code in sorted(mine):
                units = sum([one.units for one in (*claim.services, *claim.beside) if (one.code, one.on) == (code, on)])
                for most in self._maximums.get((claim.unit_table, code), ()):
                    if most.is_in_force(on) and units > most.most and most not in seen:
                        seen.add(most)
                        yield most

    def _add_ons_of(self, days: Days) -> Iterator[AddOnFact]:
        """Of each add-on procedure of a day, by kind, the primaries that were done that day; good for that day."""
        for on, (mine, every) in days.items():
            if self._add_ons.keys().isdisjoint(mine):
                continue
            for code in sorted(every):
                kinds: dict[str, set[str]] = defaultdict(set)
                for row in self._add_ons.get(code, ()):
                    if (row.starts_on is None or row.starts_on <= on) and (row.ends_on is None or on < row.ends_on):
                        kinds[row.kind].update({row.primary} & every)
                for kind in sorted(kinds):
                    primaries = tuple(sorted(kinds[kind]))
                    yield AddOnFact(code=code, kind=kind, primaries=primaries, starts_on=on, ends_on=on + _DAY)

    def _codes_of(self, claim: CodedClaim) -> Iterator[CodeRule]:
        coded = [("procedure", one.code) for one in claim.services] + [("diagnosis", code) for code in claim.diagnoses]
        for key in dict.fromkeys(coded):
            rules = self._rules_by_code.get(key)
            if rules is None:
                rules = self._rules_by_code[key] = tuple(self._about(*key))
            yield from rules

    def _about(self, of: str, code: str) -> Iterator[CodeRule]:
        for rule in self._rules.codes:
            if rule.of == of and code and rule.holds(code):
                # Of its ranges only the code that it was found by: facts are kept with every decision.
                yield msgspec.structs.replace(rule, codes=((code, code),))

    def _modifiers_of(self, claim: CodedClaim) -> Iterator[ModifierRule]:
        carried = {modifier for one in (*claim.services, *claim.beside) for modifier in one.modifiers}
        return (rule for rule in self._rules.modifiers if rule.modifier in carried)

    def _bills_of(self, claim: CodedClaim) -> Iterator[BillRule]:
        if not claim.bill_type:
            return iter(())
        return (rule for rule in self._rules.bills if rule.is_about(claim.bill_type, claim.bill_type[2:]))

    def _invalid_of(self, claim: CodedClaim) -> Iterator[InvalidCode]:
        days = sorted({one.on for one in claim.services})
        for code_set, code in dict.fromkeys(claim.codes):
            periods = self._valid.get((code_set, code))
            if periods is None:
                continue
            for on in days:
                if not any(
                    (starts is None or starts <= on) and (ends is None or on < ends) for starts, ends in periods
                ):
                    gone = [ends for _starts, ends in periods if ends is not None and ends <= on]
                    yield InvalidCode(code_set=code_set, code=code, on=on, ended_on=max(gone, default=None))


Days = dict[date, tuple[frozenset[str], frozenset[str]]]  # by day the claim's own procedures, and all of the day

_NOTHING = EditFacts()


def pairs_of(mine: Iterable[str], every: Sequence[str] | frozenset[str]) -> Iterator[tuple[str, str]]:
    """Ordered pairs of different procedures of a day, of which at least one is the claim's own."""
    own = frozenset(mine)
    listed = sorted(every)
    return ((one, two) for one in listed for two in listed if one != two and (one in own or two in own))


def days_of(claim: CodedClaim) -> Days:
    """By day, what the claim has of procedures, and what was done that day in all."""
    mine: dict[date, set[str]] = defaultdict(set)
    every: dict[date, set[str]] = defaultdict(set)
    for service in claim.services:
        if service.code:
            mine[service.on].add(service.code)
            every[service.on].add(service.code)
    for service in claim.beside:
        if service.code and service.on in mine:
            every[service.on].add(service.code)
    return {on: (frozenset(mine[on]), frozenset(every[on])) for on in sorted(mine)}

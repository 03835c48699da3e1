"""Edits of a day: units of a procedure, procedures that include each other, add-on procedures.

They look at all services of the same patient, day and provider: the claim's open lines, and lines that were allowed
before. What was allowed before is never changed here; where it would have to be, a person is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.facts import PriorLine
from claims.adjudication.engine.failure import Failure, Failures, listed
from claims.adjudication.engine.work import Inputs, Line, Work
from plans.facts import EditFacts, ProcedurePairFact

_NEVER, _UNLESS_MODIFIER = "0", "1"
_BY_LINE, _BY_CLINIC = "1", "3"
_TO_LISTED, _TO_ANY, _TO_LISTED_OR_ANY = "1", "2", "3"


class Service(NamedTuple):
    """A procedure of the day: a line of this claim, or one that was allowed before."""

    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    line: Line | None
    says: str  # which line, for the evidence


# Services of one provider on one day: (billing NPI, rendering NPI, day).
Day = tuple[str, str, date]


def units_per_line(work: Work, rows: EditFacts) -> Failures:
    """MUE by line (MAI 1): each line by itself, whatever else was billed."""
    most = {one.code: one for one in rows.maximums if one.adjudication == _BY_LINE}
    for line in work.open_lines() if most else ():
        found = most.get(line.submitted.procedure_code)
        on = line.submitted.service_from
        if found is None or not _counts_units(line) or not found.is_in_force(on):
            continue
        units = _units_a_day(line.submitted.units_count, on, line.submitted.service_to)
        if units > found.most:
            yield Failure(line, _units_evidence(found.table, found.code, found.most, units, on))


def units_per_day(work: Work, rows: EditFacts) -> Failures:
    """MUE by day (MAI 2 and 3): the units of all lines and claims of the day together; all lines of this claim fall.

    What stands on clinical experience (3) may be necessary for this patient: that is never for a table to say.
    """
    most = {one.code: one for one in rows.maximums if one.adjudication != _BY_LINE}
    for (_npi, _rendering, on), services in _days(work).items() if most else ():
        for code in sorted({service.code for service in services if service.line is not None}):
            found = most.get(code)
            if found is None or not found.is_in_force(on):
                continue
            same = [service for service in services if service.code == code]
            units = sum([service.units for service in same], Decimal(0))
            if units <= found.most:
                continue
            evidence = _units_evidence(found.table, code, found.most, units, on)
            for line in _lines(same):
                others = listed(service.says for service in same if service.line is not line)
                told = (*evidence, ("other_lines", others)) if others else evidence
                yield Failure(line, told, is_judgement=found.adjudication == _BY_CLINIC)


def procedure_pairs(work: Work, rows: EditFacts) -> Failures:
    """NCCI: with column one, column two of the same day and provider is not paid, unless a modifier tells them apart.

    Where column two was allowed on an earlier claim, this line is the one that includes it: a person decides.
    """
    if not rows.pairs:
        return
    apart = [rule for rule in rows.modifiers if rule.tells_apart]
    for (_npi, _rendering, on), services in _days(work).items():
        telling = {rule.modifier for rule in apart if rule.is_in_force(on)}
        for pair in rows.pairs:
            if pair.indicator not in (_NEVER, _UNLESS_MODIFIER) or not pair.is_in_force(on):
                continue
            ones = [service for service in services if service.code == pair.column_one]
            for two in services if ones else ():
                if two.code == pair.column_two:
                    yield from _paired(pair, ones, two, telling)


def add_on_codes(work: Work, rows: EditFacts) -> Failures:
    """An add-on procedure is paid with its primary one, of the same day and provider, that is paid too.

    Of the third kind only some primaries are listed: beside another procedure a person says whether it will do.
    """
    if not rows.add_ons:
        return
    adds = {one.code for one in rows.add_ons}
    for (_npi, _rendering, on), services in _days(work).items():
        codes = {service.code for service in services}
        for service in services:
            line = service.line
            standing = [one for one in rows.add_ons if one.code == service.code and one.is_in_force(on)]
            if line is None or not standing or any(not codes.isdisjoint(one.primaries) for one in standing):
                continue
            kinds = {one.kind for one in standing}
            others = codes - adds - {""}
            if _TO_ANY in kinds and others:
                continue
            evidence: Inputs = (("procedure", service.code), ("kind", listed(kinds)), ("on", str(on)))
            if others:
                evidence = (*evidence, ("others", listed(others)))
            yield Failure(line, evidence, is_judgement=_TO_LISTED_OR_ANY in kinds and bool(others))


def _paired(pair: ProcedurePairFact, ones: list[Service], two: Service, telling: set[str]) -> Failures:
    """The failures of one column-two service, with each service of column one that nothing tells it apart from."""
    for one in ones:
        if one is two or (one.line is None and two.line is None):
            continue
        if pair.indicator == _UNLESS_MODIFIER and not telling.isdisjoint((*one.modifiers, *two.modifiers)):
            continue
        evidence: Inputs = (
            ("column_one", pair.column_one),
            ("column_two", pair.column_two),
            ("indicator", pair.indicator),
            ("in_force_from", str(pair.starts_on or "")),
        )
        if two.line is not None:
            yield Failure(two.line, (*evidence, ("with", one.says)))
        elif one.line is not None:
            yield Failure(one.line, (*evidence, ("allowed_before", two.says)), is_judgement=True)


def _days(work: Work) -> dict[Day, list[Service]]:
    """What each provider did on each day of the claim: open lines, and what was allowed before."""
    submission = work.submission
    billing = submission.billing_provider.npi
    days: dict[Day, list[Service]] = defaultdict(list)
    for line in work.open_lines():
        submitted = line.submitted
        if not submitted.procedure_code:
            continue
        starts, ends = submitted.service_from, submitted.service_to
        units = _units_a_day(submitted.units_count, starts, ends) if _counts_units(line) else Decimal(0)
        service = Service(submitted.procedure_code, submitted.modifiers, units, line, f"line {line.number}")
        key: Day = (billing, submission.rendering_npi_of(submitted) or billing, starts)
        days[key].append(service)
    for prior in work.facts.prior_lines:
        key = (prior.billing_npi, prior.rendering_npi or prior.billing_npi, prior.service_from)
        if key in days and prior.kind == submission.kind and _was_allowed(prior):
            units = _units_a_day(prior.units_count, prior.service_from, prior.service_to)
            says = f"{prior.claim_number} line {prior.line_number}"
            days[key].append(Service(prior.procedure_code, prior.modifiers, units, None, says))
    return days


def _was_allowed(prior: PriorLine) -> bool:
    return prior.outcome == "approved" and prior.allowed_amount > 0 and bool(prior.procedure_code)


def _counts_units(line: Line) -> bool:
    """Minutes of anaesthesia and days of rental are no units of service."""
    return line.submitted.unit_basis == "UN"


def _units_a_day(units: Decimal, starts: date, ends: date) -> Decimal:
    """The units of one day of a line that spans several, to the nearest whole."""
    days = (ends - starts + timedelta(days=1)).days
    return units if days <= 1 else (units * 2 + days) // (days * 2)


def _lines(services: list[Service]) -> Iterator[Line]:
    return (service.line for service in services if service.line is not None)


def _units_evidence(table: str, code: str, most: int, units: Decimal, on: date) -> Inputs:
    plain = f"{units.normalize():f}"
    return (("procedure", code), ("units", plain), ("most", str(most)), ("table", table), ("on", str(on)))

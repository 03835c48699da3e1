"""Was the member covered on the day? Each line stands on its own day, or on that of admission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.adjudication.engine.facts import MotherFact
from claims.adjudication.engine.reasons import (
    AFTER_COVERAGE,
    BEFORE_COVERAGE,
    LAPSE_OF_COVERAGE,
    NEVER_COVERED,
    Denial,
)
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import service_on
from employers.facts import CoverageFact
from plans.design.terms import PlanTerms


def check_coverage(work: Work, terms: PlanTerms | None) -> None:
    """Deny lines on days without coverage; where a plan covers and no version of it was found, ask."""
    coverages = work.facts.coverages
    clause = "" if terms is None else terms.sections.get("eligibility", "")
    for line in work.lines:
        if terms is None:
            on = line.submitted.service_from
        else:
            on = service_on(terms, work.submission, line.submitted)
            line.terms = terms.on(on) if terms.later else terms
            line.year_on = line.terms.year_on(on)
        line.service_on = on
        found = covering(coverages, on) if work.facts.mother is None or terms is None else coverage_of(work, line)
        if found is None:
            line.deny(without_coverage(coverages, on), "coverage.none", clause, (("service_on", str(on)),))
        else:
            line.coverage = found
            inputs = (("service_on", str(on)), ("covered_from", str(found.starts_on)), ("coverage_tier", found.tier))
            line.note("coverage", clause, inputs)
    if terms is None and work.open_lines():
        work.ask_of_claim("plan_missing")
        for line in work.open_lines():
            line.leave_open("plan_missing")


def coverage_of(work: Work, line: Line) -> CoverageFact | None:
    """The patient's own coverage on the line's day; of a newborn the mother's."""
    found = covering(work.facts.coverages, line.service_on)
    mother = work.facts.mother
    if mother is not None and (mother.is_counted or found is None):
        found = _of_mother(work, line, mother) or found
    return found


def _of_mother(work: Work, line: Line, mother: MotherFact) -> CoverageFact | None:
    """A newborn's coverage by the mother's, in the days in which the plan says so."""
    newborns, birth_on = line.terms.newborns, work.facts.member.birth_on
    if newborns is None or not newborns.covers(birth_on, line.service_on):
        return None
    found = covering(mother.coverages, line.service_on)
    if found is not None:
        inputs = (("born_on", str(birth_on)), ("covered_days", str(newborns.covered_days)))
        line.note("newborn.with_mother" if mother.is_counted else "newborn", newborns.section, inputs)
    return found


def covering(coverages: Sequence[CoverageFact], on: date) -> CoverageFact | None:
    """The coverage of a day; None without one."""
    for coverage in coverages:
        if coverage.starts_on <= on and (coverage.ends_on is None or on < coverage.ends_on):
            return coverage
    return None


def without_coverage(coverages: Sequence[CoverageFact], on: date) -> Denial:
    """Why a day is not covered: before, after, in between, never."""
    if not coverages:
        return NEVER_COVERED
    if all(on < coverage.starts_on for coverage in coverages):
        return BEFORE_COVERAGE
    if all(coverage.ends_on is not None and coverage.ends_on <= on for coverage in coverages):
        return AFTER_COVERAGE
    return LAPSE_OF_COVERAGE

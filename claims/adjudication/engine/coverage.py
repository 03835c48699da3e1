"""Was the member covered on the day? Each line stands on its own day, or on that of admission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.adjudication.engine.reasons import (
    AFTER_COVERAGE,
    BEFORE_COVERAGE,
    LAPSE_OF_COVERAGE,
    NEVER_COVERED,
    Denial,
)
from claims.adjudication.engine.work import Work
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
        found = covering(coverages, on)
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

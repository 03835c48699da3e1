"""Was the member covered on the day? Each line stands on its own day, or on that of admission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.adjudication.engine.work import Work
from claims.adjudication.engine.years import service_on, year_on
from employers.facts import CoverageFact

BEFORE = ("PR", "26", ())
AFTER = ("PR", "27", ())
LAPSE = ("PR", "200", ())
NEVER = ("PR", "177", ())


def check_coverage(work: Work) -> None:
    """Deny lines on days without coverage; where a plan covers but no version of it was found, ask."""
    facts, terms = work.facts, work.terms
    for line in work.lines:
        if terms is not None:
            line.service_on = service_on(terms, facts.submission, line.submitted)
            line.year_on = year_on(terms, line.service_on)
        line.coverage = _covering(facts.coverages, line.service_on)
        if line.coverage is None:
            line.deny(
                _without_coverage(facts.coverages, line.service_on),
                "coverage.none",
                "" if terms is None else terms.sections.get("eligibility", ""),
                (("service_on", str(line.service_on)),),
            )
        else:
            line.note(
                "coverage",
                inputs=(
                    ("service_on", str(line.service_on)),
                    ("covered_from", str(line.coverage.starts_on)),
                    ("coverage_tier", line.coverage.tier),
                ),
            )
    if terms is None and any(not line.denied for line in work.lines):
        work.ask_of_claim("plan_missing")
        for line in work.open_lines():
            line.leave_open("plan_missing")


def _covering(coverages: Sequence[CoverageFact], on: date) -> CoverageFact | None:
    for coverage in coverages:
        if coverage.starts_on <= on and (coverage.ends_on is None or on < coverage.ends_on):
            return coverage
    return None


def _without_coverage(coverages: Sequence[CoverageFact], on: date) -> tuple[str, str, tuple[str, ...]]:
    if not coverages:
        return NEVER
    if all(on < coverage.starts_on for coverage in coverages):
        return BEFORE
    if all(coverage.ends_on is not None and coverage.ends_on <= on for coverage in coverages):
        return AFTER
    return LAPSE

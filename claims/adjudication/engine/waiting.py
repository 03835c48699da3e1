"""Benefits that begin only some time after the member's cover did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from claims.adjudication.engine.reasons import WAITING
from claims.adjudication.engine.work import Line, Work
from employers.facts import CoverageFact
from plans.design.terms import Waiting
from tpa.foundation.values.periods import months_after


def check_waiting(work: Work) -> None:
    """Deny what comes before the end of a waiting period, by its name and day; an emergency is a person's to judge."""
    for line in work.open_lines():
        for waiting in line.benefit.waitings:
            if line.is_open:
                _check(work, line, waiting)


def _check(work: Work, line: Line, waiting: Waiting) -> None:
    codes = line.codes
    if waiting.matches and not any(match.fits_codes(codes) and match.fits_person(codes) for match in waiting.matches):
        return
    began_on = _covered_since(work.facts.coverages, line.coverage)
    first_day = months_after(began_on, waiting.months_count) + timedelta(days=waiting.days_count)
    if line.service_on >= first_day:
        return
    inputs = (
        ("waiting", waiting.title),
        ("covered_since", str(began_on)),
        ("begins_on", str(first_day)),
        ("service_on", str(line.service_on)),
    )
    if line.is_emergency:
        work.ask("emergency_review", line, inputs, waiting.section)
    else:
        line.deny(WAITING, "waiting", waiting.section, inputs)


def _covered_since(coverages: Sequence[CoverageFact], current: CoverageFact) -> date:
    """The first day of cover without a gap, whatever the plan or coverage tier was."""
    since = current.starts_on
    for coverage in sorted(coverages, key=lambda one: one.starts_on, reverse=True):
        if coverage.starts_on < since and (coverage.ends_on is None or coverage.ends_on >= since):
            since = coverage.starts_on
    return since

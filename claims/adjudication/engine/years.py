"""Which plan year a service belongs to: the first day of the year is the key of every accumulator."""

from __future__ import annotations

from datetime import date

from claims.facts import Submission, SubmittedLine
from plans.design.terms import PlanTerms

# Sums that no year ends (lifetime limits, units of an authorization) are kept under this day.
LIFETIME = date(1900, 1, 1)

# Types of bill, first two digits, that are a stay: inpatient, skilled nursing, swing bed.
STAYS = frozenset({"11", "12", "18", "21", "22", "28"})


def year_on(terms: PlanTerms, service_date: date) -> date:
    """The first day of the plan year in which a day lies."""
    year = service_date.year
    if (service_date.month, service_date.day) < (terms.year_month, terms.year_day):
        year -= 1
    return date(year, terms.year_month, terms.year_day)


def next_year_on(terms: PlanTerms, first_day: date) -> date:
    """The first day of the plan year after the one that begins on `first_day`."""
    return date(first_day.year + 1, terms.year_month, terms.year_day)


def is_stay(submission: Submission) -> bool:
    """An institutional claim for somebody who was admitted."""
    return submission.kind == "I" and submission.facility_code[:2] in STAYS


def service_on(terms: PlanTerms, submission: Submission, line: SubmittedLine) -> date:
    """The day that decides coverage and plan year: the line's first, or that of admission where the plan says so."""
    if terms.stays_by_admission and submission.admitted_on is not None and is_stay(submission):
        return submission.admitted_on
    return line.service_from


def years_of(terms: PlanTerms, submission: Submission) -> set[date]:
    """All keys under which sums may count for this claim."""
    days = {service_on(terms, submission, line) for line in submission.lines}
    return {year_on(terms, day) for day in days} | {LIFETIME}

"""Which plan year a service belongs to: the first day of the year is the key of every accumulator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from claims.facts import Submission, SubmittedLine
from plans.design.terms import CALENDAR_YEAR, DAYS, MONTHS, PER_LIFETIME, PlanTerms, Span
from tpa.foundation.values.periods import months_after

# Sums that no year ends (lifetime limits, units of an authorization) are kept under this day.
LIFETIME = date(1900, 1, 1)

# Types of bill, first two digits, that are a stay: inpatient, skilled nursing, swing bed.
STAYS = frozenset({"11", "12", "18", "21", "22", "28"})


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


class Keys(NamedTuple):
    """Under which keys sums may count for a claim: first days of years, and for what is kept day by day its days."""

    years: frozenset[date]
    dated: tuple[tuple[str, date, date], ...] = ()  # a bucket, from the first day to the last

    def hold(self, year_on: date, bucket: str) -> bool:
        """May this sum count?"""
        return year_on in self.years or any(
            first <= year_on <= last and is_part_of(bucket, whole) for whole, first, last in self.dated
        )


def days_of_claim(submission: Submission) -> list[date]:
    """The days of a claim that may have different plan versions or years: each line's first and last, and admission."""
    days = {line.service_from for line in submission.lines} | {line.service_to for line in submission.lines}
    if submission.admitted_on is not None and is_stay(submission):
        days.add(submission.admitted_on)
    return sorted(days)


def keys_of(terms: PlanTerms, submission: Submission) -> Keys:
    """All keys under which sums may count for this claim."""
    if terms.stays_by_admission and submission.admitted_on is not None and is_stay(submission):
        days = [submission.admitted_on]
    else:
        days = days_of_claim(submission)
    years = {terms.on(day).year_on(day) for day in days}
    years.add(LIFETIME)
    if terms.coordination.bank:
        years |= {bank_year_on(terms, day) for day in days}
    dated: list[tuple[str, date, date]] = []
    for version in (terms, *(later for _starts_on, later in terms.later)):
        if version.counts_calendar_years:
            years |= {date(day.year, 1, 1) for day in days}
        for bucket, span in version.dated:
            dated.append((bucket, window(version, span, days[0])[0], window(version, span, days[-1])[1]))
    return Keys(frozenset(years), tuple(dated))


def admitted_on(submission: Submission) -> date:
    """The day on which a stay began, as far as the claim says."""
    return submission.admitted_on or submission.statement_from or submission.service_from


def window(terms: PlanTerms, span: Span, day: date) -> tuple[date, date]:
    """First and last day that may lie in one span with a day; of rolling ones before and after it."""
    if span.per == PER_LIFETIME:
        return LIFETIME, date.max
    if span.per == MONTHS:
        return months_after(day, -span.length), months_after(day, span.length)
    if span.per == DAYS:
        return day - timedelta(days=span.length), day + timedelta(days=span.length)
    first = key_of(terms, span, day)
    return first, date(first.year + 1, first.month, first.day) - timedelta(days=1)


def key_of(terms: PlanTerms, span: Span, day: date) -> date:
    """The key under which what is used on a day is kept: the first day of its year, or the day itself."""
    if span.per == PER_LIFETIME:
        return LIFETIME
    if span.is_rolling:
        return day
    return date(day.year, 1, 1) if span.per == CALENDAR_YEAR else terms.year_on(day)


def is_part_of(bucket: str, whole: str) -> bool:
    """Is it that bucket, or one of its parts: limit:therapy:back of limit:therapy?"""
    return bucket.startswith(whole) and (len(bucket) == len(whole) or bucket[len(whole)] == ":")


def bank_year_on(terms: PlanTerms, day: date) -> date:
    """The first day of the period at whose end the benefit bank returns to zero."""
    return terms.year_on(day) if terms.coordination.bank == "plan_year" else date(day.year, 1, 1)

"""Whether an employer was large enough, in the weeks and on the days that the law looks back on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from employers.facts import HeadcountFact

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WORKING_DAYS = 5  # Monday to Friday


def had_in_weeks(headcounts: Sequence[HeadcountFact], least: int, weeks: int, on: date) -> bool | None:
    """Had it `least` employees on each working day of so many calendar weeks, this year by now or the year before?

    The weeks need not follow each other. None: too little is recorded to say (42 CFR 411.170(a)(2)(i)).
    """
    said = [
        _enough(_weeks(headcounts, year, on, least), weeks)
        for year in (on.isocalendar().year - 1, on.isocalendar().year)
    ]
    return True if True in said else (None if None in said else False)


def had_on_days(headcounts: Sequence[HeadcountFact], least: int, percent: Decimal, on: date) -> bool | None:
    """Had it `least` employees on so many per cent of the working days of the year before (42 CFR 411.101)?"""
    day, last = date(on.year - 1, 1, 1), date(on.year - 1, 12, 31)
    days: list[bool | None] = []
    while day <= last:
        if day.weekday() < _WORKING_DAYS:
            days.append(_had(headcounts, day, least))
        day += _DAY
    return _enough(days, -(-len(days) * percent // 100))


def _weeks(headcounts: Sequence[HeadcountFact], year: int, on: date, least: int) -> list[bool | None]:
    """Each week of a year that is over by a day: enough on all its working days, not, or not known."""
    monday = date.fromisocalendar(year, 1, 1)
    found: list[bool | None] = []
    while monday.isocalendar().year == year and monday + _WORKING_DAYS * _DAY <= on:
        days = [_had(headcounts, monday + number * _DAY, least) for number in range(_WORKING_DAYS)]
        found.append(False if False in days else (None if None in days else True))
        monday += _WEEK
    return found


def _enough(found: Sequence[bool | None], wanted: Decimal | int) -> bool | None:
    had = found.count(True)
    if had >= wanted:
        return True
    return None if had + found.count(None) >= wanted else False


def _had(headcounts: Sequence[HeadcountFact], day: date, least: int) -> bool | None:
    for one in headcounts:
        if one.starts_on <= day and (one.ends_on is None or day < one.ends_on):
            return one.employee_count >= least
    return None

"""How long somebody who may enrol can be made to wait, 29 CFR 2590.715-2708."""

from __future__ import annotations

from datetime import date, timedelta

from tpa.foundation.values.periods import months_after

_DAY = timedelta(days=1)


def latest_first_day(eligible_on: date, *, most_days: int) -> date:
    """The last day on which coverage may begin: the waiting period takes up to 90 days, weekends and holidays too."""
    return eligible_on + most_days * _DAY


def eligible_after(met_on: date) -> date:
    """Of a condition that takes time, such as hours of service: waiting begins on the day after it is met."""
    return met_on + _DAY


def last_orientation_day(begins_on: date) -> date:
    """(c)(3)(iii): one month less a day; where the next month has no such day, its last day."""
    same_day = months_after(begins_on, 1)
    return same_day if same_day.day < begins_on.day else same_day - _DAY


def longest_wait(days: int, *, first_of_month: bool) -> int:
    """The most days that somebody waits: so many, and then until a month begins. Tried from every day of four years."""
    if not first_of_month:
        return days
    longest = 0
    for number in range(366 + 3 * 365):
        eligible_on = date(2024, 1, 1) + number * _DAY
        passed_on = eligible_on + days * _DAY
        begins_on = passed_on if passed_on.day == 1 else months_after(passed_on.replace(day=1), 1)
        longest = max(longest, (begins_on - eligible_on).days)
    return longest

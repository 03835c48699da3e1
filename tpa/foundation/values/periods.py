"""Periods of days, half-open inside: the end is the first day after. Inclusive dates are turned at the edge."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

import msgspec

_DAY = timedelta(days=1)


class _DateRange(Protocol):
    @property
    def lower(self) -> date | None: ...
    @property
    def upper(self) -> date | None: ...


class Period(msgspec.Struct, frozen=True):
    """From `start` up to but not including `end`; without `end` it is still running. Never empty (`ValueError`)."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"a period can not end on {self.end} when it starts on {self.start}")

    @classmethod
    def from_inclusive(cls, first: date, last: date | None = None) -> Period:
        """From the first to the last day, both counted, as people and X12 write them."""
        return cls(first, None if last is None else last + _DAY)

    @classmethod
    def of_month(cls, month_on: date) -> Period:
        """The calendar month in which a day lies."""
        first = month_on.replace(day=1)
        return cls(first, (first + timedelta(days=31)).replace(day=1))

    @classmethod
    def of_range(cls, days: _DateRange) -> Period:
        """From a database range in canonical form; one that is open at its start is refused (`ValueError`)."""
        if days.lower is None:
            raise ValueError("a period needs a first day")
        return cls(days.lower, days.upper)

    @property
    def bounds(self) -> tuple[date, date | None]:
        """What a `DateRangeField` takes."""
        return self.start, self.end

    @property
    def last(self) -> date | None:
        """The last day that counts; None while it is running."""
        return None if self.end is None else self.end - _DAY

    @property
    def days_count(self) -> int | None:
        """How many days; None while it is running."""
        return None if self.end is None else (self.end - self.start).days

    def contains(self, on: date) -> bool:
        """Does the day lie in it?"""
        return self.start <= on and (self.end is None or on < self.end)

    def overlaps(self, other: Period) -> bool:
        """Have the two a day in common?"""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersect(self, other: Period) -> Period | None:
        """The days they have in common, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier); the month's last where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

"""Business days: when banks settle (the Federal Reserve's calendar) and when the federal government works."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

import holidays

_DAY = timedelta(days=1)


class Calendar(Enum):
    """BANK: Fedwire and ACH, where a holiday on a Saturday is not observed. FEDERAL: 5 U.S.C. 6103."""

    BANK = "bank"
    FEDERAL = "federal"


def is_business_day(on: date, *, calendar: Calendar) -> bool:
    """Neither Saturday, Sunday nor a holiday of the calendar."""
    return on.weekday() < 5 and on not in _holidays(calendar, on.year)


def next_business_day(on: date, *, calendar: Calendar) -> date:
    """The day itself if it is one, else the first after it."""
    while not is_business_day(on, calendar=calendar):
        on += _DAY
    return on


def add_business_days(on: date, days_count: int, *, calendar: Calendar) -> date:
    """So many business days after a day, which itself is not counted; negative goes back. 0 gives the day itself."""
    step = _DAY if days_count > 0 else -_DAY
    for _ in range(abs(days_count)):
        on += step
        while not is_business_day(on, calendar=calendar):
            on += step
    return on


@lru_cache(maxsize=128)
def _holidays(calendar: Calendar, year: int) -> frozenset[date]:
    found = holidays.financial_holidays("XFED", years=year) if calendar is Calendar.BANK else holidays.US(years=year)  # type: ignore[attr-defined]
    return frozenset(found)

"""Makes room in a row of periods: what of one stands before and after a period that is told anew."""

from __future__ import annotations

from datetime import date

from psycopg2.extras import DateRange


def cut_out(period: DateRange, starts_on: date, ends_on: date | None) -> list[DateRange]:
    """What of `period`, which overlaps, lies before `starts_on` and from `ends_on` on."""
    left = []
    if period.lower < starts_on:
        left.append(DateRange(period.lower, starts_on))
    if ends_on is not None and (period.upper is None or ends_on < period.upper):
        left.append(DateRange(ends_on, period.upper))
    return left

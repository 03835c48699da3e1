"""Months as contracts count them: whole, known by their first day."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from tpa.foundation.errors import Invalid


def next_month(month_on: date) -> date:
    """The first day of the month after."""
    return (month_on.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_after(month_on: date, count: int) -> date:
    """The first day of the month so many months after."""
    for _month in range(count):
        month_on = next_month(month_on)
    return month_on.replace(day=1)


def months_before(month_on: date, count: int) -> list[date]:
    """So many months before a month, the earliest first."""
    found = []
    for _month in range(count):
        month_on = (month_on.replace(day=1) - timedelta(days=1)).replace(day=1)
        found.append(month_on)
    return found[::-1]


def check_whole_months(starts_on: date, ends_on: date | None) -> None:
    """Raises Invalid unless both days are the first of a month, in their order. `ends_on` is not counted."""
    if starts_on.day != 1 or (ends_on is not None and ends_on.day != 1):
        raise Invalid("contracts.whole_months", _("Contracts and fees begin and end with a month."))
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid("contracts.no_period", _("The end lies before the beginning."))

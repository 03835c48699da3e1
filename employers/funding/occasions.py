"""When terms ask for money, by when they want it, and when a request lapses: on the Federal Reserve's calendar."""

from __future__ import annotations

from datetime import date, timedelta

from employers.models import FundingTerms
from tpa.foundation.values.business_days import Calendar, add_business_days, is_business_day, next_business_day

Mode = FundingTerms.Mode


def asks_on(terms: FundingTerms, on: date) -> bool:
    """Whether a day is one on which these terms ask for claims: a weekly pull on its day (or, where banks rest then, on
    the next on which they work), a level-funded account never, all others on every bank day."""
    if terms.mode == Mode.LEVEL:
        return False
    if terms.mode == Mode.WEEKLY_PULL:
        assert terms.pull_weekday is not None, "a weekly pull has its day"
        monday = on - timedelta(days=on.weekday())
        # A day moved over a weekend belongs to the week before.
        return on in {
            next_business_day(week + timedelta(days=terms.pull_weekday), calendar=Calendar.BANK)
            for week in (monday - timedelta(days=7), monday)
        }
    return is_business_day(on, calendar=Calendar.BANK)


def wanted_by(terms: FundingTerms, on: date) -> date:
    """The bank day by which what is asked on a day is wanted."""
    first = next_business_day(on, calendar=Calendar.BANK)
    return add_business_days(first, terms.due_days, calendar=Calendar.BANK)


def lapses_after(terms: FundingTerms, on: date) -> date | None:
    """The last day for approving what is asked on a day; None: it does not lapse."""
    if terms.expires_days is None:
        return None
    return add_business_days(on, terms.expires_days, calendar=Calendar.BANK)


def deposit_wanted_on(terms: FundingTerms, month_on: date) -> date:
    """The bank day on which a month's deposit is wanted."""
    assert terms.deposit_day is not None, "the deposit is asked for by itself"
    return next_business_day(month_on.replace(day=terms.deposit_day), calendar=Calendar.BANK)


def deposit_months(terms: FundingTerms, on: date) -> list[date]:
    """The months of the term whose deposit is to be asked for by a day: `due_days` bank days before it is wanted."""
    if terms.mode != Mode.LEVEL or terms.deposit_amount is None:
        return []
    months, month_on = [], terms.period.lower.replace(day=1)
    while month_on < terms.period.upper:
        wanted_on = deposit_wanted_on(terms, month_on)
        if add_business_days(wanted_on, -terms.due_days, calendar=Calendar.BANK) > on:
            break
        if wanted_on >= terms.period.lower:
            months.append(month_on)
        month_on = (month_on + timedelta(days=31)).replace(day=1)
    return months


def run_out_ends_on(terms: FundingTerms) -> date:
    """The first day on which a level-funded term may be settled: its run-out is over."""
    count = terms.period.upper.month - 1 + (terms.run_out_months_count or 0)
    year, month = terms.period.upper.year + count // 12, count % 12 + 1
    try:
        return date(year, month, terms.period.upper.day)
    except ValueError:
        # The 31st of a month with 30 days: the next month's first.
        return (date(year, month, 28) + timedelta(days=4)).replace(day=1)

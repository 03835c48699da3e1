"""Days that a policy counts: by when proof of loss must be there, when the next notice is due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tpa.foundation.values.business_days import Calendar, add_business_days

BUSINESS_DAYS = "business_days"


def add_days(on: date, count: int, unit: str) -> date:
    """So many days after a day, calendar or business days (the government's) as the policy says."""
    if unit == BUSINESS_DAYS:
        return add_business_days(on, count, calendar=Calendar.FEDERAL)
    return on + timedelta(days=count)


def follow_up_due(
    *, sent_on: date, told_amount: Decimal, eligible_amount: Decimal, on: date, days_count: int, least_amount: Decimal
) -> bool:
    """Is a follow-up due? When so many days are over since the last word, or as soon as so much more was paid."""
    grown = eligible_amount - told_amount
    return grown != 0 and (grown >= least_amount or on >= sent_on + timedelta(days=days_count))

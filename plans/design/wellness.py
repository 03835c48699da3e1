"""The most that a health-contingent wellness programme may give or take, 29 CFR 2590.702(f)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import percent_of


class WellnessLimit(NamedTuple):
    """Rewards against their limits: all together, and those that have nothing to do with tobacco."""

    total_amount: Decimal
    most_total_amount: Decimal
    most_other_amount: Decimal
    is_kept: bool


def wellness_limit(
    *,
    annual_cost_amount: Decimal,
    other_amount: Decimal,
    tobacco_amount: Decimal,
    percent: Decimal,
    tobacco_percent: Decimal,
) -> WellnessLimit:
    """(f)(5): so many per cent of the cost of employee-only coverage, more where the rest is for tobacco."""
    most_other = percent_of(annual_cost_amount, percent)
    most_total = percent_of(annual_cost_amount, tobacco_percent) if tobacco_amount else most_other
    total = other_amount + tobacco_amount
    return WellnessLimit(total, most_total, most_other, total <= most_total and other_amount <= most_other)

"""Does a change take a plan's grandfathered status? 29 CFR 2590.715-1251(g)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import cents, cut


class Allowance(NamedTuple):
    """The law's numbers: per cent points over medical inflation, dollars of a copay, points of a contribution."""

    percent_points: Decimal
    copay_amount: Decimal
    contribution_points: Decimal


class CopayChange(NamedTuple):
    """How far a copay rose, and how far it might."""

    increase_percent: Decimal
    most_percent: Decimal
    most_amount: Decimal
    is_lost: bool


def medical_inflation(*, base_index: Decimal, index: Decimal) -> Decimal:
    """(g)(3)(i): the rise of the medical care index since March 2010, to four places as the rule's examples cut it."""
    return cut((index - base_index) / base_index, 4)


def copay_change(*, before: Decimal, after: Decimal, inflation: Decimal, allowance: Allowance) -> CopayChange:
    """(g)(1)(iv): lost if it rises by more than both inflation plus 15 points and five dollars with inflation."""
    most_percent = inflation * 100 + allowance.percent_points
    most_amount = cents(allowance.copay_amount * (1 + inflation))
    rise = after - before
    percent = cents(rise * 100 / before) if before else Decimal("Infinity")
    return CopayChange(percent, cents(most_percent), most_amount, percent > most_percent and rise > most_amount)


def loses_by_amount(*, before: Decimal, after: Decimal, inflation: Decimal, allowance: Allowance) -> bool:
    """(g)(1)(iii): a deductible or maximum may rise by inflation plus 15 points."""
    return after > before * (1 + inflation + allowance.percent_points / 100)


def contribution_percent(*, cost_amount: Decimal, employee_amount: Decimal) -> Decimal:
    """(g)(3)(iii): what the employer bears of the cost of a tier; of a self-insured plan the cost is the COBRA one."""
    return (cost_amount - employee_amount) * 100 / cost_amount


def loses_by_contribution(*, before: Mapping[str, Decimal], after: Mapping[str, Decimal], allowance: Allowance) -> bool:
    """(g)(1)(v): the employer's part of any tier may fall by five per cent points."""
    return any(part - after.get(tier, Decimal(0)) > allowance.contribution_points for tier, part in before.items())

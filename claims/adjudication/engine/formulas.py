"""Prices that are reckoned from published values: relative values, anaesthesia units, a DRG's weight, tiers of days.

Each says the price and what it was made of; None where something that the formula wants is not there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.work import Inputs
from claims.facts import SubmittedLine
from plans.facts import AnaesthesiaTerm, DayTier, DrgTerm, RateFact, RelativeTerm, TransferTerm, ValuesFact
from tpa.foundation.values.money import ZERO, cents, tenths, wholes

_ONE, _HUNDRED = Decimal(1), Decimal(100)


class Reckoned(NamedTuple):
    """A price with the figures it was made of. `clause`: of the contract."""

    amount: Decimal
    inputs: Inputs
    clause: str = ""


def relative_value(rate: RateFact, term: RelativeTerm | None, place: str) -> Reckoned | None:
    """Work, practice and malpractice units, each by its index, times the conversion factor (42 CFR 414.20 to 414.26).

    At a place of the facility's kind the practice values are the facility's. Without a locality the indices are one.
    """
    values = rate.values
    if term is None or values is None or values.work is None or values.malpractice is None:
        return None
    is_facility = place in term.facility_places
    practice = values.facility_practice if is_facility else values.practice
    if practice is None:
        return None
    at = rate.place
    units = (
        values.work * _index(at.work if at else None)
        + practice * _index(at.practice if at else None)
        + values.malpractice * _index(at.malpractice if at else None)
    )
    inputs: Inputs = (
        ("work", str(values.work)),
        ("practice", str(practice)),
        ("malpractice", str(values.malpractice)),
        ("locality", at.locality if at else ""),
        ("relative_units", str(units)),
        ("conversion_amount", str(term.conversion_amount)),
    )
    return Reckoned(cents(units * term.conversion_amount), inputs, term.section)


def anaesthesia(rate: RateFact, term: AnaesthesiaTerm | None, line: SubmittedLine) -> Reckoned | None:
    """Base, time and physical status units times the conversion factor (42 CFR 414.46; 29 CFR 2590.716-6(c)(1)(iii)).

    What is not billed in minutes is billed in time units.
    """
    values = rate.values
    if term is None or values is None or values.base_units is None:
        return None
    factor = term.conversion_amount
    if factor is None:
        factor = rate.place.anaesthesia_amount if rate.place else None
    if factor is None:
        return None
    base, status = values.base_units, Decimal(0)
    for modifier in line.modifiers:
        status += term.status_units.get(modifier, 0)
        base = term.flat_units.get(modifier, base)
    time = time_units(line.units_count, term) if line.unit_basis == "MJ" else line.units_count
    units = base + time + status
    inputs: Inputs = (
        ("base_units", str(base)),
        ("minutes", str(line.units_count) if line.unit_basis == "MJ" else ""),
        ("time_units", str(time)),
        ("status_units", str(status)),
        ("conversion_amount", str(factor)),
    )
    return Reckoned(cents(units * factor), inputs, term.section)


def time_units(minutes: Decimal, term: AnaesthesiaTerm) -> Decimal:
    """Minutes as units: to tenths, each begun one whole, or exactly."""
    units = minutes / term.minutes_per_unit
    if term.parts == "exact":
        return units
    return wholes(units) if term.parts == "up" else tenths(units)


def drg_weight(rate: RateFact, term: DrgTerm | None) -> Reckoned | None:
    """Weight times the base amount, of which the labor share goes by the wage index (42 CFR 412.64)."""
    values = rate.values
    if term is None or values is None or values.weight is None:
        return None
    labor = term.labor_percent / _HUNDRED
    base = term.base_amount * (labor * term.wage_index + (_ONE - labor))
    inputs: Inputs = (
        ("weight", str(values.weight)),
        ("base_amount", str(term.base_amount)),
        ("wage_index", str(term.wage_index)),
        ("adjusted_base_amount", str(cents(base))),
    )
    return Reckoned(cents(values.weight * base), inputs, term.section)


def transferred(
    whole: Decimal, values: ValuesFact | None, term: TransferTerm | None, discharge_status: str, days: Decimal
) -> Reckoned | None:
    """What a case pays that ended by transfer; None where it did not, or no mean stay is published.

    42 CFR 412.4(f): by the day, the first day more than once, up to the whole; for special DRGs half of the whole and
    half of the days, where the contract says so.
    """
    if term is None or values is None or not values.mean_days or not discharge_status:
        return None
    is_post_acute = bool(values.transfer) and discharge_status in term.post_acute_statuses
    if not is_post_acute and discharge_status not in term.statuses:
        return None
    amount = whole / values.mean_days * (term.first_days + days - 1)
    if is_post_acute and values.transfer == "special" and term.special_percent is not None:
        amount = (whole + amount) * term.special_percent / _HUNDRED
    inputs: Inputs = (
        ("whole", str(whole)),
        ("mean_days", str(values.mean_days)),
        ("days", str(days)),
        ("discharge_status", discharge_status),
    )
    return Reckoned(min(whole, cents(amount)), inputs, term.section)


def tiered_days(tiers: tuple[DayTier, ...], days: Decimal, days_before: Decimal) -> Decimal:
    """So many days after others, each at the amount of its tier; beyond the last tier nothing."""
    total, first, last = ZERO, days_before, days_before + days
    for tier in tiers:
        through = last if tier.through_day is None else min(last, Decimal(tier.through_day))
        if through > first:
            total += (through - first) * tier.amount
            first = through
    return cents(total)


def _index(index: Decimal | None) -> Decimal:
    return _ONE if index is None else index

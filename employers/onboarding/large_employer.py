"""Is an employer an applicable large employer of a year? 26 USC 4980H(c)(2); 26 CFR 54.4980H-1, -2."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import cut


class SizeRules(NamedTuple):
    """The law's numbers: hours of a full-time employee, hours that count of another, employees."""

    full_time_hours: Decimal
    most_part_time_hours: Decimal
    employees_min: Decimal


class Month(NamedTuple):
    """A month of the year before: full-time employees, and the hours of each who was not."""

    full_time_count: int
    part_time_hours: Sequence[Decimal]


class Size(NamedTuple):
    """Full-time employees and equivalents, on the average of the months; the average is cut to whole employees."""

    full_time_total: int
    equivalents_total: Decimal
    average_count: Decimal
    is_large: bool


def is_full_time(hours: Decimal, rules: SizeRules) -> bool:
    """130 hours of service in a month are full-time."""
    return hours >= rules.full_time_hours


def counted_hours(part_time_hours: Sequence[Decimal], rules: SizeRules) -> Decimal:
    """Nobody's hours count for more than 120."""
    return sum((min(hours, rules.most_part_time_hours) for hours in part_time_hours), Decimal(0))


def equivalents(month: Month, rules: SizeRules) -> Decimal:
    """Full-time equivalents of a month: the hours counted, by 120."""
    return counted_hours(month.part_time_hours, rules) / rules.most_part_time_hours


def size_of(months: Sequence[Month], rules: SizeRules) -> Size:
    """The size in a year of months."""
    full_time = sum(month.full_time_count for month in months)
    equal = sum((equivalents(month, rules) for month in months), Decimal(0))
    average = (full_time + equal) / len(months)
    return Size(full_time, equal, average, cut(average, 0) >= rules.employees_min)

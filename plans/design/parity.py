"""Parity of mental health and substance use benefits: which level of a share they may have, 29 CFR 2590.712(c)(3)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

# (c)(3)(i)(A): a requirement applies to substantially all benefits if it applies to at least two thirds of them;
# (B): a level is predominant if it applies to more than one half of the benefits that are subject to it.
SUBSTANTIALLY_ALL = Fraction(2, 3)
PREDOMINANT = Fraction(1, 2)


class Level(NamedTuple):
    """What medical and surgical benefits of a classification are expected to be paid under one level of a share.

    A level of nothing is the part that is not subject to it at all.
    """

    level: Decimal
    payments_amount: Decimal


class Parity(NamedTuple):
    """What came out. `highest_level` None: such a share may not be had at all."""

    subject_percent: Decimal
    shares: dict[Decimal, Decimal]  # per cent of what is subject, by level, the most restrictive first
    combined: dict[Decimal, Decimal]  # the same, added up from the most restrictive down
    highest_level: Decimal | None


def parity_of(levels: Sequence[Level]) -> Parity:
    """The predominant level of one type of share in one classification.

    Where no single level applies to more than half, levels are combined from the most restrictive down until they do;
    the least restrictive of those that were combined is the predominant one: (c)(3)(i)(B)(2).
    """
    total = sum(level.payments_amount for level in levels)
    subject = [level for level in sorted(levels, reverse=True) if level.level]
    whole = sum(level.payments_amount for level in subject)
    if not total or not whole:
        return Parity(Decimal(0), {}, {}, None)
    shares = {one.level: _percent(one.payments_amount, whole) for one in subject}
    combined: dict[Decimal, Decimal] = {}
    predominant: Decimal | None = None
    together = Decimal(0)
    for one in subject:
        together += one.payments_amount
        combined[one.level] = _percent(together, whole)
        if predominant is None and Fraction(together) / Fraction(whole) > PREDOMINANT:
            predominant = one.level
    for one in subject:
        if Fraction(one.payments_amount) / Fraction(whole) > PREDOMINANT:
            predominant = one.level
    is_enough = Fraction(whole) / Fraction(total) >= SUBSTANTIALLY_ALL
    return Parity(_percent(whole, total), shares, combined, predominant if is_enough else None)


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return Decimal(part) * 100 / Decimal(whole)

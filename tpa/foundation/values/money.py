"""Dollars as `Decimal` with two places. The only module that rounds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

ZERO: Final = Decimal("0.00")
_CENT: Final = Decimal("0.01")
_ONE, _TENTH = Decimal(1), Decimal("0.1")


def cents(amount: Decimal | int | str) -> Decimal:
    """Dollars rounded half-up to cents; a half goes away from zero, so that a reversal is the exact negative.

    Refuses floats (`TypeError`) and what is no finite number (`ValueError`). Never gives minus zero.
    """
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    number = Decimal(amount)
    if not number.is_finite():
        raise ValueError(f"{amount} is no amount of money")
    return number.quantize(_CENT, rounding=ROUND_HALF_UP) + ZERO


def percent_of(amount: Decimal, percent: Decimal | int) -> Decimal:
    """So many per cent of an amount, in cents: `percent_of(Decimal("80.00"), 20)` is 16.00."""
    if isinstance(percent, float):
        raise TypeError("a percentage of money is never a float")
    return cents(amount * Decimal(percent) * _CENT)


def dollars(amount: Decimal) -> Decimal:
    """Rounded half-up to whole dollars, with two places."""
    return amount.quantize(_ONE, rounding=ROUND_HALF_UP) + ZERO


def tenths(count: Decimal) -> Decimal:
    """A count of units rounded half-up to tenths: 129 minutes are 8.6 units of 15."""
    return count.quantize(_TENTH, rounding=ROUND_HALF_UP)


def wholes(count: Decimal) -> Decimal:
    """A count of units of which each part is one: 129 minutes are 9 units of 15."""
    return count.quantize(_ONE, rounding=ROUND_CEILING)


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Divides an amount by weights, to the cent, so that the parts add up to it (largest remainder).

    Of equal remainders the earlier part gets the cent. `total` must be whole cents; weights are not negative and not
    all zero (`ValueError`). A negative total gives the exact negatives of the positive one's parts.
    """
    if total != cents(total):
        raise ValueError(f"{total} is not in whole cents")
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares)
    if not shares or whole <= 0 or min(shares) < 0:
        raise ValueError("weights must not be negative and not all zero")
    pennies = int(abs(total) * 100)
    exact = [pennies * share / whole for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: pennies - sum(parts)]:
        parts[index] += 1
    sign = -1 if total < 0 else 1
    return [Decimal(sign * part) * _CENT + ZERO for part in parts]


def to_nearest(amount: Decimal, step: int) -> Decimal:
    """The nearest whole multiple of so many dollars, a half up: 151 to the hundred is 200, 149 is 100."""
    return cents((amount / step).quantize(_ONE, rounding=ROUND_HALF_UP) * step)


def down_to(amount: Decimal, step: int) -> Decimal:
    """The next lower whole multiple of so many dollars, as limits of the law are indexed."""
    return cents((amount / step).quantize(_ONE, rounding=ROUND_DOWN) * step)


def cut(number: Decimal, places: int) -> Decimal:
    """So many places of a factor, what comes after them left off."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)

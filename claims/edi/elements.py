"""Turns the text of X12 elements into money, days and counts; what cannot be read raises ValueError."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

_CENT: Final = Decimal("0.01")
_DIGITS: Final = frozenset("0123456789.-")


@lru_cache(maxsize=1 << 14)
def money(text: str) -> Decimal:
    """Dollars with exactly two places. A third place that is not zero cannot be read."""
    value = number(text)
    amount = value.quantize(_CENT)
    if amount != value:
        raise ValueError(f"{text} is not in whole cents")
    return amount + 0  # never minus zero


@lru_cache(maxsize=1 << 12)
def number(text: str) -> Decimal:
    """A count or rate, as exact as it was written."""
    if not _DIGITS.issuperset(text) or len(text) > 18:
        raise ValueError(f"{text} is no number")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is no number") from None


@lru_cache(maxsize=1 << 13)
def day(text: str) -> date:
    """The day of a D8 (`20261124`) or DT (`202611241130`) element."""
    if len(text) < 8 or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text} is no date")
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


@lru_cache(maxsize=1 << 13)
def days(text: str) -> tuple[date, date]:
    """First and last day, both inclusive, of a D8, DT or RD8 (`20261101-20261124`) element."""
    first, dash, last = text.partition("-")
    start = day(first)
    end = day(last) if dash else start
    if end < start:
        raise ValueError(f"{text} ends before it begins")
    return start, end

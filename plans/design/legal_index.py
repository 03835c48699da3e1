"""The annual limit on cost sharing as the premium adjustment percentage of a year makes it, before it is published."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import cents, down_to

# 45 CFR 156.130(d): increases that are no multiple of 50 are rounded to the next lower one.
_STEP = 50


class IndexedLimit(NamedTuple):
    """Limits for a year: self-only, and the double of it for all other coverage."""

    unrounded_amount: Decimal
    self_only_amount: Decimal
    other_amount: Decimal


def indexed_limit(*, base_amount: Decimal, adjustment: Decimal) -> IndexedLimit:
    """The limit of 2014 times the premium adjustment percentage (1.6002 is 60.02 per cent more), 45 CFR 156.130(a)."""
    unrounded = cents(base_amount * adjustment)
    self_only = down_to(unrounded, _STEP)
    return IndexedLimit(unrounded, self_only, 2 * self_only)

"""The examples of a Summary of Benefits and Coverage (45 CFR 147.200): rounding, and what contradicts the plan."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from tpa.foundation.values.money import ZERO, to_nearest

_HUNDRED, _TEN = 100, 10
# Each of three columns is rounded to the hundred: together they may show so much more than was figured.
_ROUNDING_SLACK: Final = Decimal(150)


class Example(NamedTuple):
    """What the member pays of an example treatment, by the columns of the form."""

    deductible_amount: Decimal
    copay_amount: Decimal
    coinsurance_amount: Decimal
    limits_amount: Decimal  # limits and exclusions

    @property
    def total_amount(self) -> Decimal:
        """All that the member pays."""
        return sum(self, ZERO)

    def rounded(self) -> Example:
        """As it is printed."""
        return Example(*(rounded(amount) for amount in self))


def rounded(amount: Decimal) -> Decimal:
    """To the nearest hundred, below a hundred to the nearest ten; a half up."""
    return to_nearest(amount, _TEN if amount < _HUNDRED else _HUNDRED)


def contradictions(example: Example, *, deductible_amount: Decimal, maximum_amount: Decimal) -> Iterator[str]:
    """What of a printed example can not be so: `deductible_amount` is the sum of all deductibles that it may meet."""
    if example.deductible_amount > rounded(deductible_amount):
        values = {"shown": example.deductible_amount, "plan": deductible_amount}
        yield _("The deductible of the example, %(shown)s, is above the plan's %(plan)s.") % values
    shares = example.total_amount - example.limits_amount
    if shares > maximum_amount + _ROUNDING_SLACK:
        values = {"shown": shares, "plan": maximum_amount}
        yield _("What the example's member pays, %(shown)s, is above the plan's maximum of %(plan)s.") % values

"""What a stop-loss carrier would bear of the plan's payments by simple terms: windows, specific, lasers, aggregate.

For comparing contracts over a year of claims; what is filed with a carrier is reckoned in tpa/stoploss.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from claims.trials.redecide import Redecided
from claims.trials.tally import Pair
from claims.trials.tried import StopLossTerms, Tried
from tpa.foundation.values.money import ZERO, percent_of


class InWindows:
    """What the plan paid of each member's claims within the windows, under the terms of either side."""

    def __init__(self, tried: Tried) -> None:
        self._now, self._tried = tried.stop_loss_now, tried.stop_loss
        self.paid: dict[int, Pair] = {}

    def add(self, one: Redecided) -> None:
        """A claim that is not settled yet counts on the day it was decided."""
        if self._now is None and self._tried is None:
            return
        paid_on = one.claim.paid_on or one.facts.decided_on
        incurred_on = one.facts.submission.service_from
        pair = self.paid.setdefault(one.claim.member_id, Pair())
        if self._now is not None and _is_within(self._now, incurred_on, paid_on):
            pair.before += one.before.figures.plan_paid_amount
        if self._tried is not None and _is_within(self._tried, incurred_on, paid_on):
            pair.after += one.after.figures.plan_paid_amount

    def specific(self) -> Pair:
        """Reimbursed per person."""
        return Pair(
            specific_of(self._now, {member: pair.before for member, pair in self.paid.items()}),
            specific_of(self._tried, {member: pair.after for member, pair in self.paid.items()}),
        )

    def total(self) -> Pair:
        """Paid within the windows, in all."""
        return Pair(
            sum([pair.before for pair in self.paid.values()], ZERO),
            sum([pair.after for pair in self.paid.values()], ZERO),
        )


def specific_of(terms: StopLossTerms | None, paid: Mapping[int, Decimal]) -> Decimal:
    """What lies above each person's deductible (their laser's, where they have one), at the carrier's per cent."""
    if terms is None:
        return ZERO
    above = [
        max(amount - terms.lasers.get(member_id, terms.specific_amount), ZERO) for member_id, amount in paid.items()
    ]
    return sum([percent_of(amount, terms.reimbursed_percent) for amount in above], ZERO)


def aggregate_of(terms: StopLossTerms | None, left: Decimal) -> Decimal:
    """What lies above the attachment point, of all that the specific left to the plan."""
    if terms is None or terms.aggregate_amount is None:
        return ZERO
    return max(left - terms.aggregate_amount, ZERO)


def _is_within(terms: StopLossTerms, incurred_on: date, paid_on: date) -> bool:
    return (
        terms.incurred_from <= incurred_on <= terms.incurred_through
        and terms.paid_from <= paid_on <= terms.paid_through
    )

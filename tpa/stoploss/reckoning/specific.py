"""Specific stop-loss: person by person, with lasers, the aggregating corridor in paid order, percentages and caps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from tpa.foundation.values.money import ZERO
from tpa.stoploss.reckoning.terms import PaidFact, SpecificTerms, share_of


class PersonPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person stands. excess = above the deductible; of it `corridor_amount` went into the corridor first.

    `reimbursable_amount` is what the carrier owes for the excess that is left. `crossed_on`: the payment's day that
    first brought the person above the deductible; `owed_on`: the first from which something was reimbursable.
    """

    member_id: int
    eligible_amount: Decimal
    deductible_amount: Decimal | None
    excess_amount: Decimal = ZERO
    corridor_amount: Decimal = ZERO
    reimbursable_amount: Decimal = ZERO
    crossed_on: date | None = None
    owed_on: date | None = None
    last_paid_on: date | None = None

    @property
    def is_lasered_out(self) -> bool:
        """Does the policy leave the person out?"""
        return self.deductible_amount is None

    def used_percent(self) -> int:
        """How much of the deductible is used up, in whole per cent, for meters and notices (not below zero)."""
        if self.deductible_amount is None:
            return 0
        if self.deductible_amount <= 0:
            return 100
        return max(0, int(self.eligible_amount * 100 / self.deductible_amount))


class SpecificPosition(msgspec.Struct, frozen=True, kw_only=True):
    """All persons with something eligible, by the order of their ids, and what is left of the corridor."""

    persons: tuple[PersonPosition, ...]
    corridor_left_amount: Decimal

    @property
    def reimbursable_amount(self) -> Decimal:
        """What the carrier owes in all."""
        return sum((person.reimbursable_amount for person in self.persons), ZERO)

    def of(self, member_id: int) -> PersonPosition | None:
        """One person's position."""
        return next((person for person in self.persons if person.member_id == member_id), None)


class _Running:
    """A person while payments are gone through."""

    __slots__ = ("absorbed", "crossed_on", "deductible", "eligible", "excess", "last_paid_on", "owed_on")

    def __init__(self, deductible: Decimal | None) -> None:
        self.deductible = deductible
        self.eligible = self.excess = self.absorbed = ZERO
        self.crossed_on: date | None = None
        self.owed_on: date | None = None
        self.last_paid_on: date | None = None


def specific_position(terms: SpecificTerms, facts: Iterable[PaidFact]) -> SpecificPosition:
    """Go through the eligible payments in paid order and return where everybody stands.

    The corridor is consumed in paid order, across persons. Of a person so many per cent of the excess less the
    corridor is reimbursed, to the cap.
    """
    persons: dict[int, _Running] = {}
    left = terms.corridor_amount
    for (paid_on, _order, member_id), amount in sorted(_by_payment(terms, facts).items()):
        person = persons.get(member_id)
        if person is None:
            person = persons[member_id] = _Running(terms.deductible_of(member_id))
        person.eligible += amount
        person.last_paid_on = paid_on
        if person.deductible is None:
            continue
        excess = max(ZERO, person.eligible - person.deductible)
        # Falling excess (more came back than was paid that day) frees the corridor only below what it had absorbed.
        absorbed = min(excess, person.absorbed + min(left, max(ZERO, excess - person.excess)))
        left -= absorbed - person.absorbed
        person.excess, person.absorbed = excess, absorbed
        if excess and person.crossed_on is None:
            person.crossed_on = paid_on
        if excess > absorbed and person.owed_on is None:
            person.owed_on = paid_on
    return SpecificPosition(
        persons=tuple(_position(terms, member_id, person) for member_id, person in sorted(persons.items())),
        corridor_left_amount=left,
    )


def _by_payment(terms: SpecificTerms, facts: Iterable[PaidFact]) -> dict[tuple[date, int, int], Decimal]:
    """Eligible amounts by day, order and person: what takes back meets what it takes back."""
    sums: dict[tuple[date, int, int], Decimal] = defaultdict(lambda: ZERO)
    for fact in facts:
        if terms.counts(fact):
            sums[(fact.paid_on, fact.order, fact.member_id)] += fact.amount
    return sums


def _position(terms: SpecificTerms, member_id: int, person: _Running) -> PersonPosition:
    return PersonPosition(
        member_id=member_id,
        eligible_amount=person.eligible,
        deductible_amount=person.deductible,
        excess_amount=person.excess,
        corridor_amount=person.absorbed,
        reimbursable_amount=share_of(person.excess - person.absorbed, terms.reimburse_percent, terms.most_amount),
        crossed_on=person.crossed_on if person.excess else None,
        owed_on=person.owed_on if person.excess > person.absorbed else None,
        last_paid_on=person.last_paid_on,
    )

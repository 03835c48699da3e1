"""What a stop-loss policy says, as plain values: windows, a specific and an aggregate coverage. No labels, no clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tpa.foundation.values.money import ZERO, percent_of
from tpa.foundation.values.periods import Period

EVERYTHING = Decimal(100)


class PaidFact(NamedTuple):
    """What the plan paid for a person's services of a day. A negative amount takes back, and carries the days and the
    order of what it takes back: so it counts where that counted, whenever the money came.

    `order` breaks ties of a day: the order in which payments were issued. A sum may stand for many such facts where no
    order matters: for persons who stay below their deductible.
    """

    member_id: int
    incurred_on: date
    paid_on: date
    amount: Decimal
    order: int = 0
    benefit: str = "medical"


class Windows(msgspec.Struct, frozen=True):
    """When a claim must have been incurred and when paid to count. Run-in and run-out are where these two differ."""

    incurred: Period
    paid: Period

    def cover(self, incurred_on: date, paid_on: date) -> bool:
        """Do both days lie in their windows?"""
        return self.incurred.contains(incurred_on) and self.paid.contains(paid_on)


class Laser(msgspec.Struct, frozen=True):
    """A person with a limit of their own; `amount` None: the specific coverage leaves them out."""

    member_id: int
    amount: Decimal | None


class SpecificTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Specific coverage: above the deductible of each person the carrier pays, once the corridor is used up.

    `corridor_amount` is the aggregating specific: so much of all persons' excess stays with the employer first.
    `most_amount` caps what is reimbursed for one person. No `benefits`: all of them count.
    """

    windows: Windows
    deductible_amount: Decimal
    lasers: tuple[Laser, ...] = ()
    corridor_amount: Decimal = ZERO
    reimburse_percent: Decimal = EVERYTHING
    most_amount: Decimal | None = None
    benefits: tuple[str, ...] = ()

    def counts(self, fact: PaidFact) -> bool:
        """Is the payment eligible?"""
        return _counts(self.windows, self.benefits, fact)

    def deductible_of(self, member_id: int) -> Decimal | None:
        """The person's laser, else the deductible; None: never reimbursed."""
        for laser in self.lasers:
            if laser.member_id == member_id:
                return laser.amount
        return self.deductible_amount


class AggregateTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Aggregate coverage: above the attachment point of the whole group the carrier pays.

    `factors` are dollars a month by tier, of expected claims where `corridor_percent` raises them (125), else of the
    attachment itself. The minimum attachment: a percentage of the greater of `quoted_month_amount` and the first
    month's, times the months of the term, never below `minimum_floor_amount`. `person_limit_amount`: how much of a
    person counts, as a rule the specific deductible; lasers raise it only when `counts_lasers`.
    """

    windows: Windows
    months_count: int
    factors: tuple[tuple[str, Decimal], ...] = ()
    corridor_percent: Decimal = EVERYTHING
    minimum_percent: Decimal = Decimal(0)
    minimum_floor_amount: Decimal = ZERO
    quoted_month_amount: Decimal = ZERO
    person_limit_amount: Decimal | None = None
    lasers: tuple[Laser, ...] = ()
    counts_lasers: bool = False
    reimburse_percent: Decimal = EVERYTHING
    most_amount: Decimal | None = None
    least_advance_amount: Decimal = ZERO
    benefits: tuple[str, ...] = ()

    def counts(self, fact: PaidFact) -> bool:
        """Is the payment eligible?"""
        return _counts(self.windows, self.benefits, fact)

    def limit_of(self, member_id: int) -> Decimal | None:
        """How much of a person's claims counts at most; None: all of it."""
        if not self.counts_lasers or self.person_limit_amount is None:
            return self.person_limit_amount
        for laser in self.lasers:
            if laser.member_id == member_id:
                return None if laser.amount is None else max(laser.amount, self.person_limit_amount)
        return self.person_limit_amount


def share_of(amount: Decimal, percent: Decimal, most: Decimal | None) -> Decimal:
    """So many per cent of what is above nothing, up to a cap."""
    share = percent_of(max(ZERO, amount), percent)
    return share if most is None else min(share, most)


def _counts(windows: Windows, benefits: tuple[str, ...], fact: PaidFact) -> bool:
    return windows.cover(fact.incurred_on, fact.paid_on) and (not benefits or fact.benefit in benefits)

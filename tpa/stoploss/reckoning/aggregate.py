"""Aggregate stop-loss: the attachment point that grows with the months, its minimum, and what counts towards it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tpa.foundation.values.money import ZERO, cents, percent_of
from tpa.stoploss.reckoning.terms import AggregateTerms, PaidFact, share_of

# Terminal liability adds the deductibles of the last months: this many.
TERMINAL_MONTHS = 3


class AttachmentPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The deductible of the group: the greater of the months' sum and the minimum."""

    months_amount: Decimal
    minimum_amount: Decimal
    terminal_amount: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """The attachment point itself."""
        return max(self.months_amount, self.minimum_amount) + self.terminal_amount


class AggregatePosition(msgspec.Struct, frozen=True, kw_only=True):
    """Loss against attachment, and what the carrier owes when the term is over."""

    loss_amount: Decimal
    attachment: AttachmentPoint
    reimbursable_amount: Decimal

    def used_percent(self) -> int:
        """How much of the attachment point is used up, in whole per cent."""
        point = self.attachment.amount
        return max(0, int(self.loss_amount * 100 / point)) if point > 0 else 0


def month_attachment(terms: AggregateTerms, lives: Mapping[str, int]) -> Decimal:
    """One month's deductible: lives of each tier times its factor, raised by the corridor."""
    expected = sum((factor * lives.get(tier, 0) for tier, factor in terms.factors), ZERO)
    return percent_of(cents(expected), terms.corridor_percent)


def attachment_point(terms: AggregateTerms, months: Sequence[Decimal], *, is_terminal: bool = False) -> AttachmentPoint:
    """From the months' deductibles known so far, the earliest first.

    The minimum is a percentage of the greater of the quoted and the first month's deductible, times all months of the
    term, and never below the floor: a group that shrinks pays on the minimum. With terminal liability the last three
    months come on top.
    """
    first = max([terms.quoted_month_amount, *months[:1]])
    minimum = max(percent_of(first * terms.months_count, terms.minimum_percent), terms.minimum_floor_amount)
    return AttachmentPoint(
        months_amount=sum(months, ZERO),
        minimum_amount=minimum,
        terminal_amount=sum(months[-TERMINAL_MONTHS:], ZERO) if is_terminal else ZERO,
    )


def group_loss(terms: AggregateTerms, facts: Iterable[PaidFact]) -> Decimal:
    """What counts towards the attachment point: each person's eligible claims up to the person's limit, so that what
    the specific coverage reimburses, or a laser leaves with the employer, is not counted."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for fact in facts:
        if terms.counts(fact):
            sums[fact.member_id] += fact.amount
    return sum((limited(terms, member_id, amount) for member_id, amount in sums.items()), ZERO)


def losses_by_month(terms: AggregateTerms, facts: Iterable[PaidFact], month_ends: Sequence[date]) -> list[Decimal]:
    """The loss as it stood when each month was over (`month_ends`: the first day after each, in order)."""
    ordered = sorted(filter(terms.counts, facts), key=lambda fact: (fact.paid_on, fact.order))
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    found, loss, place = [], ZERO, 0
    for end in month_ends:
        while place < len(ordered) and ordered[place].paid_on < end:
            fact = ordered[place]
            before = limited(terms, fact.member_id, sums[fact.member_id])
            sums[fact.member_id] += fact.amount
            loss += limited(terms, fact.member_id, sums[fact.member_id]) - before
            place += 1
        found.append(loss)
    return found


def aggregate_position(terms: AggregateTerms, loss: Decimal, attachment: AttachmentPoint) -> AggregatePosition:
    """So many per cent of the loss above the attachment point, to the cap; nothing inside the corridor."""
    return AggregatePosition(
        loss_amount=loss,
        attachment=attachment,
        reimbursable_amount=share_of(loss - attachment.amount, terms.reimburse_percent, terms.most_amount),
    )


def limited(terms: AggregateTerms, member_id: int, amount: Decimal) -> Decimal:
    """A person's claims as far as they count."""
    limit = terms.limit_of(member_id)
    return amount if limit is None else min(amount, limit)

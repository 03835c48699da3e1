"""Where a policy stands at this moment: each person and the group, from the payments that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.payments.paid_services import PaidService, PersonMonth, paid_by_month, paid_services, recovered_by_person
from employers.eligibility.selectors import lives_by_tier
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossPolicy
from tpa.stoploss.reckoning.accommodation import AccommodationMonth, accommodation, cumulative_attachments
from tpa.stoploss.reckoning.aggregate import (
    AggregatePosition,
    aggregate_position,
    attachment_point,
    losses_by_month,
    month_attachment,
)
from tpa.stoploss.reckoning.recoveries import after_recoveries
from tpa.stoploss.reckoning.specific import SpecificPosition, specific_position
from tpa.stoploss.reckoning.terms import AggregateTerms, PaidFact, SpecificTerms, Windows
from tpa.stoploss.reckoning.windows import add_months, months_of
from tpa.stoploss.terms_of_policy import PolicyTerms, terms_of_policy

Kind = StopLossCoverage.Kind


@dataclass(frozen=True, slots=True)
class GroupMonth:
    """A month of the aggregate coverage: lives by tier, its deductible, and how cash stands at its end."""

    month_on: date
    lives: Mapping[str, int]
    attachment_amount: Decimal
    cash: AccommodationMonth


@dataclass(frozen=True, slots=True)
class GroupPosition:
    """The group under the aggregate coverage. Until `is_over` the figures are what they have come to so far."""

    months: list[GroupMonth]
    position: AggregatePosition
    is_over: bool
    accommodated: AccommodationMonth | None
    """The last month that is over, where the policy advances monthly."""


@dataclass(frozen=True, slots=True)
class PolicyPosition:
    """A policy with where everybody stands. `services`: what was paid for the persons above their deductible."""

    terms: PolicyTerms
    specific: SpecificPosition | None
    group: GroupPosition | None
    services: list[PaidService]


def position_of_policy(policy: StopLossPolicy, *, on: date) -> PolicyPosition:
    """Reckon it from the payments that stand by now, fourteen queries at most, however many claims there are.

    Reversed payments count for nothing. Services are read for persons above their deductible only, for only they have
    an order; of all others the sums do.
    """
    terms = terms_of_policy(policy)
    specific, services = (None, []) if terms.specific is None else _specific(terms, terms.specific)
    group = None if terms.aggregate is None else _group(terms, terms.aggregate, on)
    return PolicyPosition(terms, specific, group, services)


def facts_of_services(services: Sequence[PaidService]) -> list[PaidFact]:
    """Payments as the reckoning takes them, in paid order."""
    return [
        PaidFact(one.member_id, one.incurred_on, one.paid_on, one.amount, one.decision_id, one.benefit)
        for one in services
    ]


def _specific(terms: PolicyTerms, specific: SpecificTerms) -> tuple[SpecificPosition, list[PaidService]]:
    asked = terms.question(Kind.SPECIFIC)
    months = paid_by_month(asked)
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in months:
        if not specific.benefits or row.benefit in specific.benefits:
            sums[row.member_id] += row.amount
    above = {member_id for member_id, amount in sums.items() if _is_above(specific, member_id, amount)}
    services = paid_services(asked, above) if above else []
    facts = [*_sums(specific.windows, months, above), *facts_of_services(services)]
    counted = [one for one in services if not specific.benefits or one.benefit in specific.benefits]
    position = specific_position(specific, facts)
    if asked.nets_recoveries:
        return position, counted
    recovered = recovered_by_person(asked, specific.benefits)
    return after_recoveries(position, recovered, terms.policy.recovery_priority), counted


def _is_above(specific: SpecificTerms, member_id: int, amount: Decimal) -> bool:
    deductible = specific.deductible_of(member_id)
    return deductible is not None and amount > deductible


def _sums(windows: Windows, months: Sequence[PersonMonth], without: set[int]) -> list[PaidFact]:
    """Sums of months as facts: the windows were applied when they were read."""
    return [
        PaidFact(
            member_id=row.member_id,
            incurred_on=windows.incurred.start,
            paid_on=max(row.month_on, windows.paid.start),
            amount=row.amount,
            benefit=row.benefit,
        )
        for row in months
        if row.member_id not in without
    ]


def _group(terms: PolicyTerms, aggregate: AggregateTerms, on: date) -> GroupPosition:
    months = [month for month in months_of(terms.term) if month <= on]
    lives = lives_by_tier(terms.policy.employer_id, months)
    attachments = [month_attachment(aggregate, lives[month]) for month in months]
    point = attachment_point(aggregate, attachments, is_terminal=terms.is_terminal)
    facts = _sums(aggregate.windows, paid_by_month(terms.question(Kind.AGGREGATE)), set())
    ends = [add_months(terms.term.start, number) for number in range(1, len(months) + 1)]
    window_end = aggregate.windows.paid.end
    assert window_end is not None, "windows have an end"
    losses = losses_by_month(aggregate, facts, [*ends, window_end])
    so_far = cumulative_attachments(
        attachments, minimum_amount=point.minimum_amount, months_count=aggregate.months_count
    )
    coverage = terms.coverages[Kind.AGGREGATE]
    # A month is advanced on when it is over.
    over = sum(end <= on for end in ends) if coverage.has_accommodation else 0
    cash = accommodation(losses[:over], so_far[:over], least_advance_amount=aggregate.least_advance_amount)
    advanced = cash[-1].advanced_amount if cash else ZERO
    cash += [
        AccommodationMonth(
            loss_amount=loss,
            attachment_amount=attachment,
            excess_amount=max(ZERO, loss - attachment),
            advance_amount=ZERO,
            advanced_amount=advanced,
        )
        for loss, attachment in list(zip(losses, so_far, strict=False))[over:]
    ]
    return GroupPosition(
        months=[
            GroupMonth(month, lives[month], attachment, one)
            for month, attachment, one in zip(months, attachments, cash, strict=True)
        ],
        position=aggregate_position(aggregate, losses[-1], point),
        is_over=on >= window_end,
        accommodated=cash[over - 1] if over else None,
    )

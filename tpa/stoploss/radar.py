"""Paid-window radar: what must be paid by when so that the carrier still owes for it, and the dollars at stake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.payments.instruct_payments import Instruction, instruct_payments
from claims.payments.paid_services import OWED_AGAIN, UnpaidClaim, unpaid_claims
from claims.payments.selectors import payment_instructions
from tpa.foundation.audit import Actor
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage
from tpa.stoploss.position_of_policy import PolicyPosition, facts_of_services
from tpa.stoploss.reckoning.specific import specific_position
from tpa.stoploss.reckoning.terms import PaidFact, SpecificTerms

Kind = StopLossCoverage.Kind
_APPROVED = "approved"
# Decided for certain. What did not arrive is for a person to pay again: no payment run can be told to.
_SURE = (_APPROVED, OWED_AGAIN)


@dataclass(frozen=True, slots=True)
class AtStake:
    """A person's unpaid claims: what the carrier would owe more were they paid in time, and would not afterwards.

    Unpaid is what is approved, and what went out and did not arrive (`owed_again_amount` of it). `at_most`: with what
    still waits for an answer counted as billed.
    """

    member_id: int
    claims: list[UnpaidClaim]
    unpaid_amount: Decimal
    lost_amount: Decimal
    lost_at_most_amount: Decimal

    @property
    def owed_again_amount(self) -> Decimal:
        """Of the unpaid, what a person must pay again: no payment run does."""
        return sum((one.amount for one in self.claims if one.status == OWED_AGAIN), ZERO)


@dataclass(frozen=True, slots=True)
class Radar:
    """A policy's specific window: its last day, and everybody with something unpaid in it, the most at stake first.

    `group_amount`: approved claims that would count towards the aggregate attachment, which they would not any more.
    """

    pay_by_on: date
    persons: list[AtStake]
    group_pay_by_on: date | None
    group_amount: Decimal

    @property
    def lost_amount(self) -> Decimal:
        """What is lost if nothing more is paid in time."""
        return sum((person.lost_amount for person in self.persons), ZERO)

    def days_left(self, on: date) -> int:
        """Days until the window is closed, its last included."""
        return (self.pay_by_on - on).days


def radar(found: PolicyPosition, *, on: date) -> Radar | None:
    """Look ahead under a policy; None once its windows are closed. Six queries at most."""
    terms = found.terms
    kinds = [kind for kind in (Kind.SPECIFIC, Kind.AGGREGATE) if kind in terms.coverages]
    days = {kind: terms.last_day(kind) for kind in kinds}
    if all(day < on for day in days.values()):
        return None
    persons: list[AtStake] = []
    if terms.specific is not None and days[Kind.SPECIFIC] >= on:
        persons = _persons(found, terms.specific, on)
    group = ZERO
    if terms.aggregate is not None and days[Kind.AGGREGATE] >= on:
        waiting = unpaid_claims(terms.question(Kind.AGGREGATE))
        group = sum((one.amount for one in waiting if _counts(one, terms.aggregate.benefits, _SURE)), ZERO)
    return Radar(
        pay_by_on=days.get(Kind.SPECIFIC, max(days.values())),
        persons=persons,
        group_pay_by_on=days.get(Kind.AGGREGATE),
        group_amount=group,
    )


def hand_down(found: PolicyPosition, *, on: date, by: Actor) -> int:
    """Tell payment runs by when claims must be paid that the closing window would lose; returns how many changed.

    Only within the policy's days before the window closes: until then the law's due day orders what is paid.
    """
    seen = radar(found, on=on)
    policy = found.terms.policy
    if seen is None or seen.days_left(on) > policy.radar_days:
        return 0
    claim_ids = sorted(
        {
            one.claim_id
            for person in seen.persons
            if person.lost_amount
            for one in person.claims
            if one.status == _APPROVED
        }
    )
    because = f"stop-loss {policy.number}: counts until {seen.pay_by_on}"
    stand = payment_instructions(claim_ids)
    # What waits for its advance goes on waiting, and what must be paid sooner stays so.
    instructions = [
        Instruction(claim_id, because, pay_by_on=seen.pay_by_on)
        for claim_id in claim_ids
        if claim_id not in stand or not (stand[claim_id][1] or (stand[claim_id][0] or seen.pay_by_on) < seen.pay_by_on)
    ]
    return instruct_payments(employer_id=policy.employer_id, instructions=instructions, by=by) if instructions else 0


def _persons(found: PolicyPosition, specific: SpecificTerms, on: date) -> list[AtStake]:
    by_person: dict[int, list[UnpaidClaim]] = defaultdict(list)
    for one in unpaid_claims(found.terms.question(Kind.SPECIFIC)):
        if _counts(one, specific.benefits):
            by_person[one.member_id].append(one)
    before = found.specific
    assert before is not None, "the policy has a specific coverage"
    paid = facts_of_services(found.services)
    above = {fact.member_id for fact in paid}
    paid += [
        PaidFact(person.member_id, specific.windows.incurred.start, specific.windows.paid.start, person.eligible_amount)
        for person in before.persons
        if person.member_id not in above
    ]
    owed = {person.member_id: person.reimbursable_amount for person in before.persons}
    sure = _owed(specific, paid, [one for ones in by_person.values() for one in ones if one.status in _SURE], on)
    most = _owed(specific, paid, [one for ones in by_person.values() for one in ones], on)
    rows = [
        AtStake(
            member_id=member_id,
            claims=claims,
            unpaid_amount=sum((one.amount for one in claims if one.status in _SURE), ZERO),
            lost_amount=sure.get(member_id, ZERO) - owed.get(member_id, ZERO),
            lost_at_most_amount=most.get(member_id, ZERO) - owed.get(member_id, ZERO),
        )
        for member_id, claims in by_person.items()
    ]
    return sorted(rows, key=lambda row: (-row.lost_amount, -row.lost_at_most_amount, row.member_id))


def _owed(
    specific: SpecificTerms, paid: list[PaidFact], waiting: Sequence[UnpaidClaim], on: date
) -> dict[int, Decimal]:
    """What would be owed for each person were this paid on a day, after all that was paid before."""
    last = max((fact.order for fact in paid), default=0)
    more = [
        PaidFact(one.member_id, one.incurred_on, on, one.amount, last + place, one.benefit)
        for place, one in enumerate(waiting, 1)
    ]
    return {one.member_id: one.reimbursable_amount for one in specific_position(specific, [*paid, *more]).persons}


def _counts(claim: UnpaidClaim, benefits: tuple[str, ...], statuses: tuple[str, ...] = ()) -> bool:
    return (not benefits or claim.benefit in benefits) and (not statuses or claim.status in statuses)

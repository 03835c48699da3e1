"""Leakage audit: all that was eligible against all that was filed and came in, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossReceipt, StopLossRequest
from tpa.stoploss.draft_request import filed_amounts, owed_for_group
from tpa.stoploss.position_of_policy import PolicyPosition
from tpa.stoploss.reckoning.clocks import add_days

Kind = StopLossCoverage.Kind


@dataclass(frozen=True, slots=True)
class LeakageRow:
    """A person, or (no member) the group. `prove_by_on`: when proof of loss of what is not filed was or is due."""

    member_id: int | None
    kind: str
    reimbursable_amount: Decimal
    filed_amount: Decimal
    received_amount: Decimal
    prove_by_on: date | None

    @property
    def unfiled_amount(self) -> Decimal:
        """What nobody asked for; below zero: asked for and not owed any more."""
        return self.reimbursable_amount - self.filed_amount

    @property
    def outstanding_amount(self) -> Decimal:
        """Filed and not paid."""
        return self.filed_amount - self.received_amount

    def is_late(self, on: date) -> bool:
        """Is the day of proof over while something is unfiled?"""
        return self.unfiled_amount > 0 and self.prove_by_on is not None and self.prove_by_on < on


def leakage(found: PolicyPosition) -> list[LeakageRow]:
    """Everybody for whom something is owed, was filed or came in, the most unfiled first. Two queries."""
    policy = found.terms.policy
    filed = filed_amounts(policy.pk)
    received = {
        (coverage_id, member_id): amount
        for coverage_id, member_id, amount in StopLossReceipt.objects.filter(request__policy=policy)
        .exclude(request__status=StopLossRequest.Status.WITHDRAWN)
        .values_list("request__coverage", "request__member")
        .annotate(Sum("amount"))
        .order_by()
    }
    owed: dict[tuple[int, int | None], Decimal] = {}
    since: dict[tuple[int, int | None], date | None] = {}
    kinds = {coverage.pk: coverage.kind for coverage in found.terms.coverages.values()}
    if found.specific is not None:
        for person in found.specific.persons:
            if person.reimbursable_amount:
                key = (found.terms.coverages[Kind.SPECIFIC].pk, person.member_id)
                owed[key], since[key] = person.reimbursable_amount, person.owed_on
    if found.group is not None:
        of_group = (found.terms.coverages[Kind.AGGREGATE].pk, None)
        if amount := owed_for_group(found, filed.get(of_group, ZERO)):
            owed[of_group] = amount
            since[of_group] = found.terms.last_day(Kind.AGGREGATE) if found.group.is_over else None
    rows = [
        LeakageRow(
            member_id=member_id,
            kind=kinds[coverage_id],
            reimbursable_amount=owed.get((coverage_id, member_id), ZERO),
            filed_amount=filed.get((coverage_id, member_id), ZERO),
            received_amount=received.get((coverage_id, member_id), ZERO),
            prove_by_on=add_days(day, policy.proof_days, policy.proof_unit)
            if (day := since.get((coverage_id, member_id)))
            else None,
        )
        for coverage_id, member_id in owed.keys() | filed.keys() | received.keys()
    ]
    return sorted(rows, key=lambda row: (-abs(row.unfiled_amount), row.kind, row.member_id or 0))

"""What a filed request told of a person that is not so by now, and the dollars between the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.payments.astray import Astray, astray_payments
from tpa.models import StopLossRequest, StopLossRequestClaim
from tpa.stoploss.draft_request import of_person
from tpa.stoploss.position_of_policy import position_of_policy

_NOT_FILED = (StopLossRequest.Status.OPEN, StopLossRequest.Status.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """`lines` are told and were taken back, or did not arrive (then with what became of the payment), or were paid
    again; the person's next request tells them. `owed_amount` is what the carrier owes by now, of `filed_amount`."""

    lines: list[tuple[StopLossRequestClaim, Astray | None]]
    owed_amount: Decimal
    filed_amount: Decimal

    @property
    def difference_amount(self) -> Decimal:
        """Below zero: asked for and not owed any more."""
        return self.owed_amount - self.filed_amount


def changed_since(request: StopLossRequest, *, on: date) -> ChangedSince | None:
    """Compare a filed request of a person with the payments that stand; None where nothing it told has changed.

    Queries as a position of the policy, and four more.
    """
    if request.member_id is None or request.status in _NOT_FILED:
        return None
    draft = of_person(position_of_policy(request.policy, on=on), request.member_id)
    told = set(request.claims.values_list("decision", flat=True))
    lines = [one for one in draft.claims if one.decision_id in told]
    if not lines:
        return None
    astray = astray_payments(request.employer_id, {one.trace_number for one in lines})
    return ChangedSince(
        lines=[(one, astray.get(one.trace_number)) for one in lines],
        owed_amount=draft.reimbursable_amount,
        filed_amount=draft.filed_before_amount,
    )

"""Assembles what is due to be asked: the first request at once, follow-ups when they are large or old enough."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from tpa.foundation.audit import Actor
from tpa.models import StopLossRequest
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.leakage import leakage
from tpa.stoploss.position_of_policy import PolicyPosition
from tpa.stoploss.reckoning.clocks import follow_up_due


def assemble_due(*, position: PolicyPosition, on: date, by: Actor) -> list[StopLossRequest]:
    """Assemble a request for everybody with something owed and not filed, and return them, open: a person files them.

    A follow-up waits until it comes to the policy's amount, or so many days after the last one. Where a request is open
    already nothing is added to it: what came since is asked for after it.
    """
    policy = position.terms.policy
    requests = StopLossRequest.objects.filter(policy=policy).exclude(status=StopLossRequest.Status.WITHDRAWN)
    open_ones = set(requests.filter(status=StopLossRequest.Status.OPEN).values_list("coverage__kind", "member"))
    last = {
        (kind, member_id): filed_on
        for kind, member_id, filed_on in requests.values_list("coverage__kind", "member")
        .annotate(Max("filed_on"))
        .order_by()
    }
    due = [
        row
        for row in leakage(position)
        if row.unfiled_amount
        and (row.kind, row.member_id) not in open_ones
        and (
            (filed_on := last.get((row.kind, row.member_id))) is None
            or follow_up_due(
                sent_on=filed_on,
                told_amount=row.filed_amount,
                eligible_amount=row.reimbursable_amount,
                on=on,
                days_count=policy.follow_up_days,
                least_amount=policy.follow_up_amount,
            )
        )
    ]
    return [assemble_request(policy_id=policy.pk, member_id=row.member_id, on=on, by=by) for row in due]

"""Takes a request back: what it told may be told anew."""

from __future__ import annotations

from django.db import transaction

from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move
from tpa.models import StopLossRequest
from tpa.stoploss.hold_advance import release_advance
from tpa.stoploss.selectors import locked_request


def withdraw_request(*, request_id: int, by: Actor, because: str) -> StopLossRequest:
    """Withdraw it and return it. Raises Conflict when the carrier has answered, or paid some of it."""
    with transaction.atomic():
        request = locked_request(request_id, unpaid=True)
        was_filed = request.status == StopLossRequest.Status.FILED
        move(request, StopLossRequest.Status.WITHDRAWN, by=by, because=because)
        request.claims.update(is_withdrawn=True)
        if was_filed:
            release_advance(request, by=by, received_on=None)
    return request

"""Files a request with the carrier."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move
from tpa.models import StopLossRequest
from tpa.stoploss.hold_advance import hold_advance
from tpa.stoploss.selectors import locked_request


def file_request(*, request_id: int, filed_on: date, by: Actor) -> StopLossRequest:
    """File it and return it; the claims of an advance are held from now on. Raises Conflict when it is not open."""
    with transaction.atomic():
        request = locked_request(request_id)
        StopLossRequest.objects.filter(pk=request_id, status=StopLossRequest.Status.OPEN).update(filed_on=filed_on)
        move(request, StopLossRequest.Status.FILED, by=by, because=f"filed on {filed_on}")
        hold_advance(request, by=by)
        request.refresh_from_db()
    return request

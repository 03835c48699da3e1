"""The TPA takes a request back before any of its money came."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.open_requests import locked_request, received_amount
from employers.funding.turn_down import turn_down
from employers.models import FundingRequest
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid


def cancel_funding_request(*, request_id: int, because: str, by: Actor) -> FundingRequest:
    """Cancel and return it. Raises Invalid without a reason, Conflict when money came or it is open no more."""
    if not because.strip():
        raise Invalid("funding.reason_wanted", _("Say why it is cancelled."))
    with transaction.atomic():
        request = locked_request(request_id)
        if received_amount(request):
            raise Conflict("funding.received", _("Money came in on this request: close it short instead."))
        turn_down(request, FundingRequest.Status.CANCELLED, by=by, because=because.strip())
    return request

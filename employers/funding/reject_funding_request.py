"""The employer rejects a request, and says why."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.open_requests import locked_request
from employers.funding.turn_down import turn_down
from employers.models import FundingRequest
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def reject_funding_request(*, request_id: int, because: str, by: Actor) -> FundingRequest:
    """Reject and return it. Raises Invalid without a reason, Conflict when it waits for approval no more."""
    if not because.strip():
        raise Invalid("funding.reason_wanted", _("Say why it is rejected."))
    with transaction.atomic():
        request = locked_request(request_id)
        turn_down(request, FundingRequest.Status.REJECTED, by=by, because=because.strip())
    return request

"""Leaves it at what came in on a request: what is missing is asked for by the next one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.open_requests import hold_account, locked_request
from employers.models import FundingRequest
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.transitions import move


def close_request_short(*, request_id: int, because: str, by: Actor) -> FundingRequest:
    """Close and return it; its dollars stay on it. Raises Invalid without a reason, Conflict unless a part came in."""
    if not because.strip():
        raise Invalid("funding.reason_wanted", _("Say why it is closed short."))
    with transaction.atomic():
        request = locked_request(request_id)
        move(request, FundingRequest.Status.CLOSED, by=by, because=because.strip())
        request.because = because.strip()[:300]
        FundingRequest.objects.filter(pk=request.pk).update(because=request.because)
        hold_account(request.claims_account_id)
    return request

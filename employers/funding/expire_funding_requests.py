"""Requests that nobody approved in time lapse."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from employers.funding.open_requests import locked_request
from employers.funding.turn_down import turn_down
from employers.models import FundingRequest
from tpa.foundation.audit import Actor


def expire_funding_requests(*, on: date, by: Actor) -> list[int]:
    """Let lapse what was to be approved before a day, each in a transaction of its own; returns their ids. Twice at
    once each lapses once."""
    late = FundingRequest.objects.filter(status=FundingRequest.Status.RAISED, expires_on__lt=on).order_by("pk")
    lapsed = []
    for request_id in late.values_list("pk", flat=True):
        with transaction.atomic():
            request = locked_request(request_id)
            if request.status == FundingRequest.Status.RAISED:
                turn_down(request, FundingRequest.Status.EXPIRED, by=by, because="not approved in time")
                lapsed.append(request_id)
    return lapsed

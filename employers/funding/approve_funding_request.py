"""A person of the employer approves a request; above the terms' limit a second one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.open_requests import locked_request
from employers.models import FundingApproval, FundingRequest
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Refused
from tpa.foundation.transitions import move


def approve_funding_request(*, request_id: int, by: Actor) -> FundingRequest:
    """Approve and return it; with the last approval that it wants it is approved.

    Raises Conflict when it waits for approval no more, or the same person approved it before, Refused for a system or
    who raised it.
    """
    with transaction.atomic():
        request = locked_request(request_id)
        if request.status != FundingRequest.Status.RAISED:
            raise Conflict(
                "funding.settled_meanwhile",
                _("%(number)s waits for approval no more: %(status)s.")
                % {"number": request.number, "status": request.get_status_display()},
                status=request.status,
            )
        name = str(by)[:80]
        if by.user_id is None:
            raise Refused("funding.person_wanted", _("A person approves."))
        if name == request.raised_by:
            raise Refused("funding.own_request", _("Another person than who asked approves."))
        if request.approvals.filter(approved_by=name).exists():
            raise Conflict("funding.approved_before", _("You approved it: another person is wanted."))
        FundingApproval.objects.create(
            request=request, employer_id=request.employer_id, approved_by=name, approved_at=timezone.now()
        )
        record("employers.fundingrequest.approved", by=by, about=request, detail={"amount": str(request.amount)})
        if request.approvals.count() >= request.wanted_count:
            move(request, FundingRequest.Status.APPROVED, by=by)
    return request

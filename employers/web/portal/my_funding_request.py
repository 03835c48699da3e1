"""One funding request for the employer: amount, day, the register behind it; approve it, or reject it and say why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.funding.accounts_seen import requests_of
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.register_of_request import approvals_of, register_sums
from employers.funding.reject_funding_request import reject_funding_request
from employers.models import FundingRequest
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import Refused
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.foundation.web.typed import done


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def my_funding_request(request: HttpRequest, funding_request_id: int) -> HttpResponse:
    """GET shows, to HR too; POST approves or rejects, finance of this employer only."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    row = get_object_or_404(requests_of(scope), pk=funding_request_id)
    may_approve = scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE})).sees(row.employer_id)
    if request.method == "POST":
        if not may_approve:
            raise Refused("access.role", _("Your role does not allow this."))
        return _answer(request, scope, row)
    is_mine = row.approvals.filter(approved_by=str(scope.actor)[:80]).exists()
    context: dict[str, Any] = {
        "asked": row,
        "sums": register_sums(row),
        "approvals": approvals_of(row),
        "receipts": row.receipts.order_by("pk"),
        "left_amount": row.amount - row.received_amount,  # type: ignore[attr-defined]
        "may_approve": may_approve and row.status == FundingRequest.Status.RAISED and not is_mine,
        "is_mine": is_mine,
        "today": timezone.localdate(),
    }
    return screen(request, "employers/my_funding_request.html", context)


def _answer(request: HttpRequest, scope: Scope, row: FundingRequest) -> HttpResponse:
    what = request.POST.get("do", "")
    if what == "approve":
        done(
            request,
            lambda: approve_funding_request(request_id=row.pk, by=scope.actor),
            _("You approved %(number)s.") % {"number": row.number},
        )
    elif what == "reject":
        done(
            request,
            lambda: reject_funding_request(request_id=row.pk, because=request.POST.get("because", ""), by=scope.actor),
            _("You rejected %(number)s.") % {"number": row.number},
        )
    return HttpResponseRedirect(reverse("employers:my_funding_request", args=[row.pk]))

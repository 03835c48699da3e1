"""One funding request for the TPA: its register down to the claims, who approved, what came in, what is done next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from employers.funding.accounts_seen import requests_of
from employers.funding.cancel_funding_request import cancel_funding_request
from employers.funding.close_request_short import close_request_short
from employers.funding.receive_funds import receive_funds
from employers.funding.register_of_request import approvals_of, register_sums
from employers.funding.return_funds import return_funds
from employers.models import FundingReceipt, FundingRequest
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Role
from tpa.foundation.transitions import permitted
from tpa.foundation.web.screens import page_of, screen
from tpa.foundation.web.typed import done, typed_amount, typed_date, typed_id


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def funding_request(request: HttpRequest, funding_request_id: int) -> HttpResponse:
    """GET shows; POST books money, or what the bank took back, cancels, or leaves it at what came."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    row = get_object_or_404(requests_of(scope), pk=funding_request_id)
    if request.method == "POST":
        return _do(request, scope, row)
    items = row.items.select_related("transaction")
    page = page_of(items, request, order=("pk",), size=50)
    claim_ids = [item.claim_id for item in page.rows if item.claim_id is not None]
    record_read(Subjects("claims.claim", tuple(claim_ids), row.employer_id), by=scope.actor, purpose="funding")
    context: dict[str, Any] = {
        "asked": row,
        "sums": register_sums(row),
        "page": page,
        "approvals": approvals_of(row),
        "wanted_words": ngettext("%(count)d wanted", "%(count)d wanted", row.wanted_count)
        % {"count": row.wanted_count},
        "receipts": row.receipts.select_related("reversed_by").order_by("pk"),
        "left_amount": row.amount - row.received_amount,  # type: ignore[attr-defined]
        "may_act": scope.has_any(Role.TPA_MANAGER),
        "may_move": permitted(row),  # type: ignore[arg-type]
        "takes_money": row.status in ("approved", "partly"),
        "today": timezone.localdate(),
    }
    return screen(request, "employers/funding_request.html", context)


def _do(request: HttpRequest, scope: Scope, row: FundingRequest) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    what = request.POST.get("do", "")
    actions = {"receive": _receive, "return": _return, "cancel": _cancel, "close": _close}
    words = {
        "receive": _("The money is booked. The next payment run pays what it covers."),
        "return": _("What the bank took back is booked."),
        "cancel": _("The request is cancelled."),
        "close": _("The request is closed short; the next one asks for the rest."),
    }
    if what in actions:
        done(request, lambda: actions[what](request, scope, row), words[what])
    return HttpResponseRedirect(reverse("employers:funding_request", args=[row.pk]))


def _receive(request: HttpRequest, scope: Scope, row: FundingRequest) -> None:
    receive_funds(
        request_id=row.pk,
        amount=typed_amount(request, "amount"),
        received_on=typed_date(request, "received_on"),
        bank_reference=request.POST.get("bank_reference", ""),
        by=scope.actor,
    )


def _return(request: HttpRequest, scope: Scope, row: FundingRequest) -> None:
    # Of this request, whatever the form says.
    found = FundingReceipt.objects.filter(pk=typed_id(request, "receipt"), request=row)
    return_funds(
        receipt_id=found.values_list("pk", flat=True).first() or 0,
        returned_on=timezone.localdate(),
        because=request.POST.get("because", ""),
        by=scope.actor,
    )


def _cancel(request: HttpRequest, scope: Scope, row: FundingRequest) -> None:
    cancel_funding_request(request_id=row.pk, because=request.POST.get("because", ""), by=scope.actor)


def _close(request: HttpRequest, scope: Scope, row: FundingRequest) -> None:
    close_request_short(request_id=row.pk, because=request.POST.get("because", ""), by=scope.actor)

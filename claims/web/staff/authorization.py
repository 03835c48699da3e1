"""One authorization: its terms over time, what claims use and hold of it, and what a person may do with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.adjustments.decide_waiting import decide_waiting
from claims.authorizations.approve_authorization import approve_authorization
from claims.authorizations.change_terms import DECIDERS
from claims.authorizations.close_authorization import close_authorization
from claims.authorizations.deny_authorization import deny_authorization
from claims.authorizations.extend_authorization import extend_authorization
from claims.authorizations.selectors import balances_of, entries_of, is_expired, terms_of
from claims.models import Authorization
from claims.tasks import ring_for_decision
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.web.screens import screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def authorization(request: HttpRequest, authorization_number: str) -> HttpResponse:
    """GET shows; POST approves, denies, extends or closes."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    terms = list(terms_of(scope, authorization_number))
    if not terms:
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            _do(request, scope, authorization_number)
            return HttpResponseRedirect(reverse("claims:authorization", args=[authorization_number]))
        except DomainError as refusal:
            error, status = str(refusal), refusal.status
    row = terms[0]
    record_read(row, by=scope.actor, purpose="authorization")
    may_decide = scope.has_any(*DECIDERS)
    context: dict[str, Any] = {
        "row": row,
        "earlier": terms[1:],
        "balance": balances_of([row])[row.number],
        "entries": entries_of(row),
        "expired": is_expired(row),
        "last_on": date.fromordinal(row.period.upper.toordinal() - 1).isoformat(),
        "may_answer": may_decide and row.status == Authorization.Status.REQUESTED,
        "may_change": may_decide and row.status == Authorization.Status.APPROVED,
        "typed": request.POST,
        "error": error,
    }
    return screen(request, "claims/authorization.html", context, status=status)


def _do(request: HttpRequest, scope: Scope, number: str) -> None:
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    said: dict[str, Any] = {
        "number": number,
        "revision": revision,
        "because": request.POST.get("because", ""),
        "by": scope,
    }
    match request.POST.get("do"):
        case "approve":
            row = approve_authorization(**said, grants=_grants(request))
            _decide_what_waited(row, scope)
            messages.success(request, _("Approved. Claims that waited for it are decided anew."))
        case "extend":
            row = extend_authorization(**said, grants=_grants(request))
            _decide_what_waited(row, scope)
            messages.success(request, _("Extended. Claims that waited for it are decided anew."))
        case "close":
            close_authorization(**said, last_on=_day(request.POST.get("last_on", "")))
            messages.success(request, _("Closed."))
        case _:
            deny_authorization(**said)
            messages.success(request, _("Denied."))


def _decide_what_waited(row: Authorization, scope: Scope) -> None:
    waiting = decide_waiting(
        member_id=row.member_id, reason="authorization_missing", because=f"authorization {row.number}", by=scope.actor
    )
    for family_id in waiting:
        ring_for_decision(family_id)


def _grants(request: HttpRequest) -> tuple[Decimal, date]:
    try:
        units = Decimal(request.POST.get("units_count", "").strip())
    except InvalidOperation:
        raise Invalid("authorization.units", _("Say how many units.")) from None
    if not units.is_finite():
        raise Invalid("authorization.units", _("Say how many units."))
    return units, _day(request.POST.get("last_on", ""))


def _day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid("authorization.days", _("Say the last day."))
    return day

"""One claims account for the TPA: how it is funded, its requests, deposits; and its terms agreed anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.funding.accounts_seen import funded_accounts, requests_of, terms_history
from employers.funding.agree_funding_terms import TermsWords, agree_funding_terms
from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import accounts_of, register
from employers.models import FundingTerms
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.foundation.web.typed import done, typed_amount, typed_count, typed_date, typed_date_or_none, typed_text

WEEKDAYS = ((0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")))


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def claims_account(request: HttpRequest, account_id: int) -> HttpResponse:
    """GET shows; POST records a deposit that came without a request, or terms."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    account = get_object_or_404(accounts_of(scope), pk=account_id)
    if request.method == "POST":
        return _do(request, scope, account_id)
    today = timezone.localdate()
    [seen] = funded_accounts(scope, on=today, claims_account_id=account_id)
    context: dict[str, Any] = {
        "account": account,
        "seen": seen,
        "terms": list(terms_history(scope, account_id)),
        "page": page_of(requests_of(scope, claims_account_id=account_id), request, order=("-pk",), size=20),
        "register": register(scope, account_id, from_on=today - timedelta(days=30), to_on=today),
        "modes": FundingTerms.Mode.choices,
        "shares": FundingTerms.SurplusAs.choices,
        "weekdays": WEEKDAYS,
        "today": today,
        "may_act": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "employers/claims_account.html", context)


def _do(request: HttpRequest, scope: Scope, account_id: int) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    what = request.POST.get("do", "")
    if what == "deposit":
        done(request, lambda: _deposit(request, scope, account_id), _("The deposit is booked."))
    elif what == "terms":
        done(request, lambda: _agree(request, scope, account_id), _("The terms are recorded."))
    return HttpResponseRedirect(reverse("employers:claims_account", args=[account_id]))


def _deposit(request: HttpRequest, scope: Scope, account_id: int) -> None:
    deposit_funds(
        claims_account_id=account_id,
        amount=typed_amount(request, "amount"),
        received_on=typed_date(request, "received_on"),
        bank_reference=request.POST.get("bank_reference", "")[:50],
        by=scope.actor,
    )


def _agree(request: HttpRequest, scope: Scope, account_id: int) -> None:
    """Fields of other modes than the one chosen may stand empty in the form: they are not read."""
    mode = request.POST.get("mode", "")
    ends_on = typed_date_or_none(request, "ends_on")
    words = TermsWords(
        mode=mode,
        starts_on=typed_date(request, "starts_on"),
        # People write the last day.
        ends_on=ends_on + timedelta(days=1) if ends_on else None,
        section=typed_text(request, "section", 80),
        due_days=typed_count(request, "due_days") or 0,
        expires_days=typed_count(request, "expires_days"),
        two_people_above_amount=_amount(request, "two_people_above_amount"),
        **_of_mode(request, mode),
    )
    agree_funding_terms(claims_account_id=account_id, words=words, by=scope.actor)


def _of_mode(request: HttpRequest, mode: str) -> dict[str, Any]:
    if mode == FundingTerms.Mode.WEEKLY_PULL:
        return {"pull_weekday": typed_count(request, "pull_weekday")}
    if mode == FundingTerms.Mode.IMPREST:
        return {name: _amount(request, name) for name in ("target_amount", "refill_below_amount")}
    if mode == FundingTerms.Mode.LEVEL:
        return {
            "deposit_amount": _amount(request, "deposit_amount"),
            "deposit_day": typed_count(request, "deposit_day"),
            "reserve_percent": _amount(request, "reserve_percent") or Decimal(0),
            "run_out_months_count": typed_count(request, "run_out_months_count"),
            "surplus_percent": _amount(request, "surplus_percent"),
            "surplus_as": request.POST.get("surplus_as", "")[:6],
            "deficit_percent": _amount(request, "deficit_percent"),
        }
    return {}


def _amount(request: HttpRequest, name: str) -> Decimal | None:
    return typed_amount(request, name) if request.POST.get(name, "").strip() else None

"""The funding desk: each claims account, what it holds, what waits for its money, what was asked, what to do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.payments.raise_funding_request import raise_funding_request
from claims.payments.waiting_order import Approved, approved_by_plan
from employers.funding.accounts_seen import FundedAccount, accounts_to_open, funded_accounts
from employers.funding.open_claims_account import open_claims_account
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen
from tpa.foundation.web.typed import done, typed_amount, typed_id


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One account at the desk. `short_amount`: approved claims that it can not pay now; `todo` a tone and words."""

    account: FundedAccount
    claims_count: int
    approved_amount: Decimal
    short_amount: Decimal
    pay_by_on: date | None
    todo: tuple[str, str]


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def funding_desk(request: HttpRequest) -> HttpResponse:
    """GET shows; POST raises a request for an account, or opens one."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _do(request, scope)
    today = timezone.localdate()
    rows = desk_rows(scope, today)
    context: dict[str, Any] = {
        "rows": rows,
        "short_amount": sum((row.short_amount for row in rows), ZERO),
        "awaited_amount": sum((row.account.awaited_amount for row in rows), ZERO),
        "to_approve": sum(one.status == "raised" for row in rows for one in row.account.requests),
        "to_open": accounts_to_open(scope),
        "today": today,
        "may_act": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "claims/funding_desk.html", context)


def desk_rows(scope: Scope, on: date) -> list[DeskRow]:
    """What most needs somebody first. A fixed number of queries."""
    accounts = funded_accounts(scope, on=on)
    own = {(one.employer_id, one.plan_id): one.claims_account_id for one in accounts}
    approved: dict[int, list[Approved]] = defaultdict(list)
    for one in approved_by_plan():
        account_id = own.get((one.employer_id, one.plan_id), own.get((one.employer_id, None)))
        if account_id is not None:
            approved[account_id].append(one)
    rows = [_row(account, approved[account.claims_account_id], on) for account in accounts]
    urgency = {"bad": 0, "wait": 1, "info": 2, "": 3}
    return sorted(rows, key=lambda row: (urgency.get(row.todo[0], 3), row.account.employer_name, row.account.name))


def _row(account: FundedAccount, approved: list[Approved], on: date) -> DeskRow:
    waiting = sum((one.amount for one in approved), ZERO)
    short = ZERO if account.available_amount is None else max(ZERO, waiting - max(ZERO, account.available_amount))
    days = [one.pay_by_on for one in approved if one.pay_by_on is not None]
    return DeskRow(
        account=account,
        claims_count=sum(one.claims_count for one in approved),
        approved_amount=waiting,
        short_amount=short,
        pay_by_on=min(days, default=None),
        todo=_todo(account, short, on),
    )


def _todo(account: FundedAccount, short: Decimal, on: date) -> tuple[str, str]:
    late = [one for one in account.requests if one.status != "raised" and one.due_on < on]
    if late:
        return "bad", _("Money on %(number)s is late") % {"number": late[0].number}
    if account.is_advanced:
        return ("bad", _("The limit of what is advanced is reached")) if short else ("", _("Nothing: the invoice asks"))
    if not account.mode:
        return "wait", _("Agree how it is funded")
    if short > account.awaited_amount:
        return "bad", _("Ask: claims wait, and nothing is asked for them")
    if any(one.status == "raised" for one in account.requests):
        return "wait", _("The employer approves")
    if account.requests:
        return "info", _("Money is awaited")
    return "", _("Nothing")


def _do(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    what = request.POST.get("do", "")
    if what == "raise":
        done(request, lambda: _raise(request, scope), _("The request is raised: the employer approves it."))
    elif what == "open":
        done(request, lambda: _open(request, scope), _("The account is open. Agree how it is funded."))
    return HttpResponseRedirect(reverse("claims:funding_desk"))


def _raise(request: HttpRequest, scope: Scope) -> None:
    account_id = typed_id(request, "account")
    if raise_funding_request(claims_account_id=account_id, on=timezone.localdate(), by=scope.actor) is None:
        raise Conflict("funding.nothing_to_ask", _("There is nothing to ask for: it holds or awaits what it needs."))


def _open(request: HttpRequest, scope: Scope) -> None:
    employer, _dash, plan = request.POST.get("for", "").partition("-")
    offered = {(employer_id, plan_id) for employer_id, plan_id, _words in accounts_to_open(scope)}
    if not (employer.isdigit() and plan.isdigit() and (int(employer), int(plan)) in offered):
        raise Invalid("funding.no_such_plan", _("Choose a plan that has no account."))
    open_claims_account(
        employer_id=int(employer),
        plan_id=int(plan),
        name=request.POST.get("name", "").strip()[:120] or _("Claims account"),
        bank_routing_number=request.POST.get("routing", "").strip(),
        bank_account_number=request.POST.get("number", "").strip()[:34],
        overdraft_limit_amount=typed_amount(request, "limit") if request.POST.get("limit", "").strip() else None,
        by=scope.actor,
    )

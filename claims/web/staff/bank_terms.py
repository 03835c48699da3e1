"""What is agreed of a bank account: how its CSV is read, and which fees and interest are posted by themselves."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.edi.banks.bank_csv import SIGNS
from claims.models import BankAccount, BankPostingRule
from claims.reconciliation.agree_terms import RuleWords, agree_posting_rule, end_posting_rule, set_csv_layout
from claims.reconciliation.selectors import bank_accounts_of
from claims.web.staff.bank_forms import READERS, amount_of, day_of, day_or_none, done, id_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen

_EXAMPLE: Final = {
    "booked_column": "Date",
    "amount_column": "Amount",
    "balance_column": "Balance",
    "check_column": "Check",
    "text_column": "Description",
    "date_format": "%m/%d/%Y",
    "sign": "signed",
    "kinds": [["SERVICE CHARGE", "fee"]],
}


@requires(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_terms(request: HttpRequest, bank_account_id: int) -> HttpResponse:
    """GET shows; POST sets the layout (`do=layout`), agrees a rule (`do=rule`) or ends one (`do=end`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    account = bank_accounts_of(scope).filter(pk=bank_account_id).first()
    if account is None:
        raise Http404
    if request.method == "POST":
        return _do(request, scope, account)
    context: dict[str, Any] = {
        "account": account,
        "layout": json.dumps(account.csv_layout or _EXAMPLE, indent=2),
        "signs": ", ".join(SIGNS),
        "rules": account.rules.filter(superseded_at__isnull=True).order_by("line_kind", "pk"),
        "kinds": BankPostingRule.LineKind.choices,
        "bearers": BankPostingRule.Bearer.choices,
        "may_agree": scope.has_any(Role.TPA_MANAGER),
        "today": timezone.localdate(),
    }
    return screen(request, "claims/bank_terms.html", context)


def _do(request: HttpRequest, scope: Scope, account: BankAccount) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    actions = {
        "layout": (_layout, _("The layout is kept.")),
        "rule": (_rule, _("The rule holds.")),
        "end": (_end, _("The rule ends.")),
    }
    what = request.POST.get("do", "")
    if what in actions:
        action, words = actions[what]
        done(request, lambda: action(request, scope, account), words)
    return HttpResponseRedirect(reverse("claims:bank_terms", args=[account.pk]))


def _layout(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    try:
        layout = json.loads(request.POST.get("layout", ""))
    except ValueError:
        layout = None
    if not isinstance(layout, dict):
        raise Invalid("bank.layout", _("A layout is written as JSON, names and values in braces."))
    set_csv_layout(bank_account_id=account.pk, layout=layout, scope=scope)


def _rule(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    words = RuleWords(
        line_kind=request.POST.get("line_kind", ""),
        limit_amount=amount_of(request, "limit_amount"),
        borne_by=request.POST.get("borne_by", ""),
        source=request.POST.get("source", ""),
        starts_on=day_of(request, "starts_on"),
        ends_on=day_or_none(request.POST.get("ends_on", "")),
        words=request.POST.get("words", ""),
    )
    agree_posting_rule(bank_account_id=account.pk, words=words, scope=scope)


def _end(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    end_posting_rule(
        rule_id=id_of(request, "rule"),
        ends_on=day_of(request, "ends_on"),
        because=request.POST.get("because", ""),
        scope=scope,
    )

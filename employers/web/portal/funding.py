"""Funding: what the claims account holds, what it must cover, and how it was funded."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.funding.accounts_seen import open_requests_of, requests_of
from employers.funding.selectors import accounts_of, available_amount, balances, register
from employers.funding.terms_of_account import terms_of_accounts
from employers.models import ClaimsAccount, FundingTerms
from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import page_of, screen


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def funding(request: HttpRequest) -> HttpResponse:
    """What is asked and waits, each account with its balance, what was paid in and drawn over the last 90 days, and all
    that was asked."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    today = timezone.localdate()
    since = today - timedelta(days=90)
    rows = []
    accounts = list(accounts_of(scope)[:3])
    terms = terms_of_accounts([one.pk for one in accounts], today)
    for one in accounts:
        postings = register(scope, one.pk, from_on=since, to_on=today)
        drawn = sum((row.amount for row in postings.rows if row.amount < 0), ZERO)
        rows.append(
            {
                "account": one,
                "mode_words": _mode_words(one, terms.get(one.pk)),
                "balances": balances(one.pk),
                "available": available_amount(one.pk),
                "paid_in": [row for row in reversed(postings.rows) if row.amount > 0],
                "drawn": -drawn,
                "weekly": -drawn / 13,
                "closing": postings.closing_amount,
            }
        )
    asked = requests_of(scope)
    context = {
        "rows": rows,
        "since": since,
        "today": today,
        "open": list(open_requests_of(scope)[:50]),
        "page": page_of(asked, request, order=("-pk",), size=20),
        "may_approve": scope.has_any(Role.EMPLOYER_FINANCE),
    }
    return screen(request, "employers/funding.html", context)


def _mode_words(account: ClaimsAccount, terms: FundingTerms | None) -> str:
    """As agreed for the account; else as the employer pays in general."""
    return str(terms.get_mode_display() if terms else account.employer.get_funding_mode_display())

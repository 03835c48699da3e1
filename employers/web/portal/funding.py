"""Funding: what the claims account holds, what it must cover, and how it was funded."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.funding.selectors import accounts_of, available_amount, balances, register
from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def funding(request: HttpRequest) -> HttpResponse:
    """Each account with its balance, what was paid in and what was drawn over the last 90 days."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    today = timezone.localdate()
    since = today - timedelta(days=90)
    rows = []
    for one in accounts_of(scope)[:3]:
        postings = register(scope, one.pk, from_on=since, to_on=today)
        drawn = sum((row.amount for row in postings.rows if row.amount < 0), ZERO)
        rows.append(
            {
                "account": one,
                "balances": balances(one.pk),
                "available": available_amount(one.pk),
                "paid_in": [row for row in reversed(postings.rows) if row.amount > 0],
                "drawn": -drawn,
                "weekly": -drawn / 13,
                "closing": postings.closing_amount,
            }
        )
    return screen(request, "employers/funding.html", {"rows": rows, "since": since})

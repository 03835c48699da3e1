"""The employer's home: what do I owe, whose coverage is wrong, what is due, and whom do I ask."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.eligibility.coverage_picture import dependents_without_subscriber, file_problems, gaps
from employers.funding.accounts_seen import open_requests_of
from employers.funding.selectors import accounts_of, available_amount, spendable_amount
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Role, User
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen
from tpa.models import Invoice


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a person sees follows from the role: HR the people, finance the money, of their own employers only."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    today = timezone.localdate()
    employers = employers_seen(scope)
    managers = User.objects.filter(pk__in=[one.account_manager_id for one in employers if one.account_manager_id])
    context: dict[str, Any] = {
        "employers": employers,
        "managers": list(managers),
        "today": today,
        "sees_people": scope.has_any(Role.EMPLOYER_HR),
        **_owed(scope, today),
        "asked": list(open_requests_of(scope)[:20]),
        "accounts": [(one, spendable_amount(one.pk), available_amount(one.pk)) for one in accounts_of(scope)[:2]],
    }
    if context["sees_people"]:
        context |= _coverage(scope.narrowed_to(frozenset({Role.EMPLOYER_HR})), today)
    return screen(request, "tpa/home.html", context)


def _owed(scope: Scope, today: date) -> dict[str, Any]:
    """Invoices that are not settled, credits against them, and which of them are late."""
    issued = list(
        Invoice.objects.visible_to(scope)
        .filter(status=Invoice.Status.ISSUED)
        .select_related("employer", "close")
        .order_by("due_on", "pk")[:50]
    )
    return {
        "invoices": issued,
        "owed_amount": sum((invoice.total_amount for invoice in issued), ZERO),
        "late": [invoice for invoice in issued if invoice.due_on < today and invoice.kind == Invoice.Kind.INVOICE],
    }


def _coverage(scope: Scope, today: date) -> dict[str, Any]:
    """Whose coverage looks wrong: gaps this year, dependents without their subscriber, rows of files not applied."""
    found = gaps(scope, since=date(today.year, 1, 1))
    orphans = dependents_without_subscriber(scope, on=today)
    ids = [gap.member_id for gap in found] + [member_id for member_id, _name in orphans]
    record_read(Subjects("employers.member", tuple(ids)), by=scope.actor, purpose="portal")
    return {"gaps": found, "orphans": orphans, "problems": file_problems(scope)}

"""The employer's invoices and credits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.onboarding.selectors import EmployerSeen, employers_seen
from tpa.billing.open_amounts import open_invoices
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import Invoice
from tpa.web.advice_download import advice_download


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def my_invoices(request: HttpRequest) -> HttpResponse:
    """The newest first; `?as=820&employer=3` is the file that pays what is open of an employer."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    wanted = request.GET.get("employer", "")
    if request.GET.get("as") == "820" and wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        check_role(scope, Role.EMPLOYER_FINANCE)
        mine = scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE}))
        return advice_download(request, mine, int(wanted), back=reverse("tpa:my_invoices"))
    found = Invoice.objects.visible_to(scope).select_related("employer", "close")
    page = page_of(found, request, order=("-issued_on", "-pk"), size=24)
    return screen(
        request, "tpa/my_invoices.html", {"page": page, "today": timezone.localdate(), "payers": _payers(scope)}
    )


def _payers(scope: Scope) -> list[EmployerSeen]:
    """The employers for whom this person may pay, and of whom something is open. Two queries."""
    mine = scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE}))
    if not scope.has_any(Role.EMPLOYER_FINANCE):
        return []
    owing = {one.employer_id for one in open_invoices(mine) if one.undisputed_amount}
    return [one for one in employers_seen(mine) if one.employer_id in owing]

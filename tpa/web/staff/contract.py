"""One contract: services, fees by period, authority, and the months that were closed under it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tpa.contracts.selectors import fees_of, limits_of, stages_of
from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import Contract


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Read only: contracts are changed by set-up staff, as new periods."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = get_object_or_404(Contract.objects.visible_to(scope).select_related("employer"), pk=contract_id)
    context = {
        "contract": found,
        "terms": found.versions.order_by("-starts_on")[0],
        "stages": stages_of(scope, found)[::-1],
        "fees": fees_of(scope, found.pk),
        "limits": limits_of(scope, found),
        "roles": dict(Role.choices),
        "closes": found.closes.order_by("-month_on").prefetch_related("invoices")[:24],
    }
    return screen(request, "tpa/contract.html", context)

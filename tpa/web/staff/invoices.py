"""All invoices and credits, the newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import Invoice


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """Of one status with `?status=issued`."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = Invoice.objects.visible_to(scope).select_related("employer", "close")
    status = request.GET.get("status", "")
    if status in Invoice.Status.values:
        found = found.filter(status=status)
    page = page_of(found, request, order=("-issued_on", "-pk"), size=50)
    return screen(request, "tpa/invoices.html", {"page": page, "status": status, "statuses": Invoice.Status.choices})

"""The employer's invoices and credits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import Invoice


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def my_invoices(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = Invoice.objects.visible_to(scope).select_related("employer", "close")
    page = page_of(found, request, order=("-issued_on", "-pk"), size=24)
    return screen(request, "tpa/my_invoices.html", {"page": page, "today": timezone.localdate()})

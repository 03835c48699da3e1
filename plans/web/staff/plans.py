"""The plans and their versions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from plans.models import Plan
from tpa.foundation.access import STAFF, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen


@requires(*STAFF)
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """By name, each with its versions."""
    page = page_of(Plan.objects.prefetch_related("versions"), request, order=("name", "pk"), size=50)
    may_draft = request.scope.has_any(Role.SETUP, Role.TPA_MANAGER)  # type: ignore[attr-defined]
    return screen(request, "plans/plans.html", {"page": page, "may_draft": may_draft})

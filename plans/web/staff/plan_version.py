"""One version of a plan: its document, clause by clause, and its hash."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from plans.models import PlanVersion
from tpa.foundation.access import STAFF, requires
from tpa.foundation.web.screens import screen


@requires(*STAFF)
@require_safe
def plan_version(request: HttpRequest, version_id: int) -> HttpResponse:
    """As it was written; what claims were decided by."""
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), pk=version_id)
    others = version.plan.versions.order_by("-number")
    return screen(request, "plans/plan_version.html", {"version": version, "others": others})

"""/: sends everybody to where their work is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from tpa.foundation.access import CLAIMS_STAFF, EMPLOYER_PEOPLE, EVERY_ROLE, Scope, requires
from tpa.foundation.models import Role


@requires(*EVERY_ROLE)
@require_safe
def start(request: HttpRequest) -> HttpResponseRedirect:
    """Examiners to the worklist, employers to their home, set-up staff to the admin, partners to the API's page."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if scope.has_any(*CLAIMS_STAFF):
        return HttpResponseRedirect(reverse("claims:worklist"))
    if scope.has_any(*EMPLOYER_PEOPLE):
        return HttpResponseRedirect(reverse("tpa:home"))
    if scope.has_any(Role.SETUP):
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(reverse("api-docs"))

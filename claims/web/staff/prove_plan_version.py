"""Runs a plan version's scenarios, and publishes it if all pass; the version's own page shows what came of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.simulation.prove_plan_version import prove_and_publish
from claims.simulation.prove_plan_version import prove_plan_version as prove
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role


@requires(Role.TPA_MANAGER)
@require_POST
def prove_plan_version(request: HttpRequest, version_id: int) -> HttpResponse:
    """`do` is prove, or publish."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    try:
        if request.POST.get("do") == "publish":
            prove_and_publish(version_id=version_id, by=scope.actor, because=request.POST.get("because", "")[:300])
            messages.success(request, _("The version is published."))
        else:
            prove(version_id=version_id, by=scope.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
        if refusal.status == 404:
            return HttpResponseRedirect(reverse("plans:plans"))
    return HttpResponseRedirect(reverse("plans:plan_version", args=[version_id]))

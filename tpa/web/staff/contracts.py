"""Contracts with employers and insurers: what is agreed, and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tpa.contracts.selectors import contracts_of
from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """By number."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    page = page_of(contracts_of(scope), request, order=("number", "pk"))
    return screen(request, "tpa/contracts.html", {"page": page, "may_draft": scope.has_any(Role.TPA_MANAGER)})

"""One invoice: each line goes down to its claims or members."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.web.invoice_picture import invoice_picture


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """`?line=2` opens what stands behind line 2."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    picture = invoice_picture(request, scope, invoice_id)
    if picture is None:
        raise Http404
    return screen(request, "tpa/invoice.html", {"picture": picture, "invoice": picture.invoice})

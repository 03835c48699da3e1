"""One of the employer's invoices: on screen, as PDF and as a spreadsheet; who stands behind each fee."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.web.invoice_picture import invoice_picture


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def my_invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The claims behind a line stay behind the wall; the page says why."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    picture = invoice_picture(request, scope, invoice_id)
    if picture is None:
        raise Http404
    return screen(request, "tpa/my_invoice.html", {"picture": picture, "invoice": picture.invoice})

"""Month close: which contracts' months are over and open, the button that closes them, and what it made of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.billing.selectors import open_months
from tpa.contracts.months import next_month
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.audit import record
from tpa.foundation.bell import ring
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import Contract, MonthClose
from tpa.tasks import close_months


@requires(Role.TPA_MANAGER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def month_close(request: HttpRequest) -> HttpResponse:
    """GET shows; with `?watch=3` it follows how the three that were started come through. POST starts them."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    due = _due(scope, timezone.localdate())
    if request.method == "POST":
        return _start(request, scope, due)
    text = request.GET.get("watch", "")
    watched = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    due_count = sum(len(months) for _contract, months in due)
    closes = MonthClose.objects.visible_to(scope).select_related("contract", "employer").prefetch_related("invoices")
    context: dict[str, Any] = {
        "due": due,
        "watched": watched,
        "done": max(watched - due_count, 0),
        "is_working": bool(watched) and due_count > 0,
        "may_close": scope.has_any(Role.TPA_MANAGER),
        "page": page_of(closes, request, order=("-month_on", "-pk"), size=36),
    }
    return screen(request, "tpa/month_close.html", context, fragments={"closing": "closing"})


def _due(scope: Scope, today: date) -> list[tuple[Contract, list[date]]]:
    """Contracts with the months that are over and not closed, in order; two queries."""
    signed = Contract.objects.visible_to(scope)
    signed = signed.exclude(status=Contract.Status.DRAFT).select_related("employer").order_by("number")
    found: list[tuple[Contract, list[date]]] = []
    for contract, month_on, last in open_months(signed):
        months = []
        while next_month(month_on) <= today and (last is None or month_on < last):
            months.append(month_on)
            month_on = next_month(month_on)
        if months:
            found.append((contract, months))
    return found


def _start(request: HttpRequest, scope: Scope, due: list[tuple[Contract, list[date]]]) -> HttpResponse:
    """Asks for the close of one contract (`contract`) or of all; a worker does it, and twice does no harm."""
    check_role(scope, Role.TPA_MANAGER)
    wanted = request.POST.get("contract", "")
    chosen = [(contract, months) for contract, months in due if wanted in ("", str(contract.pk))]
    for contract, _months in chosen:
        record("tpa.monthclose.asked", by=scope.actor, about=contract)
        ring(close_months, contract.pk)
    if chosen:
        messages.success(request, _("The close is started."))
    count = sum(len(months) for _contract, months in due)
    return HttpResponseRedirect(reverse("tpa:month_close") + (f"?watch={count}" if chosen else ""))

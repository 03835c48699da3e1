"""Receivables: what employers owe, by age; what was paid short; what somebody asks to give up."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.billing.open_amounts import OpenInvoice, ageing, disputed, open_invoices
from tpa.billing.write_off import approve_write_off, refuse_write_off
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen
from tpa.models import InvoiceDispute, Receipt, ShortPayment, WriteOff
from tpa.web.names import actor_names
from tpa.web.typed import done, typed_id


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def receivables(request: HttpRequest) -> HttpResponse:
    """GET shows; POST approves or refuses a write-off (`do`, `write_off`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _answer(request, scope)
    today = timezone.localdate()
    found = open_invoices(scope)
    by_employer: dict[tuple[str, int], list[OpenInvoice]] = {}
    for one in found:
        by_employer.setdefault((one.employer_name, one.employer_id), []).append(one)
    context: dict[str, Any] = {
        "today": today,
        "age": ageing(found, today),
        "disputed_amount": disputed(found),
        "disputes": _disputes(scope),
        "employers": [
            (name, employer_id, ageing(invoices, today), disputed(invoices))
            for (name, employer_id), invoices in sorted(by_employer.items())
        ],
        "invoices": [(one, one.late_days(today)) for one in found],
        "items": _items(scope),
        "write_offs": _write_offs(scope),
        "receipts": _unapplied(scope),
        "may_approve": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "tpa/receivables.html", context)


def _items(scope: Scope) -> list[ShortPayment]:
    """Short payments that are neither carried nor given up yet."""
    items = ShortPayment.objects.visible_to(scope).filter(status=ShortPayment.Status.OPEN)
    return list(items.select_related("invoice", "employer").order_by("status_at", "pk"))


def _disputes(scope: Scope) -> list[InvoiceDispute]:
    """Lines that employers dispute and nobody answered, the oldest first."""
    rows = InvoiceDispute.objects.visible_to(scope).filter(status=InvoiceDispute.Status.OPEN)
    return list(rows.select_related("invoice", "line", "employer").order_by("opened_at", "pk")[:100])


def _write_offs(scope: Scope) -> list[WriteOff]:
    """Those that wait, with who asked, who approved, and whether this person may."""
    rows = WriteOff.objects.visible_to(scope).filter(status=WriteOff.Status.ASKED)
    found = list(rows.select_related("invoice", "employer").prefetch_related("approvals").order_by("asked_at", "pk"))
    actors = {row.asked_by for row in found} | {one.approved_by for row in found for one in row.approvals.all()}
    names = actor_names(actors)
    for row in found:
        approved_by = [one.approved_by for one in row.approvals.all()]
        row.asked_by_name = names.get(row.asked_by, row.asked_by)  # type: ignore[attr-defined]
        row.approved_by_names = [names.get(one, one) for one in approved_by]  # type: ignore[attr-defined]
        row.is_mine = str(scope.actor) in (row.asked_by, *approved_by)  # type: ignore[attr-defined]
    return found


def _unapplied(scope: Scope) -> list[Any]:
    """Receipts of which something pays no invoice yet."""
    standing = Receipt.objects.visible_to(scope).filter(reverses__isnull=True, reversed_by__isnull=True)
    rows = standing.select_related("employer").annotate(applied=Sum("settlements__amount"))
    rows = rows.filter(Q(applied__lt=F("amount")) | Q(applied__isnull=True, amount__gt=0)).order_by("received_on", "pk")
    found: list[Any] = list(rows[:100])
    for row in found:
        row.left_amount = row.amount - (row.applied or ZERO)
    return found


def _answer(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    if request.POST.get("do") == "refuse":
        because = request.POST.get("because", "")
        done(
            request,
            lambda: refuse_write_off(write_off_id=typed_id(request, "write_off"), because=because, by=scope.actor),
            _("The write-off is refused."),
        )
    else:
        done(
            request,
            lambda: approve_write_off(write_off_id=typed_id(request, "write_off"), by=scope.actor),
            _("You approved it."),
        )
    return HttpResponseRedirect(reverse("tpa:receivables"))

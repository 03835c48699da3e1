"""One overpayment: its claims, where its dollars are, what happened, its letters; and what a person may do next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Overpayment
from claims.recoveries.cases import WORKERS
from claims.recoveries.dispute_overpayment import dispute_overpayment, uphold_overpayment
from claims.recoveries.record_refund import bounce_refund, record_refund
from claims.recoveries.request_overpayment import request_overpayment
from claims.recoveries.selectors import entries_of, lines_of, next_action, overpayments_of, standing_of
from claims.recoveries.write_off_overpayment import approve_write_off, refuse_write_off, write_off_overpayment
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import record_read
from tpa.foundation.documents.keep_document import documents_of
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen

Status = Overpayment.Status


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def overpayment(request: HttpRequest, overpayment_number: str) -> HttpResponse:
    """GET shows; POST asks for it, records a refund or what the payee says, gives up, approves."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    error, status = "", 200
    if request.method == "POST":
        try:
            _do(request, scope, overpayment_number)
            return HttpResponseRedirect(reverse("claims:overpayment", args=[overpayment_number]))
        except DomainError as refusal:
            error, status = str(refusal), refusal.status
    row = overpayments_of(scope).select_related("terms").filter(number=overpayment_number).first()
    if row is None:
        raise Http404
    record_read(row, by=scope.actor, purpose="recovery")
    may_work, standing = scope.has_any(*WORKERS), standing_of(row)
    context: dict[str, Any] = {
        "row": row,
        "standing": standing,
        "lines": lines_of(row),
        "entries": entries_of(row),
        "bounced": set(row.entries.filter(reverses__isnull=False).values_list("reverses", flat=True)),
        "letters": documents_of(Overpayment, row.pk),
        "next_words": next_action(row, timezone.localdate()),
        "may_work": may_work,
        "may_ask": may_work and row.status in (Status.OPEN, Status.REQUESTED) and standing.open_amount > 0,
        "may_dispute": may_work and row.status == Status.REQUESTED,
        "may_uphold": may_work and row.status == Status.DISPUTED,
        "may_give_up": may_work and standing.open_amount > 0 and row.write_off_amount is None,
        "may_decide": scope.has_any(Role.TPA_MANAGER) and row.write_off_asked_by_id != scope.user_id,
        "today": timezone.localdate().isoformat(),
        "error": error,
        "typed": request.POST,
    }
    return screen(request, "claims/overpayment.html", context, status=status)


def _do(request: HttpRequest, scope: Scope, number: str) -> None:
    check_role(scope, *WORKERS)
    said = request.POST
    do = said.get("do", "")
    seen: dict[str, Any] = {"number": number, "revision": revision_of(said.get("revision", "")), "by": scope}
    because = said.get("because", "")
    if do == "request":
        request_overpayment(**seen)
    elif do == "dispute":
        dispute_overpayment(**seen, because=because)
    elif do == "uphold":
        uphold_overpayment(**seen, because=because)
    elif do == "refund":
        record_refund(
            **seen, amount=amount_of(said.get("amount", "")), check_number=said.get("check_number", ""),
            received_on=day_of(said.get("received_on", "")),
        )  # fmt: skip
    elif do == "bounce":
        bounce_refund(**seen, entry_id=revision_of(said.get("entry", "")), on=timezone.localdate(), because=because)
    elif do == "give_up":
        write_off_overpayment(**seen, amount=amount_of(said.get("amount", "")), because=because)
    elif do == "approve":
        approve_write_off(**seen)
    elif do == "refuse":
        refuse_write_off(**seen, because=because)
    else:
        raise Invalid("recoveries.unknown", _("There is nothing like that to do."))


def revision_of(text: str) -> int:
    """A whole number of a form. Raises Invalid."""
    if not text.isdigit() or len(text) > 18:
        raise Invalid("recoveries.unknown", _("There is nothing like that to do."))
    return int(text)


def amount_of(text: str) -> Decimal:
    """Dollars of a form. Raises Invalid."""
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**12:
        raise Invalid("recoveries.amount", _("An amount is more than zero and in whole cents."))
    return amount


def day_of(text: str) -> date:
    """A day of a form. Raises Invalid."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid("recoveries.day", _("Say on which day it came."))
    return day

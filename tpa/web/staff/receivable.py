"""One employer's receivables: the statement, open invoices, receipts, and what is done about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.billing.open_amounts import disputed, open_invoices
from tpa.billing.record_receipt import Pays, ReceiptWords, apply_receipt, record_receipt, unapplied
from tpa.billing.reverse_receipt import reverse_receipt
from tpa.billing.statement import statement_of, statement_pdf
from tpa.billing.write_off import ask_write_off
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import Receipt
from tpa.web.advice_download import advice_download
from tpa.web.typed import done, typed_amount, typed_date, typed_id

_READERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)


@requires(*_READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def receivable(request: HttpRequest, employer_id: int) -> HttpResponse:
    """GET shows, `?from=…&to=…` another period, `?as=pdf` the statement, `?as=820` what would pay it; POST books what
    `do` says."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _book(request, scope, employer_id)
    today = timezone.localdate()
    from_on = _day(request, "from") or today.replace(month=1, day=1)
    to_on = max(_day(request, "to") or today, from_on)
    if request.GET.get("as") == "820":
        return advice_download(request, scope, employer_id, back=reverse("tpa:receivable", args=[employer_id]))
    statement = statement_of(scope, employer_id, from_on=from_on, to_on=to_on)
    if request.GET.get("as") == "pdf":
        answer = HttpResponse(statement_pdf(statement), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="statement-{statement.code}-{to_on}.pdf"'
        answer["Cache-Control"] = "no-store, private"
        return answer
    receipts = list(Receipt.objects.visible_to(scope).filter(employer=employer_id).order_by("-received_on", "-pk")[:24])
    for receipt in receipts:
        receipt.left_amount = unapplied(receipt)  # type: ignore[attr-defined]
    taken_back = {one.reverses_id for one in receipts}
    is_open = open_invoices(scope, employer_id=employer_id)
    context: dict[str, Any] = {
        "employer_id": employer_id,
        "disputed_amount": disputed(is_open),
        "statement": statement,
        "invoices": [(one, one.late_days(today)) for one in is_open],
        "receipts": receipts,
        "taken_back": taken_back,
        "methods": Receipt.Method.choices,
        "today": today,
        "may_book": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "tpa/receivable.html", context)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def _book(request: HttpRequest, scope: Scope, employer_id: int) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    what = request.POST.get("do", "")
    actions = {"receipt": _receive, "apply": _apply, "reverse": _reverse, "write_off": _give_up}
    words = {
        "receipt": _("The receipt is booked."),
        "apply": _("The receipt is applied."),
        "reverse": _("The receipt is taken back."),
        "write_off": _("The write-off waits for approval."),
    }
    if what in actions:
        done(request, lambda: actions[what](request, scope, employer_id), words[what])
    return HttpResponseRedirect(reverse("tpa:receivable", args=[employer_id]))


def _pays(request: HttpRequest) -> tuple[Pays, ...]:
    """The invoices with an amount in their field; `short-…` says that the rest is no longer asked."""
    pays = []
    for name in request.POST:
        if name.startswith("pay-") and name[4:].isdigit() and request.POST[name].strip():
            because = request.POST.get("short_because", "") if f"short-{name[4:]}" in request.POST else ""
            pays.append(Pays(int(name[4:]), typed_amount(request, name), because))
    return tuple(pays)


def _receive(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    words = ReceiptWords(
        amount=typed_amount(request, "amount"),
        received_on=typed_date(request, "received_on"),
        bank_reference=request.POST.get("bank_reference", ""),
        method=request.POST.get("method", ""),
        pays=_pays(request),
    )
    record_receipt(employer_id=employer_id, words=words, by=scope.actor)


def _apply(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    apply_receipt(receipt_id=_receipt_id(request, employer_id), pays=_pays(request), by=scope.actor)


def _reverse(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    reverse_receipt(
        receipt_id=_receipt_id(request, employer_id),
        reversed_on=timezone.localdate(),
        because=request.POST.get("because", ""),
        by=scope.actor,
    )


def _receipt_id(request: HttpRequest, employer_id: int) -> int:
    """Of this employer, whatever the form says."""
    found = Receipt.objects.filter(pk=typed_id(request, "receipt"), employer=employer_id)
    return found.values_list("pk", flat=True).first() or 0


def _give_up(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    ask_write_off(
        invoice_id=typed_id(request, "invoice"),
        amount=typed_amount(request, "amount"),
        because=request.POST.get("because", ""),
        by=scope.actor,
    )

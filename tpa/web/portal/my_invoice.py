"""One of the employer's invoices: on screen, as PDF and as a spreadsheet; who stands behind each fee; disputes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.billing.dispute_line import dispute_line, left_of, withdraw_dispute, write_in_dispute
from tpa.billing.selectors import invoices_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen
from tpa.models import Invoice
from tpa.web.invoice_picture import InvoicePicture, invoice_picture
from tpa.web.typed import done, typed_amount, typed_id


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def my_invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """GET shows; the claims behind a line stay behind the wall, and the page says why. POST disputes a line, withdraws
    that, or writes about it (`do`): who is finance of the employer."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _dispute(request, scope, invoice_id)
    picture = invoice_picture(request, scope, invoice_id)
    if picture is None:
        raise Http404
    finance = scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE}))
    may_dispute = scope.has_any(Role.EMPLOYER_FINANCE) and finance.sees(picture.invoice.employer_id)
    context = {
        "picture": picture,
        "invoice": picture.invoice,
        "may_dispute": may_dispute,
        "left_amount": _left(picture) if may_dispute else ZERO,
    }
    return screen(request, "tpa/my_invoice.html", context)


def _left(picture: InvoicePicture) -> object:
    """What of the chosen line may be disputed; nothing of a credit, of what was given up, or while it is disputed."""
    chosen, invoice = picture.chosen, picture.invoice
    if chosen is None or invoice.kind != Invoice.Kind.INVOICE or invoice.status == Invoice.Status.WRITTEN_OFF:
        return ZERO
    return ZERO if getattr(chosen, "is_disputed", False) else max(left_of(chosen), ZERO)


def _dispute(request: HttpRequest, scope: Scope, invoice_id: int) -> HttpResponse:
    check_role(scope, Role.EMPLOYER_FINANCE)
    mine = scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE}))
    found = invoices_of(mine).filter(pk=invoice_id).first()
    if found is None:
        raise Http404
    actions = {"dispute": _open, "withdraw": _withdraw, "note": _write}
    words = {
        "dispute": _("The line is disputed; you are not reminded of it until it is answered."),
        "withdraw": _("The dispute is withdrawn."),
        "note": _("It is written; your administrator reads it."),
    }
    what = request.POST.get("do", "")
    if what in actions:
        done(request, lambda: actions[what](request, scope, found), words[what])
    return HttpResponseRedirect(reverse("tpa:my_invoice", args=[invoice_id]) + "#disputes")


def _open(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    dispute_line(
        invoice_id=found.pk,
        line_id=typed_id(request, "line"),
        amount=typed_amount(request, "amount"),
        because=request.POST.get("because", ""),
        by=scope.actor,
    )


def _dispute_id(request: HttpRequest, found: Invoice) -> int:
    """Of this invoice, whatever the form says."""
    disputes = found.disputes.filter(pk=typed_id(request, "dispute"))
    return disputes.values_list("pk", flat=True).first() or 0


def _withdraw(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    withdraw_dispute(dispute_id=_dispute_id(request, found), by=scope.actor)


def _write(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    text = request.POST.get("text", "")
    write_in_dispute(dispute_id=_dispute_id(request, found), text=text, is_from_employer=True, by=scope.actor)

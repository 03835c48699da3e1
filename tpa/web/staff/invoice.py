"""One invoice: each line goes down to its claims or members; it is corrected here, and disputes are answered."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.billing.answer_dispute import answer_dispute
from tpa.billing.dispute_line import write_in_dispute
from tpa.billing.issue_credit import issue_credit
from tpa.billing.issue_rebill import issue_rebill
from tpa.billing.selectors import invoices_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.bell import ring
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import Invoice
from tpa.tasks import write_invoices
from tpa.web.invoice_picture import invoice_picture
from tpa.web.typed import done, typed_amount, typed_id


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """GET shows, `?line=2` with what stands behind line 2; POST credits, bills again, or answers a dispute (`do`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _correct(request, scope, invoice_id)
    picture = invoice_picture(request, scope, invoice_id)
    if picture is None:
        raise Http404
    found, may_act = picture.invoice, scope.has_any(Role.TPA_MANAGER)
    context = {
        "picture": picture,
        "invoice": found,
        "may_answer": may_act,
        "may_correct": may_act
        and found.kind == Invoice.Kind.INVOICE
        and found.status == Invoice.Status.ISSUED
        and bool(picture.groups),
    }
    return screen(request, "tpa/invoice.html", context)


def _correct(request: HttpRequest, scope: Scope, invoice_id: int) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    found = invoices_of(scope).filter(pk=invoice_id).first()
    if found is None:
        raise Http404
    actions = {"credit": _credit, "rebill": _rebill, "answer": _answer, "note": _write}
    words = {
        "credit": _("The credit is issued; it stands below the invoice."),
        "rebill": _("It is billed again; the rebill stands below the invoice."),
        "answer": _("The dispute is answered; the employer reads it."),
        "note": _("It is written; the employer reads it."),
    }
    what = request.POST.get("do", "")
    if what in actions and done(request, lambda: actions[what](request, scope, found), words[what]):
        ring(write_invoices)
    return HttpResponseRedirect(reverse("tpa:invoice", args=[invoice_id]))


def _amounts(request: HttpRequest) -> dict[int, Decimal]:
    """The lines with an amount in their field."""
    names = [name for name in request.POST if name.startswith("line-") and request.POST[name].strip()]
    if any(not name[5:].isdigit() or len(name) > 23 for name in names):
        raise Invalid("web.id", _("Choose one."))
    return {int(name[5:]): typed_amount(request, name) for name in names}


def _credit(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    because = request.POST.get("because", "")
    issue_credit(invoice_id=found.pk, amounts=_amounts(request), because=because, by=scope.actor)


def _rebill(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    because = request.POST.get("because", "")
    issue_rebill(invoice_id=found.pk, amounts=_amounts(request), because=because, by=scope.actor)


def _dispute_id(request: HttpRequest, found: Invoice) -> int:
    """Of this invoice, whatever the form says."""
    disputes = found.disputes.filter(pk=typed_id(request, "dispute"))
    return disputes.values_list("pk", flat=True).first() or 0


def _answer(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    credited = request.POST.get("outcome") == "credit"
    answer_dispute(
        dispute_id=_dispute_id(request, found),
        answer=request.POST.get("answer", ""),
        credit_amount=typed_amount(request, "amount") if credited else Decimal("0.00"),
        by=scope.actor,
    )


def _write(request: HttpRequest, scope: Scope, found: Invoice) -> None:
    text = request.POST.get("text", "")
    write_in_dispute(dispute_id=_dispute_id(request, found), text=text, is_from_employer=False, by=scope.actor)

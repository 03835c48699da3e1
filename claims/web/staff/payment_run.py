"""One payment run: its payments, what each pays, and what was sent with them."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from claims.models import Claim, Payment, PaymentInstrument, PaymentItem, PaymentRun
from claims.payments.selectors import payments_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Document
from tpa.foundation.web.screens import page_of, screen


@require_safe
@requires(*CLAIMS_STAFF)
def payment_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """The run; with `?payment=` the claims of that payment."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    run = get_object_or_404(PaymentRun.objects.visible_to(scope).select_related("employer"), pk=run_id)
    payments = payments_of(scope, run_id=run.pk).annotate(item_count=Count("items"))
    page = page_of(payments, request, order=("pk",), size=50)
    papers: dict[int | None, list[Document]] = defaultdict(list)
    for document in Document.objects.filter(
        subject_type="claims.payment", subject_id__in=[payment.pk for payment in page.rows]
    ):
        papers[document.subject_id].append(document)
    went_out: dict[int, list[PaymentInstrument]] = defaultdict(list)
    for one in PaymentInstrument.objects.filter(payment__in=[payment.pk for payment in page.rows]).order_by("number"):
        went_out[one.payment_id].append(one)
    for payment in page.rows:
        payment.went_out = went_out[payment.pk]  # type: ignore[attr-defined]
        payment.papers = papers[payment.pk]  # type: ignore[attr-defined]
    context = {
        "run": run,
        "page": page,
        "run_papers": Document.objects.filter(subject_type="claims.paymentrun", subject_id=run.pk).order_by("pk"),
        "items": _items(request, scope, run),
    }
    return screen(request, "claims/payment_run.html", context)


def _items(request: HttpRequest, scope: Scope, run: PaymentRun) -> list[PaymentItem]:
    text = request.GET.get("payment", "")
    if not (text.isascii() and text.isdigit()):
        return []
    payment = Payment.objects.filter(run=run, pk=int(text)).first()
    if payment is None:
        return []
    items = list(payment.items.select_related("claim__member", "decision").defer("claim__submission")[:200])
    record_read(Subjects.rows(Claim, [item.claim_id for item in items]), by=scope.actor, purpose="payment_run")
    return items

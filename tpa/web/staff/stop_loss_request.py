"""One request to a stop-loss carrier: how its amount comes about, its packet, and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.transitions import permitted
from tpa.foundation.web.screens import page_of, screen
from tpa.models import StopLossRequest
from tpa.stoploss.answer_request import ANSWERS, answer_request
from tpa.stoploss.changed_since import changed_since
from tpa.stoploss.file_request import file_request
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement
from tpa.stoploss.selectors import claims_of_request, papers_of, requests_of
from tpa.stoploss.withdraw_request import withdraw_request
from tpa.web.staff.stop_loss import DESK

Status = StopLossRequest.Status
_PAYABLE = (Status.FILED, Status.APPEALED)


class ReceiptForm(forms.Form):
    """What the bank says came in."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=14, decimal_places=2)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    bank_reference = forms.CharField(label=gettext_lazy("Bank reference"), max_length=60)
    is_all = forms.BooleanField(label=gettext_lazy("The carrier says that is all"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-check-input" if name == "is_all" else "form-control"


@requires(*DESK, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_loss_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """GET shows; POST files it, books what came in, or says what the carrier or we decided."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    asked = get_object_or_404(requests_of(scope), pk=request_id)
    form = ReceiptForm(request.POST or None) if request.POST.get("do") == "receive" else _fresh(asked)
    if request.method == "POST" and _act(request, scope, asked, form):
        return HttpResponseRedirect(reverse("tpa:stop_loss_request", args=[asked.pk]))
    claims = page_of(claims_of_request(scope, asked.pk), request, order=("pk",), size=100)
    if asked.member_id is not None:
        about = Subjects("employers.member", (asked.member_id,), asked.employer_id)
        record_read(about, by=scope.actor, purpose="stop-loss request")
    may = permitted(asked)  # type: ignore[arg-type]
    context: dict[str, Any] = {
        "asked": asked,
        "excess_amount": max(asked.eligible_amount - asked.attachment_amount, 0),
        "left_amount": asked.requested_amount - asked.received_amount,  # type: ignore[attr-defined]
        "page": claims,
        "changed": changed_since(asked, on=timezone.localdate()),
        "receipts": asked.receipts.order_by("pk"),
        "papers": papers_of(scope, "tpa.stoplossrequest", [asked.pk]),
        "form": form,
        "may_act": scope.has_any(*DESK),
        "may_file": Status.FILED in may,
        "may_withdraw": Status.WITHDRAWN in may,
        "may_receive": asked.status in _PAYABLE,
        "answers": [(value, Status(value).label) for value in ANSWERS if value in may],
        "today": timezone.localdate(),
    }
    return screen(request, "tpa/stop_loss_request.html", context, status=400 if form.errors else 200)


def _fresh(asked: StopLossRequest) -> ReceiptForm:
    left = asked.requested_amount - asked.received_amount  # type: ignore[attr-defined]
    return ReceiptForm(initial={"amount": left, "received_on": timezone.localdate()})


def _act(request: HttpRequest, scope: Scope, asked: StopLossRequest, form: ReceiptForm) -> bool:
    """Do what the button says; False when the form must be shown again."""
    check_role(scope, *DESK)
    do, because = request.POST.get("do", ""), request.POST.get("because", "")
    try:
        if do == "file":
            file_request(request_id=asked.pk, filed_on=timezone.localdate(), by=scope.actor)
            messages.success(request, _("The request is filed."))
        elif do == "withdraw":
            withdraw_request(request_id=asked.pk, by=scope.actor, because=because)
            messages.success(request, _("The request is withdrawn; what it told may be told anew."))
        elif do == "receive":
            if not form.is_valid():
                return False
            record_reimbursement(request_id=asked.pk, receipt=BankReceipt(**form.cleaned_data), by=scope.actor)
            messages.success(request, _("The money is booked."))
        elif do in ANSWERS:
            answer_request(request_id=asked.pk, to=do, by=scope.actor, because=because)
            messages.success(request, _("Written down."))
    except DomainError as error:
        messages.error(request, str(error))
    return True

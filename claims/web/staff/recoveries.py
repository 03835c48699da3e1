"""The desk of recoveries: what is owed back, by whom, how old, how much, what is next; a form for what was found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.models import Overpayment
from claims.recoveries.cases import WORKERS
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.selectors import desk_totals, next_action, overpayments_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.web.screens import page_of, screen

FOUND = [choice for choice in Overpayment.Reason.choices if choice[0] != Overpayment.Reason.REVERSED]


class FoundForm(forms.Form):
    """What was paid too much for a claim, and why we think so."""

    claim_number = forms.CharField(label=gettext_lazy("Claim"), max_length=14)
    line_number = forms.IntegerField(label=gettext_lazy("Line, if one is meant"), min_value=1, required=False)
    amount = forms.DecimalField(label=gettext_lazy("Too much by"), max_digits=14, decimal_places=2)
    reason = forms.ChoiceField(label=gettext_lazy("What it is"), choices=FOUND)
    because = forms.CharField(label=gettext_lazy("Why, as the letter says it"), max_length=300)


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def recoveries(request: HttpRequest) -> HttpResponse:
    """GET shows, with `?status=` of one status; POST opens a case."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = FoundForm(request.POST or None)
    status = 200
    if request.method == "POST":
        made = _open(form, scope)
        if made is not None:
            messages.success(request, _("%(number)s is open.") % {"number": made.number})
            return HttpResponseRedirect(reverse("claims:overpayment", args=[made.number]))
        status = 422
    wanted = request.GET.get("status", "")
    wanted = wanted if wanted in Overpayment.Status.values else ""
    rows = overpayments_of(scope, status=wanted)
    if not wanted:
        rows = rows.exclude(status=Overpayment.Status.SETTLED)
    page = page_of(rows, request, order=("next_action_on", "pk"), size=40)
    record_read(Subjects.rows(Overpayment, [row.pk for row in page.rows]), by=scope.actor, purpose="recoveries")
    today = timezone.localdate()
    for row in page.rows:
        row.age_days = (today - timezone.localdate(row.opened_at)).days  # type: ignore[attr-defined]
        row.is_due = row.next_action_on <= today and row.status != Overpayment.Status.SETTLED  # type: ignore[attr-defined]
        row.next_words = next_action(row, today)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "wanted": wanted,
        "statuses": Overpayment.Status.choices,
        "totals": desk_totals(scope, today),
        "may_work": scope.has_any(*WORKERS),
    }
    return screen(request, "claims/recoveries.html", context, status=status)


def _open(form: FoundForm, scope: Scope) -> Overpayment | None:
    check_role(scope, *WORKERS)
    if not form.is_valid():
        return None
    said = form.cleaned_data
    line = FoundLine(said["claim_number"], said["amount"], said["line_number"])
    try:
        return open_overpayment(found=[line], reason=said["reason"], because=said["because"], by=scope)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None

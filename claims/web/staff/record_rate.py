"""The out-of-network rate of a line is recorded: agreed with the provider, or determined in a dispute."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.disputes.record_rate import AGREED, DETERMINED, OutOfNetworkRate, rates_recorded
from claims.disputes.record_rate import record_rate as record
from claims.models import Claim
from claims.packing import unpack_submission
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen


class RateForm(forms.Form):
    """So much for a line in all, and where that is written."""

    line_number = forms.TypedChoiceField(label=gettext_lazy("Line"), coerce=int)
    amount = forms.DecimalField(
        label=gettext_lazy("Rate for the line in all"), min_value=0, max_digits=14, decimal_places=2
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How it came about"),
        choices=[
            (AGREED, gettext_lazy("agreed with the provider")),
            (DETERMINED, gettext_lazy("determined in a dispute")),
        ],
    )
    because = forms.CharField(label=gettext_lazy("Where it is written"), max_length=280)

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["line_number"].choices = lines  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")


@requires(Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def record_rate(request: HttpRequest, claim_id: int) -> HttpResponse:
    """GET shows what was recorded with the form; POST records a rate and comes back."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    claim = Claim.objects.visible_to(scope).select_related("member", "employer").filter(pk=claim_id).first()
    if claim is None:
        raise Http404
    lines = [
        (line.number, f"{line.number}: {line.procedure_code or line.revenue_code}, {line.billed_amount}")
        for line in unpack_submission(claim.submission).lines
    ]
    form, status = RateForm(lines=lines), 200
    if request.method == "POST":
        form, status = RateForm(request.POST, lines=lines), 422
        if form.is_valid() and _record(form, claim_id, scope):
            messages.success(request, _("Recorded. A list of what was learned later pays the difference."))
            return HttpResponseRedirect(reverse("claims:record_rate", args=[claim_id]))
    record_read(claim, by=scope.actor, purpose="out-of-network rates")
    context = {"claim": claim, "form": form, "rates": rates_recorded(claim)}
    return screen(request, "claims/record_rate.html", context, status=status)


def _record(form: RateForm, claim_id: int, scope: Scope) -> bool:
    said = form.cleaned_data
    try:
        rate = OutOfNetworkRate(said["line_number"], said["amount"], said["how"])
        record(claim_id=claim_id, rate=rate, because=said["because"], by=scope)
    except DomainError as refused:
        form.add_error(None, str(refused))
    return form.is_valid()

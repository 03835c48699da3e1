"""What was agreed about taking money back, and a form for what is agreed next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.models import RecoveryTerms
from claims.recoveries.selectors import terms_for
from claims.recoveries.set_recovery_terms import TermsWords, set_recovery_terms
from employers.onboarding.selectors import employers_seen
from plans.networks.payees import payee_by_npi
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen

SETTERS = (Role.TPA_MANAGER,)


class TermsForm(forms.Form):
    """The agreement's words. Blank payee, state: any."""

    employer = forms.ChoiceField(label=gettext_lazy("Plan sponsor"))
    npi = forms.CharField(label=gettext_lazy("Only for the payee with this NPI"), max_length=10, required=False)
    state = forms.RegexField(r"^[A-Z]{2}$", label=gettext_lazy("Only for payees in this state"), required=False)
    source = forms.CharField(label=gettext_lazy("Agreement and section"), max_length=120)
    starts_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=gettext_lazy("No more from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    offset_allowed = forms.BooleanField(label=gettext_lazy("May be taken from payments"), required=False)
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days after the letter"), min_value=0, max_value=999, initial=30
    )
    answer_days = forms.IntegerField(label=gettext_lazy("Days to answer"), min_value=1, max_value=999, initial=30)
    follow_up_days = forms.IntegerField(
        label=gettext_lazy("Asked again after days"), min_value=1, max_value=999, initial=30
    )
    follows_state_law = forms.BooleanField(label=gettext_lazy("At least the days of the payee's state"), required=False)


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_terms(request: HttpRequest) -> HttpResponse:
    """GET shows the terms that stand; POST records others."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = TermsForm(request.POST or None)
    choices = [(str(one.employer_id), one.name) for one in employers_seen(scope)]
    form.fields["employer"].choices = choices  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        if _set(form, scope):
            messages.success(request, _("The terms are recorded."))
            return HttpResponseRedirect(reverse("claims:recovery_terms"))
        status = 422
    page = page_of(terms_for(scope), request, order=("-pk",), size=40)
    record_read(Subjects.rows(RecoveryTerms, [row.pk for row in page.rows]), by=scope.actor, purpose="recovery terms")
    context: dict[str, Any] = {"page": page, "form": form, "may_set": scope.has_any(*SETTERS)}
    return screen(request, "claims/recovery_terms.html", context, status=status)


def _set(form: TermsForm, scope: Scope) -> bool:
    check_role(scope, *SETTERS)
    if not form.is_valid():
        return False
    said = form.cleaned_data
    employer_id, npi = int(said.pop("employer")), said.pop("npi")
    payee_id = None
    if npi:
        payee_id = payee_by_npi(npi)
        if payee_id is None:
            form.add_error("npi", _("We know no payee with this NPI."))
            return False
    try:
        set_recovery_terms(employer_id=employer_id, words=TermsWords(payee_id=payee_id, **said), by=scope)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True

"""Third-party cases: accidents for which somebody else may answer, hints that no case has, and a form for a new one."""

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

from claims.models import Claim, Pend, ThirdPartyCase
from claims.recoveries.cases import WORKERS
from claims.recoveries.open_third_party_case import open_third_party_case
from claims.recoveries.set_subrogation_terms import SubrogationWords, set_subrogation_terms
from claims.recoveries.third_party_selectors import hints, is_due, liens_of, subrogation_terms, third_party_cases_of
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen


class AccidentForm(forms.Form):
    """Which claim points to it, when and how it happened."""

    claim_number = forms.CharField(label=gettext_lazy("A claim of the member"), max_length=14)
    accident_on = forms.DateField(
        label=gettext_lazy("Day of the accident"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=ThirdPartyCase.Kind.choices)
    because = forms.CharField(label=gettext_lazy("What points to it"), max_length=300)


class PlanWordsForm(forms.Form):
    """What a plan document says of it."""

    employer = forms.ChoiceField(label=gettext_lazy("Plan sponsor"))
    clause = forms.CharField(label=gettext_lazy("Clause of the plan document"), max_length=120)
    starts_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    fee_percent = forms.DecimalField(
        label=gettext_lazy("Kept by us, per cent"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        initial=0,
    )
    made_whole_applies = forms.BooleanField(label=gettext_lazy("Only after the member is made whole"), required=False)
    common_fund_applies = forms.BooleanField(label=gettext_lazy("Bears its part of the attorney's fee"), required=False)


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def third_parties(request: HttpRequest) -> HttpResponse:
    """GET shows, with `?status=` of one status; POST opens a case, or records what a plan says."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    is_terms = request.POST.get("do") == "terms"
    form = AccidentForm(None if is_terms else request.POST or None)
    words = PlanWordsForm(request.POST if is_terms else None)
    choices = [(str(one.employer_id), one.name) for one in employers_seen(scope)]
    words.fields["employer"].choices = choices  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        there = _set(words, scope) if is_terms else _open(form, scope)
        if there:
            messages.success(request, _("It is recorded."))
            return HttpResponseRedirect(there)
        status = 422
    wanted = request.GET.get("status", "")
    wanted = wanted if wanted in ThirdPartyCase.Status.values else ""
    rows = third_party_cases_of(scope, status=wanted)
    if not wanted:
        rows = rows.exclude(status=ThirdPartyCase.Status.CLOSED)
    page = page_of(rows, request, order=("next_action_on", "pk"), size=20)
    record_read(Subjects.rows(ThirdPartyCase, [row.pk for row in page.rows]), by=scope.actor, purpose="third parties")
    today = timezone.localdate()
    liens = liens_of(list(page.rows))
    for row in page.rows:
        row.lien_amount = liens[row.pk]  # type: ignore[attr-defined]
        row.is_due = is_due(row, today)  # type: ignore[attr-defined]
    pointing = list(hints(scope)[:20])
    record_read(Subjects.rows(Pend, [row.pk for row in pointing]), by=scope.actor, purpose="third parties")
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "words": words,
        "wanted": wanted,
        "statuses": ThirdPartyCase.Status.choices,
        "hints": pointing,
        "terms": subrogation_terms(scope).order_by("employer_id", "pk")[:60],
        "may_work": scope.has_any(*WORKERS),
        "may_set": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "claims/third_parties.html", context, status=status)


def _open(form: AccidentForm, scope: Scope) -> str:
    check_role(scope, *WORKERS)
    if not form.is_valid():
        return ""
    said = form.cleaned_data
    claim = Claim.objects.visible_to(scope).filter(claim_number=said.pop("claim_number")).only("member_id").first()
    if claim is None:
        form.add_error("claim_number", _("There is no such claim."))
        return ""
    try:
        made = open_third_party_case(member_id=claim.member_id, by=scope, **said)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return ""
    return reverse("claims:third_party", args=[made.number])


def _set(form: PlanWordsForm, scope: Scope) -> str:
    check_role(scope, Role.TPA_MANAGER)
    if not form.is_valid():
        return ""
    said = form.cleaned_data
    try:
        set_subrogation_terms(employer_id=int(said.pop("employer")), words=SubrogationWords(**said), by=scope)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return ""
    return reverse("claims:third_parties")

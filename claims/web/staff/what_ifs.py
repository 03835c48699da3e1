"""What if: ask what an employer's claims would have come to under other terms; what was asked so far."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.tasks import ring_for_what_if
from claims.trials.ask_what_if import ask_what_if
from claims.trials.propose import Asked
from claims.trials.selectors import what_ifs_of
from claims.trials.tried import StopLossTerms
from employers.onboarding.selectors import employers_seen
from plans.design.selectors import versions_listed
from plans.networks.selectors import network_codes, schedule_codes
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen

ASKERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)
_DAY = {"type": "date", "min": "1900-01-01"}
_AS_NOW = [("", gettext_lazy("as it is"))]


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2, required=False)


class WhatIfForm(forms.Form):
    """The period, and what is otherwise in it. What is left empty stays as it is."""

    employer = forms.TypedChoiceField(label=gettext_lazy("Employer"), coerce=int)
    name = forms.CharField(label=gettext_lazy("What it is about"), max_length=120)
    starts_on = forms.DateField(label=gettext_lazy("Services from"), widget=forms.DateInput(attrs=_DAY))
    last_on = forms.DateField(label=gettext_lazy("Services through"), widget=forms.DateInput(attrs=_DAY))
    version = forms.ChoiceField(label=gettext_lazy("Plan version"), required=False)
    of_all_plans = forms.BooleanField(label=gettext_lazy("for the claims of all plans"), required=False)
    network = forms.ChoiceField(label=gettext_lazy("In the place of network"), required=False)
    other_network = forms.ChoiceField(label=gettext_lazy("this network"), required=False)
    priced_network = forms.ChoiceField(label=gettext_lazy("Network priced otherwise"), required=False)
    schedule = forms.ChoiceField(label=gettext_lazy("by this fee schedule"), required=False)
    specific_amount = _amount(gettext_lazy("Specific deductible"))
    aggregate_amount = _amount(gettext_lazy("Aggregate attachment"))
    specific_now_amount = _amount(gettext_lazy("Specific deductible now"))
    aggregate_now_amount = _amount(gettext_lazy("Aggregate attachment now"))
    paid_through = forms.DateField(
        label=gettext_lazy("Paid through"), widget=forms.DateInput(attrs=_DAY), required=False
    )

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        networks = [*_AS_NOW, *((code, code) for code in network_codes())]
        self._choose("employer", [(one.employer_id, one.name) for one in employers_seen(scope)])
        self._choose("version", [*_AS_NOW, *versions_listed()])
        for name in ("network", "other_network", "priced_network"):
            self._choose(name, networks)
        self._choose("schedule", [*_AS_NOW, *((code, code) for code in schedule_codes())])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for one, other in (("network", "other_network"), ("priced_network", "schedule")):
            if bool(cleaned.get(one)) != bool(cleaned.get(other)):
                self.add_error(other, _("Choose both, or neither."))
        wants_terms = cleaned.get("specific_amount") is not None or cleaned.get("specific_now_amount") is not None
        if wants_terms and not cleaned.get("paid_through"):
            self.add_error("paid_through", _("Until when payments count."))
        return cleaned

    def asked(self) -> Asked:
        """What is to be tried."""
        said = self.cleaned_data
        plan, _colon, number = said["version"].partition(":")
        return Asked(
            starts_on=said["starts_on"],
            last_on=said["last_on"],
            plan=plan,
            version=int(number) if number else None,
            of_all_plans=said["of_all_plans"],
            networks={said["network"]: said["other_network"]} if said["network"] else {},
            schedules={said["priced_network"]: said["schedule"]} if said["priced_network"] else {},
            stop_loss=self._terms("specific_amount", "aggregate_amount"),
            stop_loss_now=self._terms("specific_now_amount", "aggregate_now_amount"),
        )

    def _terms(self, specific: str, aggregate: str) -> StopLossTerms | None:
        """Services of the period, paid from its first day on."""
        said = self.cleaned_data
        if said[specific] is None:
            return None
        return StopLossTerms(
            incurred_from=said["starts_on"],
            incurred_through=said["last_on"],
            paid_from=said["starts_on"],
            paid_through=said["paid_through"],
            specific_amount=said[specific],
            aggregate_amount=said[aggregate],
        )


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def what_ifs(request: HttpRequest) -> HttpResponse:
    """GET shows the list and the form; POST asks, and workers do the rest."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    may_ask = scope.has_any(*ASKERS)
    form = (
        WhatIfForm(scope, request.POST if request.method == "POST" else None)
        if may_ask or request.method == "POST"
        else None
    )
    if request.method == "POST" and form is not None:
        check_role(scope, *ASKERS)
        if form.is_valid():
            try:
                said = form.cleaned_data
                row = ask_what_if(employer_id=said["employer"], name=said["name"], asked=form.asked(), by=scope.actor)
            except DomainError as refusal:
                form.add_error(None, str(refusal.message))
            else:
                ring_for_what_if()
                return HttpResponseRedirect(reverse("claims:what_if", args=[row.pk]))
    page = page_of(what_ifs_of(scope).defer("answer"), request, order=("-pk",), size=30)
    status = 400 if form is not None and form.is_bound else 200
    return screen(request, "claims/what_ifs.html", {"form": form, "page": page}, status=status)

"""Authorizations: what was asked for and permitted, with what is left of each; and the form for a new request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.authorizations.request_authorization import REQUESTERS, AuthorizationRequest, request_authorization
from claims.authorizations.selectors import authorizations_of, balances_of, is_expired
from claims.models import Authorization
from employers.eligibility.selectors import members_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.web.screens import page_of, screen


class RequestForm(forms.Form):
    """What is asked for, for whom."""

    subscriber_number = forms.CharField(label=gettext_lazy("Subscriber number"), max_length=30)
    person_number = forms.CharField(label=gettext_lazy("Person"), max_length=4, initial="01")
    npi = forms.CharField(label=gettext_lazy("Provider's NPI, if one is meant"), max_length=10, required=False)
    code_from = forms.CharField(label=gettext_lazy("First code"), max_length=10)
    code_to = forms.CharField(label=gettext_lazy("Last code"), max_length=10, required=False)
    first_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    units_count = forms.DecimalField(label=gettext_lazy("Units"), max_digits=11, decimal_places=2)
    because = forms.CharField(label=gettext_lazy("Why"), max_length=300)
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent care"), required=False)


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def authorizations(request: HttpRequest) -> HttpResponse:
    """GET shows, with `?status=` of one status; POST writes a request down."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = RequestForm(request.POST or None)
    status = 200
    if request.method == "POST":
        made = _request(form, scope)
        if made is not None:
            messages.success(request, _("%(number)s is written down.") % {"number": made.number})
            return HttpResponseRedirect(reverse("claims:authorization", args=[made.number]))
        status = 422
    wanted = request.GET.get("status", "")
    wanted = wanted if wanted in Authorization.Status.values else ""
    page = page_of(authorizations_of(scope, status=wanted), request, order=("-pk",), size=40)
    record_read(Subjects.rows(Authorization, [row.pk for row in page.rows]), by=scope.actor, purpose="authorizations")
    balances = balances_of(page.rows)
    for row in page.rows:
        row.balance = balances[row.number]  # type: ignore[attr-defined]
        row.expired = is_expired(row)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "wanted": wanted,
        "statuses": Authorization.Status.choices,
        "may_request": scope.has_any(*REQUESTERS),
    }
    return screen(request, "claims/authorizations.html", context, status=status)


def _request(form: RequestForm, scope: Scope) -> Authorization | None:
    check_role(scope, *REQUESTERS)
    if not form.is_valid():
        return None
    said = form.cleaned_data
    member = (
        members_of(scope)
        .filter(family__subscriber_number=said.pop("subscriber_number"), person_number=said.pop("person_number"))
        .first()
    )
    if member is None:
        form.add_error("subscriber_number", _("There is no such member."))
        return None
    try:
        return request_authorization(asked=AuthorizationRequest(member_id=member.pk, **said), by=scope)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None

"""A contract is drafted: with whom, since when, in which terms. Fees and guarantees are added, then it is signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.onboarding.selectors import employers_seen
from tpa.contracts.draft_contract import ContractTerms
from tpa.contracts.draft_contract import draft_contract as draft
from tpa.contracts.terms import Terms
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.web.staff.contract_forms import DraftForm, as_typed_terms, month_after


@requires(Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_contract(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST drafts, or says what can not be and keeps what was typed."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    employers = [(one.employer_id, f"{one.name} ({one.code})") for one in employers_seen(scope)]
    if request.method != "POST":
        usual = as_typed_terms({name: getattr(Terms(), name) for name in Terms.__dataclass_fields__})
        first = {"starts_on": month_after(timezone.localdate())}
        return _page(request, DraftForm(initial=usual | first, employers=employers))
    form = DraftForm(request.POST, employers=employers)
    if form.is_valid():
        said = form.cleaned_data
        words: dict[str, Any] = {name: said[name] for name in ("number", "starts_on", "ends_on")}
        try:
            row = draft(
                employer_id=int(said["employer"]),
                terms=ContractTerms(**words, **form.terms()),
                by=scope.actor,
            )
        except DomainError as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, _("The contract is drafted; add its fees, then sign it."))
            return HttpResponseRedirect(reverse("tpa:contract", args=[row.pk]))
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    for field in form.fields.values():
        field.widget.attrs.setdefault("autocomplete", "off")
    return screen(request, "tpa/draft_contract.html", {"form": form}, status=status)

"""Licences: where we may serve, where we serve without, and what ends."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.eligibility.selectors import states_of_members
from tpa.contracts.licences import (
    ExemptionWords,
    LicenceWords,
    add_licence,
    record_exemption,
    states_without_licence,
)
from tpa.contracts.renewals import renewals_due
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import Contract, Licence, LicenceExemption
from tpa.web.typed import done, typed_amount, typed_date, typed_date_or_none


@requires(Role.TPA_MANAGER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def licences(request: HttpRequest) -> HttpResponse:
    """GET shows; POST records a licence, bond or exemption (`do`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _record(request, scope)
    today = timezone.localdate()
    exemptions = LicenceExemption.objects.visible_to(scope).select_related("employer").order_by("state", "pk")
    context: dict[str, Any] = {
        "today": today,
        "licences": Licence.objects.order_by("state", "kind", "-period", "pk"),
        "exemptions": exemptions,
        "renewals": renewals_due(scope, today),
        "gaps": _gaps(scope),
        "kinds": Licence.Kind.choices,
        "may_record": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "tpa/licences.html", context)


def _gaps(scope: Scope) -> list[tuple[Contract, list[str]]]:
    """Contracts in force with the states of their members in which we may not serve."""
    today = timezone.localdate()
    in_force = Contract.objects.visible_to(scope).filter(
        status=Contract.Status.IN_FORCE, kind=Contract.Kind.ADMINISTRATION, period__contains=today
    )
    found = []
    for contract in in_force.select_related("employer").order_by("number"):
        employer = contract.employer
        if employer is not None:
            states = {employer.state, *states_of_members(employer.pk, today)}
            if missing := states_without_licence(employer.pk, states, today):
                found.append((contract, missing))
    return found


def _record(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    if request.POST.get("do") == "exemption":
        done(request, lambda: _exempt(request, scope), _("The exemption is recorded."))
    else:
        done(request, lambda: _licence(request, scope), _("It is recorded."))
    return HttpResponseRedirect(reverse("tpa:licences"))


def _exempt(request: HttpRequest, scope: Scope) -> None:
    words = ExemptionWords(
        state=request.POST.get("state", ""),
        because=request.POST.get("because", ""),
        citation=request.POST.get("citation", ""),
        starts_on=typed_date(request, "starts_on"),
        ends_on=typed_date_or_none(request, "ends_on"),
    )
    record_exemption(words=words, by=scope.actor)


def _licence(request: HttpRequest, scope: Scope) -> None:
    kind = request.POST.get("kind", "")
    words = LicenceWords(
        kind=kind,
        state=request.POST.get("state", ""),
        number=request.POST.get("number", ""),
        issued_by=request.POST.get("issued_by", ""),
        starts_on=typed_date(request, "starts_on"),
        ends_on=typed_date_or_none(request, "ends_on"),
        report_on=typed_date_or_none(request, "report_on"),
        bond_amount=typed_amount(request, "bond_amount") if request.POST.get("bond_amount", "").strip() else None,
    )
    add_licence(words=words, by=scope.actor)

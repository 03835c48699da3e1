"""Licences: where we may serve, where we may not and what waits for it, their papers, and what ends."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.onboarding.selectors import employers_seen
from tpa.contracts.attach_document import MOST_BYTES, attach_document
from tpa.contracts.licences import ExemptionWords, LicenceWords, add_licence, record_exemption
from tpa.contracts.renewals import finish_renewal, renewals_due, tasks_of
from tpa.contracts.watch_states import states_barred, watch_states
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Document, Role
from tpa.foundation.web.screens import screen
from tpa.models import Contract, Licence, LicenceExemption
from tpa.web.typed import done, typed_amount, typed_date, typed_date_or_none, typed_id


@requires(Role.TPA_MANAGER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def licences(request: HttpRequest) -> HttpResponse:
    """GET shows; POST records a licence, bond or exemption, attaches a paper, or finishes a task (`do`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _record(request, scope)
    today = timezone.localdate()
    exemptions = LicenceExemption.objects.visible_to(scope).select_related("employer").order_by("state", "pk")
    context: dict[str, Any] = {
        "today": today,
        "licences": _licences(),
        "tasks": tasks_of(scope),
        "employers": employers_seen(scope),
        "exemptions": exemptions,
        "renewals": renewals_due(scope, today),
        "gaps": _gaps(scope, today),
        "kinds": Licence.Kind.choices,
        "may_record": scope.has_any(Role.TPA_MANAGER),
    }
    return screen(request, "tpa/licences.html", context)


def _licences() -> list[Licence]:
    """By state, each with its papers. Two queries."""
    rows = list(Licence.objects.order_by("state", "kind", "-period", "pk"))
    papers: dict[int | None, list[Document]] = defaultdict(list)
    for paper in Document.objects.filter(subject_type="tpa.licence").order_by("pk"):
        papers[paper.subject_id].append(paper)
    for row in rows:
        row.papers = papers[row.pk]  # type: ignore[attr-defined]
    return rows


def _gaps(scope: Scope, today: date) -> list[tuple[Contract, dict[str, int]]]:
    """Contracts in force with the states in which we may not serve, and how many covered members live there."""
    found = {number: states for (_employer, number), states in states_barred(today).items()}
    contracts = Contract.objects.visible_to(scope).filter(number__in=list(found)).select_related("employer")
    return [(contract, found[contract.number]) for contract in contracts.order_by("number")]


def _record(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)
    actions = {"exemption": _exempt, "licence": _licence, "paper": _attach, "finish": _finish}
    words = {
        "exemption": _("The exemption is recorded."),
        "licence": _("It is recorded."),
        "paper": _("The paper is attached."),
        "finish": _("The task is done."),
    }
    what = request.POST.get("do", "")
    if what in actions and done(request, lambda: actions[what](request, scope), words[what]):
        # What waited for it waits no more from now on.
        watch_states(on=timezone.localdate(), by=scope.actor)
    return HttpResponseRedirect(reverse("tpa:licences"))


def _finish(request: HttpRequest, scope: Scope) -> None:
    seen = tasks_of(scope).filter(pk=typed_id(request, "task")).values_list("pk", flat=True).first()
    finish_renewal(task_id=seen or 0, because=request.POST.get("because", ""), by=scope.actor)


def _attach(request: HttpRequest, scope: Scope) -> None:
    licence = Licence.objects.filter(pk=typed_id(request, "licence")).first()
    file = request.FILES.get("paper")
    if licence is None or file is None or file.size is None or file.size > MOST_BYTES:
        raise Invalid("contracts.paper", _("Attach a PDF of at most 20 MB."))
    attach_document(subject=licence, name=file.name or "", data=file.read(), by=scope.actor)


def _exempt(request: HttpRequest, scope: Scope) -> None:
    words = ExemptionWords(
        state=request.POST.get("state", ""),
        because=request.POST.get("because", ""),
        citation=request.POST.get("citation", ""),
        starts_on=typed_date(request, "starts_on"),
        ends_on=typed_date_or_none(request, "ends_on"),
        employer_id=typed_id(request, "employer") if request.POST.get("employer") else None,
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

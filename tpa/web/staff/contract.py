"""One contract: its terms and how they changed, fees, guarantees with their evidence, papers, and what we are paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.eligibility.selectors import states_of_members
from tpa.billing.compensation import Disclosure, disclosure_of
from tpa.contracts.attach_document import MOST_BYTES, attach_document
from tpa.contracts.compare_versions import term_name
from tpa.contracts.guarantee_flags import guarantee_flags
from tpa.contracts.licences import what_allows
from tpa.contracts.renewals import renewal_marks
from tpa.contracts.selectors import fees_of, limits_of, stages_of
from tpa.contracts.terms import Terms
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.documents.keep_document import documents_of
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import ApprovalLimit, Role
from tpa.foundation.templatetags.steward import money
from tpa.foundation.web.screens import screen
from tpa.models import Contract, ContractVersion, Guarantee, GuaranteeResult
from tpa.web.typed import done


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """GET shows, with `?result=3` what is behind a guarantee's result; POST attaches a paper. What is changed has
    a form of its own (`contract_work`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = get_object_or_404(Contract.objects.visible_to(scope).select_related("employer"), pk=contract_id)
    if request.method == "POST":
        check_role(scope, Role.TPA_MANAGER)
        done(request, lambda: _attach(request, scope, found), _("The paper is attached."))
        return HttpResponseRedirect(reverse("tpa:contract", args=[found.pk]))
    terms = found.versions.order_by("-starts_on")[0]
    guarantees = Guarantee.objects.filter(contract=found).order_by("section", "pk").prefetch_related("results")
    context: dict[str, Any] = {
        "contract": found,
        "terms": terms,
        "term_rows": _rows(terms),
        "governance": [(name, rows) for name, rows in _governance(terms) if rows],
        "stages": stages_of(scope, found)[::-1],
        "fees": fees_of(scope, found.pk),
        "limits": [(_role(limit.role), limit) for limit in limits_of(scope, found)],
        "roles": dict(Role.choices),
        "guarantees": [
            (one, sorted(one.results.all(), key=lambda result: result.starts_on, reverse=True), guarantee_flags(one))
            for one in guarantees
        ],
        "result": _result(request, found),
        "papers": documents_of(Contract, found.pk),
        "disclosure": _disclosure(scope, found),
        "may_attach": scope.has_any(Role.TPA_MANAGER),
        "may_change": scope.has_any(Role.TPA_MANAGER),
        "may_add": scope.has_any(Role.TPA_MANAGER) and found.status != Contract.Status.ENDED,
        "reports": found.reports.order_by("-due_on", "pk")[:24],
        "marks": renewal_marks(found),
        "today": timezone.localdate(),
        "states": _states(found),
        "closes": found.closes.order_by("-month_on").prefetch_related("invoices")[:24],
    }
    return screen(request, "tpa/contract.html", context)


def _rows(terms: ContractVersion) -> list[tuple[str, object]]:
    rows = []
    for name in Terms.__dataclass_fields__:
        if name not in ("scope", "governance"):
            value = getattr(terms, name)
            shown = (_("yes") if value else _("no")) if isinstance(value, bool) else value
            shown = money(value) if isinstance(value, Decimal) else shown
            rows.append(
                (term_name(name), ", ".join(map(str, shown)) or _("none") if isinstance(shown, list) else shown)
            )
    return rows


def _role(role: str) -> str:
    return _("the engine") if role == ApprovalLimit.ENGINE else str(Role(role).label)


def _governance(terms: ContractVersion) -> list[tuple[str, list[list[str]]]]:
    names = {
        "reports": _("Reports"),
        "committees": _("Committees"),
        "audit_rights": _("Audit rights"),
        "termination": _("Termination"),
    }
    return [(words, terms.governance.get(kind, [])) for kind, words in names.items()]


def _states(found: Contract) -> list[tuple[str, str]]:
    """The states that we serve in by it, each with what allows us to; blank where nothing does."""
    today = timezone.localdate()
    states = {found.employer.state, *states_of_members(found.employer.pk, today)}
    allowed = what_allows(found.employer.pk, states, today)
    return [(state, allowed.get(state, "")) for state in sorted(states) if state]


def _result(request: HttpRequest, found: Contract) -> GuaranteeResult | None:
    text = request.GET.get("result", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    results = GuaranteeResult.objects.filter(guarantee__contract=found).select_related("guarantee")
    return results.filter(pk=int(text)).first()


def _disclosure(scope: Scope, found: Contract) -> Disclosure | None:
    """This calendar year's; none before the law's figure is loaded, and none for an insurer: plans are told."""
    if found.employer.is_insurer:
        return None
    year = timezone.localdate().year
    try:
        return disclosure_of(scope, found, from_on=date(year, 1, 1), before=date(year + 1, 1, 1))
    except NotFound:
        return None


def _attach(request: HttpRequest, scope: Scope, found: Contract) -> None:
    file = request.FILES.get("paper")
    if file is None or file.size is None or file.size > MOST_BYTES:
        raise Invalid("contracts.paper", _("Attach a PDF of at most 20 MB."))
    attach_document(subject=found, name=file.name or "", data=file.read(), by=scope.actor)

"""One version of a plan: its document, its hash, and the scenarios that it must pass, with what came of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plans.design.proofs import last_proof, named_scenarios
from plans.models import PlanVersion, ScenarioProof
from tpa.foundation.access import STAFF, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen


@requires(*STAFF)
@require_safe
def plan_version(request: HttpRequest, version_id: int) -> HttpResponse:
    """As it was written; what claims were decided by."""
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), pk=version_id)
    proof = last_proof(version)
    context = {
        "version": version,
        "others": version.plan.versions.order_by("-number"),
        "proof": proof,
        "scenarios": _scenarios(version, proof),
        "may_publish": request.scope.has_any(Role.TPA_MANAGER),  # type: ignore[attr-defined]
        "is_draft": version.status == PlanVersion.Status.DRAFT,
    }
    return screen(request, "plans/plan_version.html", context)


def _scenarios(version: PlanVersion, proof: ScenarioProof | None) -> list[dict[str, Any]]:
    """Each scenario that was run, with the clauses that it shows and that name it; then those named and not there."""
    named: dict[str, list[str]] = {}
    for section, name in named_scenarios(version.document):
        named.setdefault(name, []).append(section)
    rows = [
        {
            "name": result["scenario"] or _("the text of the scenarios"),
            "clauses": list(dict.fromkeys([*result["clauses"], *filter(None, named.pop(result["scenario"], []))])),
            "differences": result["differences"],
            "verdict": "failed" if result["differences"] else "passed",
        }
        for result in (proof.results if proof else ())
    ]
    return rows + [
        {"name": name, "clauses": list(filter(None, sections)), "differences": [], "verdict": "missing"}
        for name, sections in named.items()
    ]

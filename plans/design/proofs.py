"""Scenarios that a version must pass before it is published: which are named, what proves them, what is missing.

They are run by the claims floor, which decides claims; this floor keeps what came of it, bound to the very wording and
scenarios that were tried, and publishes nothing without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from plans.design.selectors import plan_terms
from plans.design.terms import PlanTerms
from plans.models import PlanVersion, ScenarioProof
from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound


class ToProve(NamedTuple):
    """A version as it is tried."""

    version_id: int
    terms: PlanTerms
    scenarios: str


class Result(NamedTuple):
    """What came of one scenario: `differences` as (line of the text, what differs)."""

    scenario: str
    clauses: tuple[str, ...]
    differences: tuple[tuple[int, str], ...]


def version_to_prove(version_id: int) -> ToProve:
    """The draft with its terms and scenarios. Raises NotFound, and Conflict for what is no draft (any more)."""
    version = PlanVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise NotFound("plan.no_such_version", _("There is no such plan version."))
    if version.status != PlanVersion.Status.DRAFT:
        raise Conflict("plan.not_a_draft", _("Only a draft is proved: what is published was."), status=version.status)
    return ToProve(version.pk, plan_terms(version.content_hash), version.scenarios)


def record_proof(*, proved: ToProve, results: Sequence[Result], engine_version: str, by: Actor) -> ScenarioProof:
    """Keep what came of a version's scenarios."""
    failed = sum(bool(result.differences) for result in results)
    proof = ScenarioProof.objects.create(
        version_id=proved.version_id,
        content_hash=proved.terms.content_hash,
        scenarios_hash=hash_of(proved.scenarios),
        engine_version=engine_version,
        ran_at=timezone.now(),
        ran_by_id=by.user_id,
        passed_count=len(results) - failed,
        failed_count=failed,
        results=[result._asdict() for result in results],
    )
    audit.record("plans.scenarioproof.recorded", by=by, about=proof, detail={"failed": failed})
    return proof


def last_proof(version: PlanVersion) -> ScenarioProof | None:
    """The latest proof of this very wording and these very scenarios."""
    proofs = version.proofs.filter(content_hash=version.content_hash, scenarios_hash=hash_of(version.scenarios))
    return proofs.order_by("-pk").first()


def check_proof(version: PlanVersion) -> None:
    """Raises Invalid when a scenario of the version fails, was not run, or is named and not there."""
    named = dict.fromkeys(name for _section, name in named_scenarios(version.document))
    if not named and not version.scenarios:
        return
    proof = last_proof(version)
    if proof is None:
        raise Invalid("plan.scenarios_not_run", _("Its scenarios were not run on this wording."))
    failing = [result["scenario"] for result in proof.results if result["differences"]]
    if failing:
        raise Invalid("plan.scenarios_fail", _("A scenario fails: %(name)s") % {"name": failing[0]}, scenarios=failing)
    missing = [name for name in named if name not in {result["scenario"] for result in proof.results}]
    if missing:
        raise Invalid(
            "plan.scenarios_missing",
            _("The document names a scenario that is not there: %(name)s") % {"name": missing[0]},
            scenarios=missing,
        )


def named_scenarios(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(section, scenario) as the document names them; those of the whole plan have a blank section."""
    for named in document.get("scenarios", ()):
        if isinstance(named, str):
            yield "", named
        else:
            yield from ((named["section"], name) for name in named["shown_by"])


def hash_of(scenarios: str) -> str:
    """What binds a proof to the scenarios' text."""
    return hashlib.sha256(scenarios.encode()).hexdigest()

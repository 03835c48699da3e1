"""Runs the scenarios of a plan version and has the result kept; without a proof it can not be published."""

from __future__ import annotations

from claims.adjudication.engine.adjudicate import ENGINE_VERSION
from claims.simulation.run_scenarios import run_loaded
from claims.simulation.scenarios import read_scenarios
from plans.design.proofs import Result, record_proof, version_to_prove
from plans.design.publish_plan_version import publish_plan_version
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def prove_plan_version(*, version_id: int, by: Actor) -> tuple[Result, ...]:
    """Run all scenarios of a version on its wording and keep what came of each; text that is none is kept as one that
    fails. Raises NotFound."""
    proved = version_to_prove(version_id)
    results: tuple[Result, ...] = ()
    if proved.scenarios.strip():
        try:
            results = tuple(
                Result(ran.scenario, ran.clauses, tuple((one.line, one.what) for one in ran.differences))
                for ran in run_loaded(read_scenarios(proved.scenarios, "scenarios", proved.terms))
            )
        except Invalid as refusal:
            results = (Result("", (), ((int(refusal.extra.get("line", 1)), str(refusal.message)),)),)
    record_proof(proved=proved, results=results, engine_version=ENGINE_VERSION, by=by)
    return results


def prove_and_publish(*, version_id: int, by: Actor, because: str = "") -> None:
    """Run its scenarios with the present engine and publish it if all pass. Raises Invalid when one fails."""
    prove_plan_version(version_id=version_id, by=by)
    publish_plan_version(version_id=version_id, by=by, because=because)

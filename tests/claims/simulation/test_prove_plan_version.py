"""A plan version is published only on a proof that its scenarios pass, made on its very wording."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction

from claims.adjudication.engine.adjudicate import ENGINE_VERSION
from claims.simulation.prove_plan_version import prove_and_publish, prove_plan_version
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import PlanVersion, ScenarioProof
from tests.factories.plans import make_plan
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
PLAN = (Path(__file__).parents[3] / "plans" / "design" / "demo" / "cascade-ppo.yaml").read_text()
VISIT = """
network: evergreen
scenarios:
  - scenario: A visit costs its copay
    clause: "5.1"
    claims:
      - on: 2026-03-04
        lines:
          - {code: 99213, billed: 180, price: 120}
        expect:
          lines:
            - {copay: 30, paid: 90}
"""
NAMED = PLAN + '\nscenarios: ["A visit costs its copay", {section: "5.1", shown_by: [A visit costs its copay]}]\n'


def _draft(source: str = PLAN, scenarios: str = VISIT) -> PlanVersion:
    load_parameters()
    return draft_plan_version(plan_id=make_plan("cascade-ppo").pk, source=source, scenarios=scenarios, by=BY)


def _refusal(version: PlanVersion) -> str:
    with pytest.raises(Invalid) as refused, transaction.atomic():
        publish_plan_version(version_id=version.pk, by=BY)
    version.refresh_from_db()
    assert version.status == "draft"
    return refused.value.code


def test_scenarios_that_were_not_run_hold_it_back() -> None:
    version = _draft()
    assert _refusal(version) == "plan.scenarios_not_run"
    assert [result.differences for result in prove_plan_version(version_id=version.pk, by=BY)] == [()]
    assert publish_plan_version(version_id=version.pk, by=BY).status == "published"


def test_one_that_fails_holds_it_back_and_is_kept_line_by_line() -> None:
    version = _draft(scenarios=VISIT.replace("copay: 30", "copay: 25"))
    prove_plan_version(version_id=version.pk, by=BY)
    assert _refusal(version) == "plan.scenarios_fail"
    proof = ScenarioProof.objects.get()
    assert (proof.passed_count, proof.failed_count, proof.engine_version) == (0, 1, ENGINE_VERSION)
    [result] = proof.results
    assert result["scenario"] == "A visit costs its copay"
    assert result["clauses"] == ["5.1"]
    assert result["differences"] == [[12, "C1 line 1 copay: 25 expected, is 30.00"]]


def test_a_proof_of_another_wording_is_none() -> None:
    version = _draft()
    prove_plan_version(version_id=version.pk, by=BY)
    version.scenarios = VISIT.replace("copay: 30", "copay: 25")
    version.save()
    assert _refusal(version) == "plan.scenarios_not_run"


def test_a_clause_that_names_what_is_not_there_holds_it_back() -> None:
    version = _draft(source=NAMED.replace("shown_by: [A visit", "shown_by: [No visit"))
    prove_plan_version(version_id=version.pk, by=BY)
    assert _refusal(version) == "plan.scenarios_missing"


def test_named_and_passed_it_is_published() -> None:
    version = _draft(source=NAMED)
    prove_and_publish(version_id=version.pk, by=BY)
    version.refresh_from_db()
    assert version.status == "published"


def test_a_document_that_names_scenarios_needs_them() -> None:
    version = _draft(source=NAMED, scenarios="")
    assert _refusal(version) == "plan.scenarios_not_run"
    prove_plan_version(version_id=version.pk, by=BY)
    assert _refusal(version) == "plan.scenarios_missing"


def test_text_that_is_no_scenario_fails_with_its_line() -> None:
    version = _draft(scenarios=VISIT.replace("billed: 180", "bilt: 180"))
    [result] = prove_plan_version(version_id=version.pk, by=BY)
    assert result.differences[0][0] == 9
    assert "bilt" in result.differences[0][1]
    assert _refusal(version) == "plan.scenarios_fail"


def test_without_scenarios_nothing_is_asked() -> None:
    version = _draft(scenarios="")
    assert publish_plan_version(version_id=version.pk, by=BY).status == "published"


def test_the_scenarios_of_a_published_version_never_change() -> None:
    version = _draft()
    prove_and_publish(version_id=version.pk, by=BY)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(scenarios="")
    with pytest.raises(Conflict):
        prove_plan_version(version_id=version.pk, by=BY)
    with pytest.raises(DatabaseError), transaction.atomic():
        ScenarioProof.objects.update(failed_count=0)


def test_the_command_drafts_proves_and_publishes(tmp_path: Path) -> None:
    load_parameters()
    make_plan("cascade-ppo")
    plan, scenarios = tmp_path / "plan.yaml", tmp_path / "scenarios.yaml"
    plan.write_text(NAMED)
    scenarios.write_text(VISIT)
    out = StringIO()
    call_command("draft_plan_version", str(plan), "--scenarios", str(scenarios), "--publish", stdout=out)
    assert out.getvalue().endswith("ok    A visit costs its copay\npublished\n")
    scenarios.write_text(VISIT.replace("copay: 30", "copay: 25"))
    with pytest.raises(CommandError) as failed:
        call_command("draft_plan_version", str(plan), "--scenarios", str(scenarios), stdout=out)
    assert failed.value.returncode == 1
    assert "line 12: C1 line 1 copay: 25 expected, is 30.00" in out.getvalue()
    scenarios.unlink()
    with pytest.raises(CommandError, match="No such file"):
        call_command("draft_plan_version", str(plan), "--scenarios", str(scenarios), stdout=out)

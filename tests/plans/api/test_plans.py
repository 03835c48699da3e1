"""/api/v1/plans and /networks: published versions with their documents, who takes part on a day; staff only."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from plans.models import PlanVersion
from tests.factories.api import make_caller
from tests.factories.plans import make_network, make_participation, make_plan, make_provider, make_schedule
from tpa.foundation.api import rate_limits
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
AT = datetime(2025, 12, 1, tzinfo=UTC)
DEMO = Path(__file__).parents[3] / "plans" / "design" / "demo"


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch):
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


def make_version(plan, number, status):
    return PlanVersion.objects.create(
        plan=plan,
        number=number,
        status=status,
        status_at=AT,
        effective=(date(2026 + number, 1, 1), date(2027 + number, 1, 1)),
        source="plan: gold",
        document={"plan": plan.code},
        content_hash=f"{number:064}",
        published_at=None if status == "draft" else AT,
    )


def test_published_versions_are_read_and_drafts_are_not():
    plan = make_plan("gold")
    make_version(plan, 1, "published")
    make_version(plan, 2, "draft")
    caller = make_caller(Role.EXAMINER)
    assert caller.get("plans").json()["items"] == [{"code": "gold", "name": "gold"}]
    [version] = caller.get("plans/gold").json()["versions"]
    assert (version["number"], version["starts_on"], version["last_on"]) == (1, "2027-01-01", "2027-12-31")
    assert caller.get("plans/gold/versions/1").json()["document"] == {"plan": "gold"}
    for unknown in ("plans/gold/versions/2", "plans/gold/versions/99999999999", "plans/silver"):
        assert caller.get(unknown).status_code == 404


def test_the_form_of_a_plan_document_is_told_to_everybody():
    body = make_caller(Role.PARTNER).get("plan-document-schema").json()
    assert body["title"] == "Plan document"
    assert body["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_who_takes_part_on_a_day():
    network, provider, schedule = make_network("lakes"), make_provider(), make_schedule("lakes-2026")
    make_participation(provider, network, schedule, ends_on=date(2026, 7, 1))
    caller = make_caller(Role.SETUP)
    assert caller.get("networks").json()["items"] == [{"code": "lakes", "name": "lakes"}]
    [found] = caller.get("networks/lakes/providers?on=2026-06-30").json()["items"]
    assert (found["npi"], found["fee_schedule"], found["last_on"]) == (provider.npi, "lakes-2026", "2026-06-30")
    assert caller.get("networks/lakes/providers?on=2026-07-01").json()["items"] == []
    assert caller.get(f"networks/lakes/providers?on=2026-06-30&npi={provider.npi}").json()["items"] == [found]
    assert caller.get("networks/lakes/providers?npi=12").status_code == 400
    assert caller.get("networks/woods/providers").status_code == 404


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE])
def test_others_read_no_plans(role):
    make_plan("gold")
    caller = make_caller(role, employer_id=7)
    for door in ("plans", "plans/gold", "plans/gold/versions/1", "networks", "networks/lakes/providers"):
        assert caller.get(door).status_code == 403


def test_a_version_is_drafted_and_faults_are_told_with_their_places():
    plan = make_plan("cascade-ppo")
    caller = make_caller(Role.SETUP)
    source = (DEMO / "cascade-ppo.yaml").read_text()

    def draft(document, code="cascade-ppo"):
        return caller.post(f"plans/{code}/versions", json.dumps({"document": document}))

    made = draft(source)
    assert (made.status_code, made.json()["number"], made.json()["status"]) == (201, 1, "draft")
    assert plan.versions.get().source == source
    refused = draft(source.replace("copay: 30", "copay: thirty", 1))
    assert (refused.status_code, refused.json()["code"]) == (422, "plan.invalid_document")
    [fault] = refused.json()["errors"]
    assert fault["pointer"] == "#/document"
    assert fault["detail"].startswith("line 100, benefits[5].pays.in[0].copay: ")
    [unreadable] = draft("plan: [").json()["errors"]
    assert unreadable["detail"].startswith("line 1: ")
    assert draft("plan: \u0091").json()["code"] == "yaml.unreadable"
    assert draft(source, code="none").status_code == 404
    make_plan("other")
    assert draft(source, code="other").json()["code"] == "plan.other_plan"
    assert plan.versions.count() == 1
    assert make_caller(Role.EXAMINER).post("plans/cascade-ppo/versions", "{}").status_code == 403

"""A plan version by the API, from its document to its publication: no step without the gate before it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plans.models import PlanVersion
from tests.claims.simulation.test_prove_plan_version import VISIT, _draft
from tests.factories.api import Caller, make_caller
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Caller:
    return make_caller(Role.TPA_MANAGER)


def post(caller: Caller, address: str, **said: Any) -> Any:
    return caller.post(address, json.dumps(said))


def test_a_draft_is_proved_and_published(manager: Caller) -> None:
    first = _draft()
    code = first.plan.code
    made = post(manager, f"plans/{code}/versions", document=first.source, scenarios=VISIT)
    assert made.status_code == 201
    number = made.json()["number"]
    assert (number, made.json()["status"]) == (first.number + 1, "draft")
    proof = post(manager, f"plans/{code}/versions/{number}/proof").json()
    assert (proof["passes"], [one["scenario"] for one in proof["scenarios"]]) == (True, ["A visit costs its copay"])
    assert post(manager, f"plans/{code}/versions/{number}/publication", because="renewal").status_code == 200
    assert PlanVersion.objects.get(number=number).status == "published"
    again = post(manager, f"plans/{code}/versions/{number}/publication")
    assert (again.status_code, again.json()["code"]) == (409, "plan.not_a_draft")


def test_a_scenario_that_fails_holds_it_back(manager: Caller) -> None:
    version = _draft(scenarios=VISIT.replace("copay: 30", "copay: 25"))
    address = f"plans/{version.plan.code}/versions/{version.number}"
    proof = post(manager, f"{address}/proof").json()
    assert not proof["passes"]
    assert proof["scenarios"][0]["differences"] == [{"line": 12, "what": "C1 line 1 copay: 25 expected, is 30.00"}]
    refused = post(manager, f"{address}/publication")
    assert (refused.status_code, refused.json()["code"]) == (422, "plan.scenarios_fail")
    version.refresh_from_db()
    assert version.status == "draft"


def test_who_may_and_what_is_not_there(manager: Caller) -> None:
    version = _draft()
    address = f"plans/{version.plan.code}/versions/{version.number}/publication"
    assert post(make_caller(Role.SETUP), address).status_code == 403
    assert post(manager, f"plans/{version.plan.code}/versions/99/proof").status_code == 404

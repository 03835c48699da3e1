"""/api/v1/reprocessings: a list is asked for, read with its claims, approved or declined."""

from __future__ import annotations

import json

import pytest

from claims.models import Reprocessing
from tests.factories.api import make_caller
from tests.factories.screens import make_claim, make_reprocessing, make_world
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_a_list_is_asked_for_read_and_answered() -> None:
    world = make_world()
    claim = make_claim(world, world.members[0], status="paid")
    manager, examiner = make_caller(Role.TPA_MANAGER), make_caller(Role.EXAMINER)
    asked = {"employer": f"employer_{world.employer.pk}", "since": "2026-01-01T00:00:00Z", "because": "late files"}
    assert examiner.post("reprocessings", json.dumps(asked)).status_code == 403
    made = manager.post("reprocessings", json.dumps(asked))
    assert (made.status_code, made.json()["status"]) == (201, "preparing")
    assert manager.get(made["Location"]).json() == made.json()
    assert manager.post("reprocessings", json.dumps(asked | {"since": "2100-01-01T00:00:00Z"})).status_code == 422
    row = make_reprocessing(claim)
    [read, _asked] = manager.get("reprocessings").json()["items"]
    assert (read["claim_count"], read["plan_paid_change_amount"]) == (1, "-87.40")
    [listed] = manager.get(f"reprocessings/{read['id']}/claims").json()["items"]
    assert (listed["claim_number"], listed["why"]) == (claim.claim_number, ["coverages"])
    answer = json.dumps({"revision": row.revision, "because": "as the employer wishes"})
    assert examiner.post(f"reprocessings/{read['id']}/approval", answer).status_code == 403
    declined = manager.post(f"reprocessings/{read['id']}/refusal", answer)
    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    assert manager.post(f"reprocessings/{read['id']}/approval", answer).status_code == 409
    approved = make_reprocessing(claim)
    said = json.dumps({"revision": approved.revision, "because": "checked"})
    assert manager.post(f"reprocessings/reprocessing_{approved.pk}/approval", said).json()["status"] == "approved"
    assert Reprocessing.objects.get(pk=approved.pk).pieces_due_count == 1

"""/api/v1/stop-loss: windows with both days, requests with what came in; persons for staff only."""

from __future__ import annotations

import pytest

from tests.factories.api import make_caller
from tests.factories.screens import make_stop_loss, make_world
from tpa.foundation.api import rate_limits
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


def test_staff_read_policies_notices_and_requests() -> None:
    world = make_world()
    policy, asked = make_stop_loss(world)
    caller = make_caller(Role.TPA_MANAGER)
    (found,) = caller.get("stop-loss/policies").json()["items"]
    assert found["term"] == {"first_on": "2026-01-01", "last_on": "2026-12-31"}
    (coverage,) = found["coverages"]
    assert coverage["paid"] == {"first_on": "2026-01-01", "last_on": "2027-03-31"}
    (request,) = caller.get(f"stop-loss/requests?policy=policy_{policy.pk}").json()["items"]
    assert (request["requested_amount"], request["received_amount"]) == ("620.00", "0.00")
    (notice,) = caller.get("stop-loss/notices").json()["items"]
    assert notice["member"] == f"member_{world.members[0].pk}"
    assert AuditEvent.objects.filter(action="employers.member.read").exists()
    assert caller.get(f"stop-loss/policies/policy_{policy.pk}/standings").json()["items"] == []
    assert caller.get(f"stop-loss/requests/request_{asked.pk}/claims").json()["items"] == []


def test_employers_read_their_own_and_no_persons() -> None:
    world, other = make_world(), make_world("Bayside Logistics")
    policy, asked = make_stop_loss(world)
    make_stop_loss(other)
    caller = make_caller(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)
    assert [one["number"] for one in caller.get("stop-loss/policies").json()["items"]] == [policy.number]
    (request,) = caller.get("stop-loss/requests").json()["items"]
    assert request["number"] == asked.number
    assert "member" not in request
    assert caller.get("stop-loss/notices").status_code == 403
    assert caller.get(f"stop-loss/policies/policy_{policy.pk}/standings").status_code == 403

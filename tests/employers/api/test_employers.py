"""/api/v1/employers and /coverages: everybody their own, who is covered on a day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.api import make_caller
from tests.factories.employers import make_coverage, make_division, make_employer, make_family, make_member, offer
from tpa.foundation.api import rate_limits
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch):
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture
def employer():
    return make_employer(name="Harbor Tool Works")


def ids(answer):
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.EXAMINER, 2), (Role.EMPLOYER_HR, 1), (Role.EMPLOYER_FINANCE, 1), (Role.PARTNER, None)]
)
def test_everybody_lists_their_own(employer, role, sees):
    other = make_employer()
    caller = make_caller(role, employer_id=employer.pk)
    answer = caller.get("employers")
    if sees is None:
        assert answer.status_code == 403
        return
    assert len(ids(answer)) == sees
    assert caller.get(f"employers/employer_{employer.pk}").status_code == 200
    assert caller.get(f"employers/employer_{other.pk}").status_code == (200 if sees == 2 else 404)


def test_divisions_and_plans_stand_with_the_employer(employer):
    make_division(employer, "EAST")
    plan = offer(employer, starts_on=date(2026, 1, 1))
    body = make_caller(Role.EXAMINER).get(f"employers/employer_{employer.pk}").json()
    assert body["divisions"] == [{"code": "EAST", "name": "East"}]
    assert body["plans"] == [{"plan": plan.code, "name": plan.name, "starts_on": "2026-01-01", "last_on": None}]


def test_who_is_covered_on_a_day(employer):
    plan = offer(employer)
    member = make_member(make_family(employer))
    make_coverage(member, plan, tier="FAM")
    stranger = make_member()
    make_coverage(stranger, plan)
    caller = make_caller(Role.EMPLOYER_HR, employer_id=employer.pk)
    [coverage] = caller.get("coverages?on=2026-12-31").json()["items"]
    assert (coverage["member"], coverage["plan"], coverage["tier"]) == (f"member_{member.pk}", plan.code, "FAM")
    assert (coverage["starts_on"], coverage["last_on"]) == ("2026-01-01", "2026-12-31")
    assert caller.get("coverages?on=2027-01-01").json()["items"] == []
    assert caller.get("coverages?on=2026-12-31&plan=another").json()["items"] == []
    assert caller.get(f"coverages?on=2026-12-31&employer=employer_{stranger.employer_id}").json()["items"] == []
    assert len(make_caller(Role.AUDITOR).get("coverages?on=2026-12-31").json()["items"]) == 2
    events = AuditEvent.objects.filter(action="employers.member.read").order_by("id")
    assert sorted(events.last().subject_ids) == [member.pk, stranger.pk]
    assert events.first().subject_ids == [member.pk]


def test_a_clearinghouse_that_sends_for_all_reads_nobody(employer):
    member = make_member(make_family(employer))
    caller = make_caller(Role.PARTNER)
    for door in ("members", f"members/member_{member.pk}", f"members/member_{member.pk}/coverages", "coverages"):
        answer = caller.get(door)
        assert (answer.status_code, answer.json()["code"]) == (403, "member.no_employer")
    assert make_caller(Role.PARTNER, employer_id=employer.pk).get("members").status_code == 200


def test_a_whole_social_security_number_needs_a_right_of_its_own(employer):
    member = make_member(make_family(employer), ssn="219099999")
    without = make_caller(Role.EXAMINER).get(f"members/member_{member.pk}")
    assert "ssn" not in without.json()
    assert b"219099999" not in without.content
    caller = make_caller(Role.EXAMINER, sees_ssn=True)
    assert caller.get(f"members/member_{member.pk}").json()["ssn"] == "219099999"
    assert AuditEvent.objects.filter(action="employers.member.read").latest("id").fields == ["ssn"]
    assert b"219099999" not in caller.get("members").content

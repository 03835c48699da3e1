"""/api/v1/members: who may read whom, what is told, that reading is recorded."""

from __future__ import annotations

import pytest
from django.test import Client

from employers.models import Coverage
from tests.factories.employers import make_coverage, make_member, make_other_coverage
from tests.factories.plans import make_plan
from tests.factories.users import make_user
from tpa.foundation import api_keys
from tpa.foundation.api import rate_limits
from tpa.foundation.audit import Actor
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db
MEMBERS = "/api/v1/members"


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch):
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture
def member():
    member = make_member(ssn="219099999")
    make_coverage(member, make_plan("gold"), tier="FAM")
    make_other_coverage(member)
    return member


def call(role: str, address: str = MEMBERS, *, employer_id: int | None = None, scopes=("members:read",)):
    user = make_user(role, employer_id=employer_id)
    secret = api_keys.issue(user=user, name="test", scopes=scopes, by=Actor.system("test"))[1]
    return Client().get(address, headers={"Authorization": f"Bearer {secret}"})


def test_a_member_is_told_with_coverage_and_without_the_ssn(member):
    answer = call(Role.EXAMINER, f"{MEMBERS}/member_{member.pk}")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["subscriber_number"]) == (f"member_{member.pk}", member.family.subscriber_number)
    [coverage] = body["coverages"]
    assert coverage | {"recorded_at": ""} == {
        "plan": "gold",
        "tier": "FAM",
        "division": "",
        "starts_on": "2026-01-01",
        "last_on": "2026-12-31",
        "recorded_at": "",
    }
    assert body["other_coverages"][0]["pays_first"] is True
    assert "219099999" not in answer.content.decode()


@pytest.mark.parametrize(("role", "sees"), [(Role.EXAMINER, 2), (Role.EMPLOYER_HR, 1), (Role.PARTNER, 1)])
def test_everybody_lists_their_own(member, role, sees):
    make_member()
    answer = call(role, employer_id=member.employer_id)
    assert len(answer.json()["items"]) == sees


@pytest.mark.parametrize("role", [Role.EMPLOYER_HR, Role.PARTNER])
def test_another_employers_member_does_not_exist(member, role):
    other = make_member()
    for address in (f"{MEMBERS}/member_{member.pk}", f"{MEMBERS}/member_{member.pk}/coverages", f"{MEMBERS}/member_0"):
        answer = call(role, address, employer_id=other.employer_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "member.unknown")


@pytest.mark.parametrize("role", [Role.EMPLOYER_FINANCE, Role.SETUP])
def test_who_has_no_business_with_members_is_refused(member, role):
    assert call(role, employer_id=member.employer_id).status_code == 403


def test_a_key_for_something_else_is_refused(member):
    assert call(Role.EXAMINER, scopes=("claims:read",)).status_code == 403


def test_the_list_is_narrowed(member):
    make_member()
    for query in (
        f"subscriber_number={member.family.subscriber_number}",
        f"group_number={member.employer.code}",
        "covered_on=2026-05-01",
    ):
        items = call(Role.EXAMINER, f"{MEMBERS}?{query}").json()["items"]
        assert [item["id"] for item in items] == [f"member_{member.pk}"], query
    assert call(Role.EXAMINER, f"{MEMBERS}?covered_on=2027-05-01").json()["items"] == []
    assert call(Role.EXAMINER, f"{MEMBERS}?colour=red").status_code == 400


def test_coverage_can_be_read_as_it_was_known(member):
    Coverage.objects.update(superseded_at="2026-03-01T00:00:00Z")
    address = f"{MEMBERS}/member_{member.pk}/coverages"
    assert call(Role.EXAMINER, address).json() == []
    assert len(call(Role.EXAMINER, f"{address}?known_at=2026-02-01T00:00:00Z").json()) == 1


def test_each_reading_is_in_the_trail(member):
    call(Role.EXAMINER)
    call(Role.EXAMINER, f"{MEMBERS}/member_{member.pk}")
    events = AuditEvent.objects.filter(action="employers.member.read")
    assert [list(event.subject_ids) for event in events] == [[member.pk]] * 2

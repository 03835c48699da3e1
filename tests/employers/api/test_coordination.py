"""/api/v1 other coverage, standings, headcounts: recorded, superseded, ended, refused; once under one key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from employers.models import Employer, Headcount, Member, OtherCoverage, SubscriberStanding
from tests.factories.api import Caller, make_caller
from tests.factories.employers import make_employer, make_family, make_member
from tpa.foundation.api import rate_limits
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture
def employer() -> Employer:
    return make_employer()


@pytest.fixture
def member(employer: Employer) -> Member:
    family = make_family(employer)
    make_member(family)
    return make_member(family, relationship="19", first_name="Tom")


@pytest.fixture
def examiner() -> Caller:
    return make_caller(Role.EXAMINER)


def post(caller: Caller, address: str, said: dict[str, Any], **headers: str) -> Any:
    return caller.post(address, json.dumps(said), **headers)


GROUP = {
    "kind": "group", "payer_name": "Lakeside", "starts_on": "2026-01-01", "last_on": "2026-12-31",
    "holder": "mother", "holder_birth_on": "1985-03-04", "standing": "active", "parents": "together",
}  # fmt: skip


def test_other_coverage_is_recorded_and_ended(member: Member, examiner: Caller) -> None:
    answer = post(examiner, f"members/member_{member.pk}/other-coverages", GROUP)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["payer_name"], made["pays_first"], made["last_on"]) == ("Lakeside", None, "2026-12-31")
    assert (made["holder"], made["holder_birth_on"], made["follows"]) == ("mother", "1985-03-04", "birthday")
    row = OtherCoverage.objects.get()
    assert (row.member, made["id"]) == (member, f"cover_{row.pk}")
    [listed] = examiner.get(f"members/member_{member.pk}/other-coverages").json()
    assert listed == made
    end = {"last_on": "2026-06-30", "because": "letter of the payer"}
    ended = post(examiner, f"other-coverages/{made['id']}/end", end)
    assert [one["last_on"] for one in ended.json()] == ["2026-06-30"]
    again = post(examiner, f"other-coverages/{made['id']}/end", end)
    assert (again.status_code, again.json()["code"]) == (409, "cob.superseded")
    [event] = AuditEvent.objects.filter(action="employers.othercoverage.changed", because="letter of the payer")
    assert event.subject_ids == [member.pk]


def test_the_same_key_records_once(member: Member, employer: Employer, examiner: Caller) -> None:
    for _time in range(2):
        answer = post(examiner, f"members/member_{member.pk}/other-coverages", GROUP, Idempotency_Key="k1")
        assert answer.status_code == 201
    assert OtherCoverage.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"holder": ""}, "cob.holder"),
        ({"kind": "medicare"}, "cob.entitlement"),
        ({"kind": "other"}, "cob.kind"),
        ({"pays_first": True}, "cob.incomplete"),
        ({"responsible": "mother"}, "cob.decree"),
        ({"last_on": "2025-12-31"}, "date.order"),
        ({"starts_on": "0001-01-01"}, "date.range"),
        ({"last_on": "9999-12-31"}, "date.range"),
    ],
)
def test_what_says_too_little_is_refused(member: Member, examiner: Caller, changes: dict[str, Any], code: str) -> None:
    answer = post(examiner, f"members/member_{member.pk}/other-coverages", GROUP | changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not OtherCoverage.objects.exists()


def test_a_standing_is_the_subscribers_and_supersedes(member: Member, examiner: Caller) -> None:
    address = f"members/member_{member.pk}/standings"
    said = {"standing": "retired", "starts_on": "2026-01-01", "because": "letter"}
    assert post(examiner, address, said).status_code == 201
    answer = post(examiner, address, said | {"standing": "active", "starts_on": "2026-04-01", "last_on": "2026-04-30"})
    assert [(one["standing"], one["starts_on"], one["last_on"]) for one in answer.json()] == [
        ("retired", "2026-05-01", None),
        ("active", "2026-04-01", "2026-04-30"),
        ("retired", "2026-01-01", "2026-03-31"),
    ]
    assert examiner.get(address).json() == answer.json()
    assert {row.member.relationship for row in SubscriberStanding.objects.all()} == {"18"}


def test_a_headcount_supersedes(employer: Employer, examiner: Caller) -> None:
    address = f"employers/employer_{employer.pk}/headcounts"
    said = {"employee_count": 120, "starts_on": "2025-01-01", "because": "form 5500"}
    assert post(examiner, address, said).json()["last_on"] is None
    answer = post(examiner, address, said | {"employee_count": 90, "starts_on": "2026-01-01"})
    assert (answer.status_code, answer.json()["employee_count"]) == (201, 90)
    listed = examiner.get(address).json()["items"]
    assert {(one["employee_count"], one["starts_on"], one["last_on"]) for one in listed} == {
        (90, "2026-01-01", None),
        (120, "2025-01-01", "2025-12-31"),
    }
    assert Headcount.objects.count() == 3
    refused = post(examiner, address, said | {"employee_count": -1})
    assert refused.status_code == 400


def test_who_may_not(employer: Employer, member: Member) -> None:
    addresses = [
        f"members/member_{member.pk}/other-coverages",
        f"members/member_{member.pk}/standings",
        f"employers/employer_{employer.pk}/headcounts",
    ]
    people = make_caller(Role.EMPLOYER_HR, employer_id=employer.pk)
    reader = make_caller(Role.EXAMINER, scopes=("members:read",))
    for address in addresses:
        assert people.get(address).status_code == 403
        assert reader.get(address).status_code == 200
        assert post(reader, address, {}).status_code == 403

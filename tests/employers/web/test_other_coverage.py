"""Other coverage on screen: what is recorded, by which rule it pays when, and what is refused with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from employers.models import Member, OtherCoverage, SubscriberStanding
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, offer
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db
SAID = {
    "do": "cover",
    "kind": "group",
    "payer_name": "Northern Mutual",
    "starts_on": "2020-01-01",
    "follows": "birthday",
}


@pytest.fixture
def mother() -> Member:
    load_parameters()
    employer = make_employer()
    member = make_member(make_family(employer), sex="F", birth_on=date(1985, 5, 10))
    make_coverage(member, offer(employer))
    return member


@pytest.fixture
def child(mother: Member) -> Member:
    return make_member(mother.family, relationship="19", first_name="Leo", birth_on=date(2015, 6, 1))


@pytest.fixture
def examiner(client: Client) -> Client:
    client.force_login(make_user(Role.EXAMINER))
    return client


def _address(member: Member) -> str:
    return reverse("employers:other_coverage", args=[member.pk])


def test_the_birthday_rule_is_told_with_what_it_stands_on(examiner: Client, child: Member) -> None:
    facts = {"holder": "father", "holder_birth_on": "1990-03-22", "standing": "active", "parents": "together"}
    assert examiner.post(_address(child), SAID | facts).status_code == 302
    with few_queries():
        page = examiner.get(_address(child)).content.decode()
    assert "pays before us" in page
    assert "the birthday rule" in page
    assert "NAIC model 120, 6(D)(2)(a)" in page
    assert "the birthday rule" in examiner.get(reverse("employers:staff_member", args=[child.pk])).content.decode()


def test_medicare_follows_the_employer_s_history_and_the_standing(examiner: Client, mother: Member) -> None:
    said = SAID | {"kind": "medicare", "payer_name": "Medicare", "entitled_by": "disability"}
    assert examiner.post(_address(mother), said).status_code == 302
    assert "not known who pays first" in examiner.get(_address(mother)).content.decode()
    address = reverse("employers:headcounts", args=[mother.employer_id])
    assert "No history is recorded" in examiner.get(address).content.decode()
    told = {"employee_count": 120, "starts_on": "2020-01-01", "because": "payroll"}
    assert examiner.post(address, told | {"last_on": "2019-01-01"}).status_code == 422
    assert examiner.post(address, told).status_code == 302
    assert "payroll" in examiner.get(address).content.decode()
    assert "pays after us" in examiner.get(_address(mother)).content.decode()
    standing = {"do": "standing", "standing": "retired", "starts_on": "2024-01-01", "because": "letter"}
    assert examiner.post(_address(mother), standing).status_code == 302
    assert SubscriberStanding.objects.get().standing == "retired"
    assert "pays before us" in examiner.get(_address(mother)).content.decode()


def test_what_says_too_little_is_refused_and_the_text_stays(examiner: Client, child: Member) -> None:
    refused = examiner.post(_address(child), SAID)
    assert refused.status_code == 422
    assert "Say whose coverage it is." in refused.content.decode()
    assert 'value="Northern Mutual"' in refused.content.decode()
    backwards = {"do": "standing", "standing": "retired", "starts_on": "2026-02-01", "last_on": "2026-01-01"}
    assert examiner.post(_address(child), backwards | {"because": "x"}).status_code == 422
    assert not OtherCoverage.objects.exists()


def test_it_is_ended_on_screen(examiner: Client, child: Member, mother: Member) -> None:
    assert examiner.post(_address(child), SAID | {"pays_first": "yes", "because": "told"}).status_code == 302
    (cover,) = OtherCoverage.objects.all()
    end = {"do": "end", "cover": cover.pk, "last_on": "2020-06-30"}
    assert examiner.post(_address(mother), end).status_code == 422  # another member's
    assert examiner.post(_address(child), end | {"last_on": ""}).status_code == 422
    assert examiner.post(_address(child), end).status_code == 302
    assert "not in force" in examiner.get(_address(child)).content.decode()


def test_it_is_for_those_who_decide(client: Client, child: Member) -> None:
    for role, status in ((Role.AUDITOR, 403), (Role.EMPLOYER_HR, 403)):
        client.force_login(make_user(role, employer_id=child.employer_id if role == Role.EMPLOYER_HR else None))
        assert client.get(_address(child)).status_code == status
    client.force_login(make_user(Role.EXAMINER))
    for screen in ("employers:other_coverage", "employers:headcounts"):
        assert client.get(reverse(screen, args=[999_999])).status_code == 404

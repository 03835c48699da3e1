"""A senior examiner records what an out-of-network line was settled at; a list of what was learned later finds it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, Resolution
from claims.reprocessing.changed_claims import changed_claims
from tests.factories.engine import Quarry, make_quarry
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db
DOOR = "claims:record_rate"
SAID = {"line_number": "1", "amount": "90.50", "how": "agreed", "because": "letter of 3 May"}


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry(deductible=0)


@pytest.fixture
def claim(quarry: Quarry) -> Claim:
    (member,) = quarry.family()
    quarry.send(member, on=quarry.submission(member).service_from.replace(month=4))
    return quarry.send(member)


@pytest.fixture
def senior(client: Client) -> Client:
    client.force_login(make_user(Role.SENIOR_EXAMINER))
    return client


def test_a_rate_is_recorded_and_the_claim_found_for_a_list(senior: Client, quarry: Quarry, claim: Claim) -> None:
    address = reverse(DOOR, args=[claim.pk])
    assert "No rate yet" in senior.get(address).content.decode()
    assert address in senior.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    since = timezone.now()
    assert senior.post(address, SAID)["Location"] == address
    row = Resolution.objects.get()
    assert (row.claim_id, row.line_number, str(row.amount), row.because) == (
        claim.pk,
        1,
        "90.50",
        "agreed: letter of 3 May",
    )
    assert AuditEvent.objects.filter(action="claims.claim.out_of_network_rate_recorded").count() == 1
    with few_queries():
        page = senior.get(address).content.decode()
    assert "$90.50" in page
    assert changed_claims(employer_id=quarry.employer.pk, since=since) == {claim.family_id: [claim.pk]}


@pytest.mark.parametrize("wrong", [{"line_number": "2"}, {"amount": "-1"}, {"amount": "1.005"}, {"because": " "}])
def test_what_says_too_little_is_refused(senior: Client, claim: Claim, wrong: dict[str, str]) -> None:
    assert senior.post(reverse(DOOR, args=[claim.pk]), SAID | wrong).status_code == 422
    assert not Resolution.objects.exists()


def test_it_is_for_senior_examiners_and_managers(client: Client, claim: Claim) -> None:
    client.force_login(make_user(Role.EXAMINER))
    assert client.post(reverse(DOOR, args=[claim.pk]), SAID).status_code == 403
    assert reverse(DOOR, args=[claim.pk]) not in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    client.force_login(make_user(Role.TPA_MANAGER))
    assert client.get(reverse(DOOR, args=[999_999])).status_code == 404

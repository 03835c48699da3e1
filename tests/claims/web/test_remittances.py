"""A prior payer's remittance on screen; and how the claim's page tells who pays first, and why."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from employers.eligibility.add_other_coverage import add_other_coverage
from employers.facts import OrderFacts, OtherCoverageRecord
from tests.claims.intake.test_prior_remittances import file_of, paid_by_northern
from tests.factories.employers import TESTER
from tests.factories.engine import make_quarry
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> Claim:
    quarry = make_quarry(deductible=0)
    (member,) = quarry.family()
    told = OtherCoverageRecord(
        payer_name="Northern Mutual",
        pays_first=None,
        starts_on=date(2020, 1, 1),
        order=OrderFacts(holder="self", standing="active"),
    )
    add_other_coverage(member_id=member.pk, told=told, by=TESTER)
    return quarry.send(member)


@pytest.fixture
def examiner(client: Client) -> Client:
    client.force_login(make_user(Role.EXAMINER))
    return client


def _upload(client: Client, claim: Claim, content: bytes) -> int:
    file = SimpleUploadedFile("northern.835", content)
    return client.post(reverse("claims:attach_remittance", args=[claim.pk]), {"file": file}).status_code


def test_the_page_tells_who_pays_first_and_why(examiner: Client, waiting: Claim) -> None:
    assert waiting.status == "pended"
    page = examiner.get(reverse("claims:claim", args=[waiting.pk])).content.decode()
    assert "pays before us" in page
    assert "the longer coverage · NAIC model 120, 6(D)(5)" in page
    assert "theirs 2020-01-01" in page


def test_a_remittance_is_attached_and_the_claim_decided_anew(examiner: Client, waiting: Claim) -> None:
    address = reverse("claims:attach_remittance", args=[waiting.pk])
    assert "Nothing yet" in examiner.get(address).content.decode()
    assert _upload(examiner, waiting, b"no X12") == 422
    assert examiner.post(address).status_code == 422
    assert _upload(examiner, waiting, file_of(paid_by_northern(waiting))) == 302
    waiting.refresh_from_db()
    assert waiting.status == "received"
    with few_queries():
        page = examiner.get(address).content.decode()
    assert "NORTHERN MUTUAL" in page
    assert "EFT77" in page


def test_it_is_for_those_who_decide(client: Client, waiting: Claim) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert client.get(reverse("claims:attach_remittance", args=[waiting.pk])).status_code == 403
    client.force_login(make_user(Role.EXAMINER))
    assert client.get(reverse("claims:attach_remittance", args=[999_999])).status_code == 404

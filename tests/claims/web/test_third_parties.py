"""The screens of third-party cases: from the hint to the money."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import SubrogationTerms, ThirdPartyCase
from tests.factories.payments import make_world
from tests.factories.stoploss import pay_claim
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_from_the_question_to_the_money(client: Client) -> None:
    world = make_world()
    claim = pay_claim(world, "1500.00", on=date(2026, 3, 12), served_on=date(2026, 3, 2))
    desk = reverse("claims:third_parties")
    client.force_login(make_user(Role.TPA_MANAGER))
    assert "No clause recorded" in client.get(desk).content.decode()
    words = {"do": "terms", "employer": str(world.employer.pk), "clause": "Article 9.4", "starts_on": "2026-01-01"}
    assert client.post(desk, words | {"fee_percent": "101"}).status_code == 422
    assert client.post(desk, words | {"fee_percent": "20", "common_fund_applies": "on"}).status_code == 302
    assert SubrogationTerms.objects.get().common_fund_applies
    typed = {
        "claim_number": claim.claim_number,
        "accident_on": "2026-03-02",
        "kind": "auto",
        "because": "police report",
    }
    assert client.post(desk, typed | {"claim_number": "20990000000"}).status_code == 422
    there = client.post(desk, typed).url
    row = ThirdPartyCase.objects.get()
    assert there == reverse("claims:third_party", args=[row.number])

    def do(what: str, **said: str) -> int:
        row.refresh_from_db()
        return client.post(there, {"do": what, "revision": row.revision, **said}).status_code

    assert do("liable", because="rear-ended") == 302
    assert do("tell") == 409
    assert do("belongs", claim_number=claim.claim_number, because="same day") == 302
    assert do("party", role="attorney", name="") == 422
    assert do("party", role="attorney", name="Ida Quill") == 302
    assert do("tell") == 302
    assert do("offer", because="half", amount="x") == 422
    assert do("offer", because="half", amount="500.00") == 302
    assert do("note", because="called back") == 302
    assert do("settle", amount="9000.00", attorney="3000.00", because="agreed") == 302
    page = client.get(there).content.decode()
    assert "common fund" in page
    assert "Article 9.4" in page
    assert do("receive", amount="50.00", check_number="1", received_on="2026-06-01") == 302
    assert do("does_not", claim_number=claim.claim_number, because="no") == 302
    assert do("nonsense") == 422
    assert do("close", because="the rest is not worth it") == 302
    assert "closed" in client.get(there).content.decode()
    assert row.number in client.get(desk, {"status": "closed"}).content.decode()
    assert client.get(reverse("claims:third_party", args=["T999999999"])).status_code == 404


def test_an_auditor_looks_on(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert client.get(reverse("claims:third_parties")).status_code == 200
    assert client.post(reverse("claims:third_parties"), {}).status_code == 403

"""The screens of recoveries: the desk, a case from the letter to the last cent, the terms; and the API beside them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Overpayment, RecoveryTerms
from claims.payments.run_payments import run_payments
from tests.factories.payments import ENGINE, make_decided, make_world
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_from_the_desk_to_the_last_cent(client: Client) -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=date(2026, 3, 12), by=ENGINE)
    desk = reverse("claims:recoveries")
    client.force_login(make_user(Role.SENIOR_EXAMINER))
    assert "Nothing is owed back" in client.get(desk).content.decode()
    typed = {"claim_number": claim.claim_number, "amount": "25.00", "reason": "audit", "because": "two units, not four"}
    assert client.post(desk, typed | {"amount": "81.00"}).status_code == 422
    assert client.post(desk, typed | {"claim_number": "20990000000"}).status_code == 422
    there = client.post(desk, typed).url
    with few_queries():
        assert "25.00" in client.get(desk).content.decode()
    with few_queries():
        page = client.get(there).content.decode()
    assert "Write the letter" in page
    row = Overpayment.objects.get()

    def do(what: str, **said: str) -> int:
        row.refresh_from_db()
        return client.post(there, {"do": what, "revision": row.revision, **said}).status_code

    assert do("request") == 302
    assert do("dispute", because="") == 422
    assert do("dispute", because="four units were given") == 302
    assert do("request") == 409
    assert do("uphold", because="the record says two") == 302
    assert do("refund", amount="many", check_number="1", received_on="2026-03-20") == 422
    assert do("refund", amount="10.00", check_number="1", received_on="never") == 422
    assert do("refund", amount="10.00", check_number="1", received_on="2026-03-20") == 302
    entry = row.entries.get(kind="refund")
    assert do("bounce", entry=str(entry.pk), because="no funds") == 302
    assert do("give_up", amount="25.00", because="not worth it") == 302
    page = client.get(there).content.decode()
    assert "asked to be given up" in page
    assert "Give it up" not in page
    assert do("nonsense") == 422
    client.force_login(make_user(Role.TPA_MANAGER))
    assert do("refuse", because="ask again") == 302
    assert do("approve") == 409
    assert client.post(there, {"do": "request", "revision": "x"}).status_code == 422
    assert reverse("claims:overpayment", args=[row.number]) == there
    assert row.number in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    assert client.get(reverse("claims:overpayment", args=["R999999999"])).status_code == 404


def test_an_auditor_looks_on(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert client.get(reverse("claims:recoveries"), {"status": "settled"}).status_code == 200
    assert client.post(reverse("claims:recoveries"), {}).status_code == 403
    assert client.post(reverse("claims:recovery_terms"), {}).status_code == 403


def test_terms_are_recorded(client: Client) -> None:
    world = make_world()
    url = reverse("claims:recovery_terms")
    client.force_login(make_user(Role.TPA_MANAGER))
    assert "No terms recorded" in client.get(url).content.decode()
    typed = {
        "employer": str(world.employer.pk), "source": "Network agreement 7.3", "starts_on": "2026-01-01",
        "offset_allowed": "on", "notice_days": "45", "answer_days": "30", "follow_up_days": "30",
        "npi": world.payee.npi,
    }  # fmt: skip
    assert client.post(url, typed | {"npi": "1999999984"}).status_code == 422
    assert client.post(url, typed | {"ends_on": "2025-01-01"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    row = RecoveryTerms.objects.get()
    assert (row.notice_days, row.offset_allowed, row.payee_id) == (45, True, world.payee.pk)
    with few_queries():
        assert "45 days after the letter" in client.get(url).content.decode()

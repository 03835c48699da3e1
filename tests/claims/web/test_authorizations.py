"""The screens of authorizations: asking, answering, extending, closing, and what claims took of one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Authorization
from tests.factories.engine import make_quarry
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_from_the_request_to_the_close(client: Client) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    waits = quarry.send(member, "200.00", code="97110", units=2)
    url = reverse("claims:authorizations")
    client.force_login(make_user(Role.EXAMINER))
    assert "Nobody asked for permission yet" in client.get(url).content.decode()
    typed = {
        "subscriber_number": member.family.subscriber_number,
        "person_number": member.person_number,
        "code_from": "97010",
        "code_to": "97799",
        "first_on": "2026-03-01",
        "last_on": "2026-06-30",
        "units_count": "6",
        "because": "knee surgery",
    }
    refused = client.post(url, typed | {"units_count": "0"})
    assert (refused.status_code, "Units are more than none" in refused.content.decode()) == (422, True)
    assert client.post(url, typed | {"person_number": "77"}).status_code == 422
    there = client.post(url, typed).url
    page = client.get(there).content.decode()
    assert "requested" in page
    assert "Approve" not in page
    assert client.post(there, {"do": "approve", "revision": 0, "because": "ok"}).status_code == 422
    client.force_login(make_user(Role.SENIOR_EXAMINER))
    said = {"do": "approve", "revision": 0, "because": "needed", "units_count": "4", "last_on": "2026-06-30"}
    assert client.post(there, said | {"units_count": "many"}).status_code == 422
    assert client.post(there, said | {"because": ""}).status_code == 422
    assert client.post(there, said).status_code == 302
    waits.refresh_from_db()
    assert waits.status == "received"
    with few_queries():
        page = client.get(there).content.decode()
    assert "Extend" in page
    assert client.post(there, said | {"do": "extend", "revision": 2, "units_count": "9"}).status_code == 302
    assert client.post(there, said | {"do": "close", "revision": 3, "last_on": "2026-05-31"}).status_code == 302
    row = Authorization.objects.get(superseded_at__isnull=True)
    assert (row.status, int(row.units_count)) == ("closed", 9)
    with few_queries():
        assert row.number in client.get(url, {"status": "closed"}).content.decode()
    assert client.get(reverse("claims:authorization", args=["A000000000"])).status_code == 404


def test_an_auditor_looks_on(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    url = reverse("claims:authorizations")
    assert "A new request" not in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 403

"""The screens of what was learned later: asking for a list, reading it with its dollars, approving and declining."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Reprocessing
from claims.tasks import compare_reprocessings, list_reprocessings
from tests.factories.engine import make_quarry
from tests.factories.queries import few_queries
from tests.factories.screens import make_claim, make_reprocessing, make_world
from tests.factories.users import make_user
from tpa.foundation.audit import Actor
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.models import AuditEvent, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.TPA_MANAGER)


def test_a_list_is_asked_for_and_read(client: Client, manager: User) -> None:
    quarry = make_quarry()
    quarry.send(quarry.family()[0], "900.00")
    client.force_login(manager)
    url = reverse("claims:reprocessings")
    assert "No list yet" in client.get(url).content.decode()
    refused = client.post(url, {"employer": quarry.employer.pk, "since": "2026-01-01", "because": " "})
    assert (refused.status_code, "Say what changed" in refused.content.decode()) == (422, True)
    assert client.post(url, {"employer": "all", "since": "soon", "because": "x"}).status_code == 422
    asked = client.post(url, {"employer": quarry.employer.pk, "since": "2026-01-01", "because": "Prices of May"})
    row = Reprocessing.objects.get()
    assert asked.url == reverse("claims:reprocessing", args=[row.pk])
    assert "Being drawn up" in client.get(asked.url).content.decode()
    list_reprocessings()
    compare_reprocessings()
    assert "Nothing comes out otherwise" in client.get(asked.url).content.decode()
    assert "Prices of May" in client.get(url).content.decode()


def test_each_claim_with_what_stands_and_what_it_would_be(client: Client, manager: User) -> None:
    world = make_world(families=2)
    claims = [make_claim(world, member, status="paid") for member in world.members[:2]]
    row = make_reprocessing(*claims)
    client.force_login(manager)
    with few_queries():
        page = client.get(reverse("claims:reprocessing", args=[row.pk])).content.decode()
    assert all(claim.claim_number in page for claim in claims)
    assert "coverage" in page
    assert "−$87.40" in page  # noqa: RUF001 (a minus, as pages write it)
    assert AuditEvent.objects.filter(action="claims.claim.read", purpose="reprocessing").exists()


def test_approving_and_declining_are_a_managers(client: Client, manager: User) -> None:
    world = make_world()
    claim = make_claim(world, world.members[0], status="paid")
    row = make_reprocessing(claim, by_id=manager.pk)
    url = reverse("claims:reprocessing", args=[row.pk])
    client.force_login(make_user(Role.EXAMINER))
    assert "Approve: reverse" not in client.get(url).content.decode()
    answer = {"do": "approve", "because": "checked", "revision": row.revision}
    assert client.post(url, answer).status_code == 403
    set_approval_limit(
        employer_id=world.employer.pk, role=Role.TPA_MANAGER, amount=Decimal(10), period=(row.since.date(), None),
        source="4.2", by=Actor.user(manager.pk),
    )  # fmt: skip
    client.force_login(manager)
    assert "somebody else than who drew the list up" in client.get(url).content.decode()
    assert client.post(url, answer).status_code == 403
    assert client.post(url, answer | {"do": "decline", "revision": 99}).status_code == 409
    assert client.post(url, answer | {"do": "decline", "because": ""}).status_code == 422
    client.force_login(make_user(Role.TPA_MANAGER))
    assert client.post(url, answer).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.answer) == ("approved", "checked")
    other = make_reprocessing(claim)
    assert client.post(reverse("claims:reprocessing", args=[other.pk]), answer | {"do": "decline"}).status_code == 302
    other.refresh_from_db()
    assert other.status == "declined"
    page = client.get(reverse("claims:reprocessing", args=[row.pk])).content.decode()
    assert "checked" in page

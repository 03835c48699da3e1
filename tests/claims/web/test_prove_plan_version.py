"""A manager runs a version's scenarios and publishes it; its page shows what differs, line by line."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from plans.models import PlanVersion
from tests.claims.simulation.test_prove_plan_version import VISIT, _draft
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
DOOR = "claims:prove_plan_version"


def _client(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def _page(client: Client, version: PlanVersion) -> str:
    with few_queries():
        return client.get(reverse("plans:plan_version", args=[version.pk])).content.decode()


def test_a_manager_runs_them_and_sees_what_differs() -> None:
    version = _draft(scenarios=VISIT.replace("copay: 30", "copay: 25"))
    client = _client(Role.TPA_MANAGER)
    assert "were not run on this wording" in _page(client, version)
    client.post(reverse(DOOR, args=[version.pk]), {"do": "prove"})
    page = _page(client, version)
    assert "C1 line 1 copay: 25 expected, is 30.00" in page
    assert "line 12" in page
    answer = client.post(reverse(DOOR, args=[version.pk]), {"do": "publish"}, follow=True)
    assert "A scenario fails: A visit costs its copay" in answer.content.decode()
    version.refresh_from_db()
    assert version.status == "draft"


def test_a_manager_publishes_what_passes() -> None:
    version = _draft()
    client = _client(Role.TPA_MANAGER)
    client.post(reverse(DOOR, args=[version.pk]), {"do": "publish"})
    version.refresh_from_db()
    assert version.status == "published"
    page = _page(client, version)
    assert "passes" in page
    assert "Publish" not in page.split("A visit costs its copay")[0].split("<h2")[-1]


def test_others_read_and_do_neither() -> None:
    version = _draft()
    client = _client(Role.EXAMINER)
    assert "Run scenarios" not in _page(client, version)
    assert client.post(reverse(DOOR, args=[version.pk]), {"do": "publish"}).status_code == 403


def test_a_version_that_is_not_there() -> None:
    answer = _client(Role.TPA_MANAGER).post(reverse(DOOR, args=[0]), {"do": "prove"})
    assert answer.headers["Location"] == reverse("plans:plans")

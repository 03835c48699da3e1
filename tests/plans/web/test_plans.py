"""Plans on screen: the list, and a version as it was written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from plans.models import Plan, PlanVersion
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_a_plan_and_its_version(client: Client) -> None:
    plan = Plan.objects.create(code="ppo", name="Harbor PPO")
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        status="draft",
        status_at="2026-01-01T00:00Z",
        effective=("2026-01-01", None),
        source="name: Harbor PPO\n",
        document={},
        content_hash="5d" * 32,
    )
    client.force_login(make_user(Role.EXAMINER))
    with few_queries():
        page = client.get(reverse("plans:plans")).content.decode()
    assert "Harbor PPO" in page
    with few_queries():
        page = client.get(reverse("plans:plan_version", args=[version.pk])).content.decode()
    assert "name: Harbor PPO" in page
    assert "5d5d5d" in page


def test_no_plan_yet(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert "No plan yet" in client.get(reverse("plans:plans")).content.decode()

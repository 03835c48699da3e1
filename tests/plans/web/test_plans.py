"""Plans on screen: the list, and a version as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from plans.models import Plan, PlanVersion
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[3] / "plans" / "design" / "demo"


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


DRAFT = "plans:draft_plan_version"
SOURCE = (DEMO / "cascade-ppo.yaml").read_text()


def _client(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def test_a_version_is_drafted_from_its_file() -> None:
    plan = Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    client = _client(Role.SETUP)
    assert reverse(DRAFT) in client.get(reverse("plans:plans")).content.decode()
    assert client.get(reverse(DRAFT)).status_code == 200
    sent = SimpleUploadedFile("cascade.yaml", SOURCE.encode())
    answer = client.post(reverse(DRAFT), {"file": sent, "scenarios": "scenarios: []\n"})
    version = plan.versions.get()
    assert answer["Location"] == reverse("plans:plan_version", args=[version.pk])
    assert (version.status, version.source, version.scenarios) == ("draft", SOURCE, "scenarios: []\n")


def test_what_is_wrong_is_told_with_line_and_place() -> None:
    Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    wrong = SOURCE.replace("copay: 30", "copay: thirty", 1)
    line = wrong[: wrong.index("copay: thirty")].count("\n") + 1
    sent = SimpleUploadedFile("cascade.yaml", wrong.encode())
    answer = _client(Role.TPA_MANAGER).post(reverse(DRAFT), {"file": sent})
    table, form = answer.content.decode().split('<form method="post" enctype', 1)
    assert answer.status_code == 422
    assert f'<th scope="row" class="num">{line}</th><td class="code">benefits[5].pays.in[0].copay</td>' in table
    assert "copay: thirty" in form, "what was read from the file stands in the field"
    assert not PlanVersion.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Type the document"),
        ({"document": "plan: ["}, "expected the node content"),
        ({"document": SOURCE}, "There is no plan"),
        ({"file": SimpleUploadedFile("a.yaml", b"\xff\xfe\xfd")}, "This file is no text"),
    ],
)
def test_what_is_no_document_of_a_plan(sent: dict[str, object], told: str) -> None:
    answer = _client(Role.TPA_MANAGER).post(reverse(DRAFT), sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_drafting_is_for_set_up_staff_and_managers() -> None:
    client = _client(Role.EXAMINER)
    assert reverse(DRAFT) not in client.get(reverse("plans:plans")).content.decode()
    assert client.post(reverse(DRAFT), {"document": SOURCE}).status_code == 403

"""A stop-loss policy from its document on screen: shown as it would stand, then drafted; faults in words."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories.payments import World, make_world
from tests.factories.users import make_user
from tests.tpa.stoploss.test_read_policy import DOCUMENT
from tpa.foundation.models import AuditEvent, Role
from tpa.models import StopLossPolicy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def text(world: World) -> str:
    return DOCUMENT.replace("SUBSCRIBER", world.family.subscriber_number)


def test_it_is_shown_before_it_is_drafted(manager: Client, world: World) -> None:
    url = reverse("tpa:draft_stop_loss_policy")
    assert "Enter a policy" in manager.get(reverse("tpa:stop_loss")).content.decode()
    assert manager.get(url).status_code == 200
    file = SimpleUploadedFile("policy.yaml", text(world).encode())
    page = manager.post(url, {"employer": world.employer.pk, "file": file, "preview": "1"}).content.decode()
    assert "not drafted yet" in page
    assert "$75,000.00" in page
    assert world.member.last_name in page
    assert "number: HR-2027-0001" in page, "what was in the file stands in the field"
    assert AuditEvent.objects.filter(action="employers.member.read").exists()
    assert not StopLossPolicy.objects.exists()
    page = manager.post(url, {"employer": world.employer.pk, "document": text(world)}, follow=True).content.decode()
    assert "binds nobody until it is signed" in page
    assert StopLossPolicy.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "Type the document"),
        ("a: [", "is no YAML"),
        ("- 1", "says nothing of a policy"),
        ("number: X", "does not say term"),
        (DOCUMENT.replace("SUBSCRIBER", "NOBODY"), "no member of the employer"),
        (DOCUMENT.replace("SUBSCRIBER", "NOBODY").replace("75000", "much"), "makes no sense"),
    ],
)
def test_what_is_wrong_is_said(manager: Client, world: World, document: str, said: str) -> None:
    url = reverse("tpa:draft_stop_loss_policy")
    for more in ({}, {"preview": "1"}):
        answer = manager.post(url, {"employer": world.employer.pk, "document": document, **more})
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_only_managers_enter_policies(client: Client) -> None:
    client.force_login(make_user(Role.SENIOR_EXAMINER))
    assert client.get(reverse("tpa:draft_stop_loss_policy")).status_code == 403

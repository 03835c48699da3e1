"""The stop-loss desk, a policy, a request, their papers, and what of it an employer sees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.payments import ENGINE, World, make_world
from tests.factories.queries import few_queries
from tests.factories.stoploss import aggregate, make_policy, pay_claim, policy_words, specific
from tests.factories.users import make_user
from tpa import tasks
from tpa.foundation.models import AuditEvent, Document, Role
from tpa.models import StopLossNotice, StopLossPolicy, StopLossRequest
from tpa.stoploss.draft_policy import draft_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def policy(world: World) -> StopLossPolicy:
    """A lasered person above the laser, and the group."""
    lasers = ((world.member.pk, Decimal("2000.00")),)
    policy = make_policy(world, specific=specific(lasers=lasers), aggregate=aggregate(has_accommodation=True))
    pay_claim(world, "4000.00", on=date(2026, 3, 3))
    tasks.reckon_policy(policy.pk)
    return policy


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def _text(client: Client, name: str, *args: int) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_desk_shows_policies_notices_and_requests(manager: Client, policy: StopLossPolicy, world: World) -> None:
    with few_queries():
        page = _text(manager, "tpa:stop_loss")
    assert policy.number in page
    assert world.member.last_name in page
    assert "$544.00" in page
    assert AuditEvent.objects.filter(action="employers.member.read").exists()


def test_a_notice_is_sent_or_waived(manager: Client, policy: StopLossPolicy) -> None:
    first, second = StopLossNotice.objects.order_by("pk")
    manager.post(reverse("tpa:stop_loss"), {"notice": first.pk, "do": "send"})
    manager.post(reverse("tpa:stop_loss"), {"notice": second.pk, "do": "waive", "because": ""})
    assert list(StopLossNotice.objects.order_by("pk").values_list("status", flat=True)) == ["sent", "due"]
    manager.post(reverse("tpa:stop_loss"), {"notice": second.pk, "do": "waive", "because": "told by telephone"})
    assert StopLossNotice.objects.get(pk=second.pk).status == "waived"
    paper = Document.objects.get(subject_type="tpa.stoplossnotice")
    answer = manager.get(reverse("tpa:stop_loss_document", args=[paper.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_a_policy_tells_where_everybody_stands(manager: Client, policy: StopLossPolicy, world: World) -> None:
    with few_queries(most=30):
        page = _text(manager, "tpa:stop_loss_policy", policy.pk)
    for words in ("$544.00", "$2,000.00", world.member.first_name, "leukemia", "2027-03-31", "Owed against filed"):
        assert words in page, words


def test_a_draft_is_signed(manager: Client, world: World) -> None:
    draft = draft_policy(employer_id=world.employer.pk, words=policy_words(), by=ENGINE)
    manager.post(reverse("tpa:stop_loss_policy", args=[draft.pk]), {"do": "sign"})
    draft.refresh_from_db()
    assert draft.status == StopLossPolicy.Status.IN_FORCE


def test_a_request_goes_its_way(manager: Client, policy: StopLossPolicy, world: World) -> None:
    assembled = StopLossRequest.objects.get(member=world.member)
    away = {"do": "withdraw", "because": "a claim was missing"}
    manager.post(reverse("tpa:stop_loss_request", args=[assembled.pk]), away)
    here = reverse("tpa:stop_loss_policy", args=[policy.pk])
    answer = manager.post(here, {"do": "ask", "member": world.member.pk})
    asked = StopLossRequest.objects.exclude(pk=assembled.pk).get(member=world.member)
    there = reverse("tpa:stop_loss_request", args=[asked.pk])
    assert answer["Location"] == there
    tasks.write_packets()
    with few_queries():
        page = _text(manager, "tpa:stop_loss_request", asked.pk)
    assert "Packet" in page
    manager.post(there, {"do": "file"})
    money = {"do": "receive", "received_on": "2026-06-15", "bank_reference": "WIRE 1"}
    assert manager.post(there, money | {"amount": "much"}).status_code == 400
    manager.post(there, money | {"amount": "500.00", "is_all": "on"})
    manager.post(there, {"do": "appealed", "because": "the discount was theirs"})
    asked.refresh_from_db()
    assert asked.status == StopLossRequest.Status.APPEALED
    assert "$500.00" in _text(manager, "tpa:stop_loss_request", asked.pk)


def test_auditors_look_and_do_nothing(client: Client, policy: StopLossPolicy) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert "Write the letter" not in _text(client, "tpa:stop_loss")
    assert "Assemble" not in _text(client, "tpa:stop_loss_policy", policy.pk)
    assert client.post(reverse("tpa:stop_loss"), {"notice": 1}).status_code == 403


def test_an_employer_sees_amounts_and_no_names(client: Client, policy: StopLossPolicy, world: World) -> None:
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    with few_queries():
        page = _text(client, "tpa:my_stop_loss")
    assert "Laser 1" in page
    assert "$2,000.00" in page
    assert world.member.last_name not in page
    stranger = make_world()
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=stranger.employer.pk))
    assert policy.number not in _text(client, "tpa:my_stop_loss")

"""Answering a claim on screen: with a reason, within authority, never over somebody else's work."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, ClaimEvent, ClaimNote, Pend, Resolution
from tests.factories.screens import NOW, World, make_claim, make_world
from tests.factories.users import make_user
from tpa.foundation.audit import Actor
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.models import Role
from tpa.foundation.transitions import move

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_bell():
    with mock.patch("claims.web.staff.answer.ring_for_decision"):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def claim(world: World) -> Claim:
    return make_claim(world, world.members[0])


def post(client: Client, claim: Claim, **typed: str):
    values = {"revision": str(claim.revision), "seen_at": NOW.isoformat(), **typed}
    return client.post(f"{reverse('claims:worklist')}?claim={claim.pk}", values)


def test_approving_needs_a_reason_and_goes_on_to_the_next(client: Client, world: World, claim: Claim) -> None:
    following = make_claim(world, world.members[1])
    client.force_login(make_user(Role.EXAMINER))
    refused = post(client, claim, all="allow")
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    done = post(client, claim, all="allow", reason="2", because="Different visit.", then="next")
    assert done["Location"] == f"/claims/?claim={following.pk}"
    assert done.cookies["then"]["httponly"]
    claim.refresh_from_db()
    assert claim.status == "received"
    resolution = Resolution.objects.get(claim=claim)
    assert (resolution.answer, resolution.because) == (
        "allow",
        "Not a duplicate: a separate service. Different visit.",
    )


def test_denying_carries_the_code_that_was_picked(client: Client, claim: Claim) -> None:
    client.force_login(make_user(Role.EXAMINER))
    post(client, claim, all="deny", carc="18", because="Same visit twice.", then="stay")
    assert Resolution.objects.get(claim=claim).carc == "18"


def test_a_stale_save_is_refused_with_what_changed_and_keeps_the_text(client: Client, claim: Claim) -> None:
    move(claim, "received", by=Actor.system("adjudication"))
    move(claim, "pended", by=Actor.system("adjudication"))
    ClaimEvent.objects.create(
        claim=claim, employer_id=claim.employer_id, at="2026-11-24T16:00:00Z", actor="user:1", origin="screen",
        from_status="received", to_status="pended", because="Somebody was quicker",
    )  # fmt: skip
    client.force_login(make_user(Role.EXAMINER))
    response = post(client, claim, revision="0", all="allow", because="My careful text")
    page = response.content.decode()
    assert response.status_code == 409
    assert "My careful text" in page
    assert "Somebody was quicker" in page
    assert not Resolution.objects.exists()


def test_above_the_authority_of_the_role_it_is_refused(client: Client, world: World, claim: Claim) -> None:
    set_approval_limit(
        employer_id=world.employer.pk, role="examiner", amount=50, period=("2026-01-01", None), source="§5",
        by=Actor.system("tests"),
    )  # fmt: skip
    client.force_login(make_user(Role.EXAMINER))
    response = post(client, claim, all="allow", because="Fine")
    assert response.status_code == 403
    assert "more than you may approve" in response.content.decode()


def test_keeping_handing_on_and_noting(client: Client, claim: Claim) -> None:
    user = make_user(Role.EXAMINER)
    client.force_login(user)
    post(client, claim, do="keep", because="Waiting for records", then="stay")
    post(client, claim, do="route", queue="clinical", because="Needs a nurse", then="stay")
    post(client, claim, do="note", note="Called the office")
    assert [note.text for note in ClaimNote.objects.order_by("pk")] == ["Waiting for records", "Called the office"]
    assert Pend.objects.get(claim=claim).queue == "clinical"
    claim.refresh_from_db()
    assert claim.status == "pended"


def test_auditors_look_and_never_decide(client: Client, claim: Claim) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert 'value="allow"' not in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    assert post(client, claim, all="allow", because="x").status_code == 422
    assert not Resolution.objects.exists()

"""The employer's screens: own people only, coverage with its gaps, a ledger that adds up, and nothing of any claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.queries import few_queries
from tests.factories.screens import World, make_claim, make_world, post
from tests.factories.users import make_user
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(families=3)


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    return client


def test_members_are_listed_by_name_and_found_with_a_slip(hr: Client, world: World) -> None:
    other = make_world("Bayside Logistics", families=4).members[9]
    with few_queries():
        page = hr.get(reverse("employers:members")).content.decode()
    assert "Lindqvist" in page
    assert other.last_name not in page
    found = hr.post(reverse("employers:members"), {"q": "Lindqist"}).content.decode()
    assert "Lindqvist" in found
    assert "Okafor" not in found
    assert "Nobody found" in hr.post(reverse("employers:members"), {"q": "zzz"}).content.decode()
    assert AuditEvent.objects.filter(action="employers.member.read", purpose="portal").count() == 2


def test_a_member_shows_family_coverage_and_the_gap(hr: Client, world: World) -> None:
    member = world.members[-2]
    with few_queries():
        page = hr.get(reverse("employers:member", args=[member.pk])).content.decode()
    assert "Not covered from" in page
    assert "span-gap" in page
    assert "Apr 1, 2026" in page


def test_somebody_elses_member_is_nobody(hr: Client) -> None:
    stranger = make_world("Bayside Logistics").members[0]
    own = hr.get(reverse("employers:member", args=[stranger.pk]))
    none = hr.get(reverse("employers:member", args=[99999]))
    assert own.status_code == none.status_code == 404


def test_nothing_of_a_claim_is_on_any_screen_of_the_employer(client: Client, world: World) -> None:
    claim = make_claim(world, world.members[0], status="paid")
    client.force_login(make_user(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    addresses = [
        reverse("tpa:home"), reverse("employers:members"), reverse("employers:account"), reverse("employers:funding"),
        reverse("tpa:my_invoices"), reverse("employers:member", args=[world.members[0].pk]),
    ]  # fmt: skip
    for address in addresses:
        page = client.get(address).content.decode()
        assert claim.claim_number not in page, address
        assert "J069" not in page, address
    shut = ["claims:worklist", "claims:find", "claims:edi_files", "claims:payment_runs", "employers:find_members"]
    assert {client.get(reverse(name)).status_code for name in shut} == {403}


def test_the_ledger_runs_from_the_opening_to_the_closing_balance(hr: Client, world: World) -> None:
    post(world, "f1", date(2026, 10, 2), Decimal("50000.00"), "Funding received")
    post(world, "c1", date(2026, 11, 6), Decimal("-9877.40"), "Payment run 14")
    with few_queries():
        page = hr.get(reverse("employers:account"), {"month": "2026-11"}).content.decode()
    assert "$50,000.00" in page
    assert "−$9,877.40" in page  # noqa: RUF001
    assert "$40,122.60" in page
    with few_queries():
        assert "$9,877.40" in hr.get(reverse("employers:funding")).content.decode()


def test_finance_sees_the_account_and_not_the_people(client: Client, world: World) -> None:
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    assert client.get(reverse("employers:account")).status_code == 200
    assert client.get(reverse("employers:members")).status_code == 403
    assert "looks wrong" not in client.get(reverse("tpa:home")).content.decode()


def test_staff_find_members_of_every_employer(client: Client, world: World) -> None:
    make_world("Bayside Logistics")
    client.force_login(make_user(Role.EXAMINER))
    with few_queries():
        page = client.post(reverse("employers:find_members"), {"q": "Reyes"}).content.decode()
    assert "Bayside" in page
    assert "Harbor" in page
    with few_queries():
        page = client.get(reverse("employers:staff_member", args=[world.members[2].pk])).content.decode()
    assert "Northern Mutual" in page
    assert client.get(reverse("employers:staff_member", args=[99999])).status_code == 404

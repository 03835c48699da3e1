"""Funding on screen: the employer approves or rejects, the TPA books money, deposits and terms; each what is theirs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from employers.funding.selectors import balances
from employers.funding.terms_of_account import terms_on
from employers.models import FundingRequest
from tests.factories.funding import TODAY, approve, ask, make_funded_world
from tests.factories.payments import World, make_decided, make_world
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def world() -> World:
    world = make_funded_world(two_people_above_amount=D("50.00"))
    make_decided(world, "150.00")
    return world


@pytest.fixture
def asked(world: World) -> FundingRequest:
    request = ask(world)
    assert request is not None
    return request


def people(world: World, role: str = Role.EMPLOYER_FINANCE) -> Client:
    client = Client()
    client.force_login(make_user(role, employer_id=world.employer.pk))
    return client


def staff(role: str = Role.TPA_MANAGER) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def test_two_people_of_finance_approve_and_the_third_is_told(world: World, asked: FundingRequest) -> None:
    address = reverse("employers:my_funding_request", args=[asked.pk])
    first, second, third = people(world), people(world), people(world)
    with few_queries():
        page = first.get(reverse("employers:funding")).content.decode()
    assert asked.number in page
    assert "Look and approve" in page
    with few_queries():
        assert "two people approve" in first.get(address).content.decode()
    assert "Another person is wanted" in first.post(address, {"do": "approve"}, follow=True).content.decode()
    first.post(address, {"do": "approve"})
    assert FundingRequest.objects.get().status == "raised"
    second.post(address, {"do": "approve"})
    assert FundingRequest.objects.get().status == "approved"
    assert "waits for approval no more" in third.post(address, {"do": "approve"}, follow=True).content.decode()


def test_finance_rejects_with_a_reason_and_hr_only_looks(world: World, asked: FundingRequest) -> None:
    address = reverse("employers:my_funding_request", args=[asked.pk])
    hr = people(world, Role.EMPLOYER_HR)
    assert hr.get(address).status_code == 200
    assert hr.post(address, {"do": "approve"}).status_code == 403
    finance = people(world)
    assert "Say why it is rejected" in finance.post(address, {"do": "reject"}, follow=True).content.decode()
    page = finance.post(address, {"do": "reject", "because": "next month"}, follow=True).content.decode()
    assert "next month" in page
    assert FundingRequest.objects.get().status == "rejected"


def test_the_employer_sees_how_much_and_never_whose(world: World, asked: FundingRequest) -> None:
    item = asked.items.get()
    for address in (reverse("employers:funding"), reverse("employers:my_funding_request", args=[asked.pk])):
        page = people(world).get(address).content.decode()
        assert "$80.00" in page
        assert item.claim_number not in page
    stranger = people(make_world())
    assert stranger.get(reverse("employers:my_funding_request", args=[asked.pk])).status_code == 404
    assert stranger.post(reverse("employers:my_funding_request", args=[asked.pk])).status_code == 404
    assert people(world).get(reverse("employers:funding_request", args=[asked.pk])).status_code == 403


def test_the_tpa_books_money_and_what_the_bank_took_back(world: World, asked: FundingRequest) -> None:
    approve(asked, world)
    address = reverse("employers:funding_request", args=[asked.pk])
    manager = staff()
    with few_queries():
        page = manager.get(address).content.decode()
    assert asked.items.get().claim_number in page
    money = {"do": "receive", "amount": "50.00", "received_on": "2026-03-12", "bank_reference": "W1"}
    manager.post(address, money)
    manager.post(address, money)
    asked.refresh_from_db()
    assert (asked.status, balances(world.account.pk)["cash"]) == ("partly", D("50.00"))
    manager.post(address, {"do": "return", "receipt": asked.receipts.get().pk, "because": "R01"})
    asked.refresh_from_db()
    assert (asked.status, balances(world.account.pk)["cash"]) == ("approved", D("0.00"))
    manager.post(address, money | {"amount": "30.00", "bank_reference": "W2"})
    manager.post(address, {"do": "close", "because": "a quarrel"})
    asked.refresh_from_db()
    assert asked.status == "closed"
    assert "is no amount" in manager.post(address, money | {"amount": "x"}, follow=True).content.decode()


def test_the_tpa_cancels_and_an_examiner_only_looks(asked: FundingRequest) -> None:
    address = reverse("employers:funding_request", args=[asked.pk])
    examiner = staff(Role.EXAMINER)
    assert examiner.get(address).status_code == 200
    assert examiner.post(address, {"do": "cancel", "because": "x"}).status_code == 403
    staff().post(address, {"do": "cancel", "because": "the wrong day"})
    asked.refresh_from_db()
    assert (asked.status, asked.because) == ("cancelled", "the wrong day")
    assert "free again" in examiner.get(address).content.decode()


def test_a_deposit_and_terms_are_recorded_at_the_account(world: World) -> None:
    address = reverse("employers:claims_account", args=[world.account.pk])
    manager = staff()
    with few_queries():
        assert "two people above" in manager.get(address).content.decode()
    deposit = {"do": "deposit", "amount": "$1,000.00", "received_on": "2026-03-12", "bank_reference": "W7"}
    manager.post(address, deposit)
    assert balances(world.account.pk)["cash"] == D("1000.00")
    words = {
        "do": "terms", "mode": "level", "starts_on": "2026-07-01", "ends_on": "2027-06-30", "section": "Exhibit C",
        "due_days": "2", "expires_days": "", "two_people_above_amount": "5,000", "pull_weekday": "0",
        "target_amount": "77", "deposit_amount": "300", "deposit_day": "5", "reserve_percent": "10",
        "run_out_months_count": "3", "surplus_percent": "50", "surplus_as": "refund", "deficit_percent": "0",
    }  # fmt: skip
    manager.post(address, words)
    terms = terms_on(world.account.pk, TODAY.replace(year=2027))
    assert terms is not None
    assert (terms.mode, terms.deposit_day, terms.target_amount) == ("level", 5, None)
    assert str(terms.period.upper) == "2027-07-01"
    page = manager.post(address, words | {"deposit_day": "x", "starts_on": "2026-08-01"}, follow=True).content.decode()
    assert "is no whole number" in page
    examiner = staff(Role.EXAMINER)
    assert "Agree terms" not in examiner.get(address).content.decode()
    assert examiner.post(address, deposit).status_code == 403
    assert manager.get(reverse("employers:claims_account", args=[0])).status_code == 404


@pytest.mark.parametrize("mode", ["weekly_pull", "imprest"])
def test_terms_of_other_modes_are_recorded(mode: str) -> None:
    world = make_world(overdraft_limit_amount=D(0))
    words = {
        "do": "terms", "mode": mode, "starts_on": "2026-01-01", "due_days": "1", "pull_weekday": "2",
        "target_amount": "500", "refill_below_amount": "100",
    }  # fmt: skip
    staff().post(reverse("employers:claims_account", args=[world.account.pk]), words)
    terms = terms_on(world.account.pk, TODAY)
    assert terms is not None
    assert terms.mode == mode

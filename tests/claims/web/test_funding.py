"""The funding desk and an account's order: what waits and why, and what the people who may do about it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from claims.payments.instruct_payments import Instruction, instruct_payments
from claims.payments.waiting_order import place_of_claim, waiting_order
from employers.funding.deposit_funds import deposit_funds
from employers.models import ClaimsAccount, FundingRequest, FundingSettlement, PlanOffering
from tests.factories.employers import YEAR_2026
from tests.factories.funding import LEVEL, TODAY, agree, ask, make_funded_world, pay
from tests.factories.payments import ENGINE, World, make_decided, make_submission, make_world, receive
from tests.factories.payments import decide as decided
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def three_that_wait() -> tuple[World, list[int]]:
    """100.00 for three claims of 80.00: an old one, a young one that a stop-loss window would lose, one between."""
    world = make_funded_world()
    deposit_funds(claims_account_id=world.account.pk, amount=D(100), received_on=TODAY, bank_reference="D1", by=ENGINE)
    claims = [
        receive(world, make_submission(world, [D(150)]), received_on=day)
        for day in (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 4))
    ]
    decided(world, claims)
    instruct_payments(
        employer_id=world.employer.pk,
        instructions=[Instruction(claims[1].pk, "radar", pay_by_on=date(2026, 3, 31))],
        by=ENGINE,
    )
    return world, [claims[1].pk, claims[0].pk, claims[2].pk]


def test_the_order_protects_the_stop_loss_window_then_due_day_then_age() -> None:
    world, expected = three_that_wait()
    order = waiting_order(world.employer.pk, world.account.pk)
    assert [one.claim_id for one in order] == expected
    assert [(one.place, one.why, one.missing_amount) for one in order] == [
        (1, "next", D(0)),
        (2, "funds", D("60.00")),
        (3, "behind", D("140.00")),
    ]
    request = ask(world)
    assert request is not None
    assert {one.request.number for one in waiting_order(world.employer.pk, world.account.pk) if one.request} == {
        request.number
    }
    pay(world)
    order = waiting_order(world.employer.pk, world.account.pk)
    assert [(one.claim_id, one.place, one.missing_amount) for one in order] == [
        (expected[1], 1, D("60.00")),
        (expected[2], 2, D("140.00")),
    ]


def test_a_claim_knows_its_place() -> None:
    world, _order = three_that_wait()
    paid = make_decided(world, "150.00", outcome="denied")
    assert place_of_claim(paid) is None
    waits = make_decided(world, "300.00")
    place = place_of_claim(waits)
    assert place is not None
    assert (place.place, place.why) == (4, "behind")


def test_the_order_says_why_each_waits(manager: Client) -> None:
    world, _order = three_that_wait()
    # The account, all that a payment run reads, and the term to be settled.
    with few_queries(14):
        page = manager.get(reverse("claims:funding_order", args=[world.account.pk])).content.decode()
    assert "does not hold enough" in page
    assert "one before it waits" in page
    assert "$60.00" in page
    assert AuditEvent.objects.filter(action="claims.claim.read", purpose="funding").exists()
    assert manager.get(reverse("claims:funding_order", args=[0])).status_code == 404


def test_the_claims_page_says_where_it_stands(manager: Client) -> None:
    _world, order = three_that_wait()
    page = manager.get(reverse("claims:claim", args=[order[2]])).content.decode()
    assert "It is number 3" in page
    assert "$140.00" in page
    assert "not paid yet" not in manager.get(reverse("claims:claim", args=[order[0]])).content.decode()


def test_the_desk_shows_what_is_to_do_and_asks_for_money(manager: Client) -> None:
    world, _order = three_that_wait()
    make_world()
    with few_queries():
        page = manager.get(reverse("claims:funding_desk")).content.decode()
    assert "Ask: claims wait" in page
    assert "Agree how it is funded" in page
    assert "$140.00" in page
    manager.post(reverse("claims:funding_desk"), {"do": "raise", "account": world.account.pk})
    assert FundingRequest.objects.get().amount == D("140.00")
    page = manager.post(
        reverse("claims:funding_desk"), {"do": "raise", "account": world.account.pk}, follow=True
    ).content.decode()
    assert "nothing to ask for" in page
    assert "The employer approves" in page
    assert FundingRequest.objects.count() == 1


def test_an_account_is_opened_for_a_plan_that_has_none(manager: Client) -> None:
    world, other = make_world(), make_world()
    PlanOffering.objects.create(employer=world.employer, plan=other.plan, period=YEAR_2026)
    words = {"do": "open", "for": f"{world.employer.pk}-{other.plan.pk}", "name": "Second", "limit": "0"}
    manager.post(reverse("claims:funding_desk"), words)
    opened = ClaimsAccount.objects.get(employer=world.employer, plan=other.plan)
    assert (opened.name, opened.overdraft_limit_amount) == ("Second", D(0))
    page = manager.post(reverse("claims:funding_desk"), words, follow=True).content.decode()
    assert "Choose a plan that has no account" in page


def test_a_term_is_settled_on_screen_when_its_run_out_is_over(manager: Client) -> None:
    world = make_world(overdraft_limit_amount=D(0))
    terms = agree(world, **LEVEL | {"starts_on": date(2024, 1, 1), "ends_on": date(2025, 1, 1), "surplus_as": "credit"})
    address = reverse("claims:funding_order", args=[world.account.pk])
    assert "to be settled" in manager.get(address).content.decode()
    manager.post(address, {"terms": "0", "reimbursed": "0.00"})
    assert not FundingSettlement.objects.exists()
    manager.post(address, {"terms": terms.pk, "reimbursed": "0.00"})
    assert FundingSettlement.objects.get().surplus_amount == 0


def test_examiners_look_and_do_nothing(client: Client) -> None:
    world, _order = three_that_wait()
    client.force_login(make_user(Role.EXAMINER))
    assert "Ask now" not in client.get(reverse("claims:funding_desk")).content.decode()
    assert client.post(reverse("claims:funding_desk"), {"do": "raise", "account": world.account.pk}).status_code == 403
    assert client.post(reverse("claims:funding_order", args=[world.account.pk])).status_code == 403
    assert not FundingRequest.objects.exists()

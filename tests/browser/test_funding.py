"""The funding desk and the employer's side of it in a browser: on a desk, narrow, in the dark, full, empty, refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from claims.payments.instruct_payments import Instruction, instruct_payments
from employers.funding.deposit_funds import deposit_funds
from employers.models import ClaimsAccount, Employer, FundingRequest
from plans.models import Plan
from tests.factories.funding import LEVEL, agree, approve, ask, make_funded_world, pay, receive_money
from tests.factories.payments import ENGINE, World, decide, make_decided, make_submission, make_world, receive
from tests.factories.users import make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]
D = Decimal
TODAY = date(2026, 11, 24)


def named(world: World, name: str, plan: str) -> World:
    Employer.objects.filter(pk=world.employer.pk).update(name=name)
    Plan.objects.filter(pk=world.plan.pk).update(name=plan)
    ClaimsAccount.objects.filter(pk=world.account.pk).update(name="Claims account")
    return world


def a_desk() -> tuple[World, FundingRequest, FundingRequest]:
    """Accounts of every mode; one with claims that wait, a request received in part and one that waits for two."""
    world = make_funded_world(two_people_above_amount=D("1000.00"), section="Exhibit C 2", expires_days=10)
    named(world, "Cascade Outfitters", "Cascade PPO")
    make_decided(world, "4500.00")
    first = ask(world, date(2026, 11, 16))
    assert first is not None
    approve(first, world)
    receive_money(first, "2000.00", "WIRE 118842", date(2026, 11, 17))
    received = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 5), date(2026, 11, 6))
    billed = (D(900), D(2400), D(1250), D(310))
    claims = [
        receive(world, make_submission(world, [amount]), received_on=on)
        for amount, on in zip(billed, received, strict=True)
    ]
    decide(world, claims)
    words = [Instruction(claims[1].pk, "radar", pay_by_on=date(2026, 12, 31))]
    instruct_payments(employer_id=world.employer.pk, instructions=words, by=ENGINE)
    asked = ask(world, TODAY)
    assert asked is not None
    weekly = make_funded_world("weekly_pull", limit=None, pull_weekday=1)
    named(weekly, "Lakeside Foundry", "Lakeside PPO")
    make_decided(weekly, "800.00")
    pay(weekly, date(2026, 11, 20))
    imprest = make_funded_world("imprest", target_amount=D(5000), refill_below_amount=D(1500))
    named(imprest, "Harbor Tool Works", "Harbor EPO")
    deposit_funds(
        claims_account_id=imprest.account.pk, amount=D(5000), received_on=TODAY, bank_reference="W1", by=ENGINE
    )
    level = make_world(overdraft_limit_amount=D(0))
    agree(level, **LEVEL)
    named(level, "Meadow Creek Bakery", "Meadow EPO")
    named(make_world(Employer.FundingMode.TPA_ADVANCE), "Granite Bridge Engineering", "Granite HSA")
    named(make_world(), "Northern Mills", "Mills PPO")
    return world, first, asked


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_desk_is_accessible(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    page = visit("/funding/", as_=make_user(Role.TPA_MANAGER), width=width, dark=dark)
    accessible(page)
    world, first, asked = a_desk()
    account = world.account.pk
    addresses = ("", f"{account}/", f"{account}/order/", f"requests/{first.pk}/", f"requests/{asked.pk}/")
    for address in addresses:
        page.goto(f"/funding/{address}")
        accessible(page)
    page.goto(f"/funding/requests/{asked.pk}/")
    page.get_by_label("Why").fill("asked on the wrong day")
    page.get_by_role("button", name="Cancel the request").click()
    page.get_by_text("The request is cancelled.").wait_for()
    accessible(page)
    page.goto(f"/claims/{asked.items.first().claim_id}/")
    accessible(page)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_employer_approves_in_the_portal(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    world, _first, asked = a_desk()
    finance = make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)
    page = visit("/portal/funding/", as_=finance, width=width, dark=dark)
    accessible(page)
    page.get_by_role("link", name="Look and approve").click()
    accessible(page)
    assert asked.items.first().claim_number not in page.content()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Another person is wanted").wait_for()
    accessible(page)
    assert not page.get_by_role("button", name="Approve").count(), "nobody is two people"
    asked.refresh_from_db()
    assert asked.status == FundingRequest.Status.RAISED
    second = make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)
    page = visit(f"/portal/funding/{asked.pk}/", as_=second, width=width, dark=dark)
    page.get_by_text("two people approve").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Approve").wait_for(state="detached")
    accessible(page)
    asked.refresh_from_db()
    assert asked.status == FundingRequest.Status.APPROVED

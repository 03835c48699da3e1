"""Money is asked for as the account's terms say, each claim dollar on one live request, and paid out in its order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Claim
from claims.payments.ask_for_funds import ask_for_funds
from claims.payments.instruct_payments import Instruction, instruct_payments
from claims.payments.raise_funding_request import raise_funding_request
from employers.funding.cancel_funding_request import cancel_funding_request
from employers.funding.close_request_short import close_request_short
from employers.funding.deposit_funds import deposit_funds
from employers.funding.expire_funding_requests import expire_funding_requests
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.reject_funding_request import reject_funding_request
from employers.funding.return_funds import return_funds
from employers.funding.selectors import available_amount, balances, spendable_amount
from employers.models import FundingItem, FundingReceipt, FundingRequest, LedgerTransaction
from tests.factories.funding import (
    LEVEL,
    TODAY,
    agree,
    approve,
    ask,
    commit,
    finance,
    make_funded_world,
    pay,
    receive_money,
    register,
)
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tpa.foundation.errors import Conflict, Invalid
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

D = Decimal
CODES = ["I1", "I2", "I8", "I9", "I10", "I12"]


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    commit()
    assert offences(only=CODES) == []


def another_member(world: World, received: str = "150.00") -> Claim:
    return make_decided(world, received)


def deposit(world: World, amount: str, reference: str) -> None:
    deposit_funds(
        claims_account_id=world.account.pk, amount=D(amount), received_on=TODAY, bank_reference=reference, by=ENGINE
    )


def move_cash(world: World, kind: str, amount: str) -> None:
    """The bank's side of something: positive brings money back."""
    posting = Posting(
        f"{kind}:{LedgerTransaction.objects.count()}", kind, kind, TODAY,
        ((Account.CASH, D(amount)), (Account.CLAIMS_PAID, -D(amount))),
    )  # fmt: skip
    post(claims_account_id=world.account.pk, posting=posting, by=ENGINE, must_be_funded=False)


def test_paid_in_before_what_is_approved_is_asked_received_and_paid() -> None:
    world = make_funded_world()
    claims = [make_decided(world, "150.00"), make_decided(world, "100.00")]  # 80.00 and 48.00
    assert pay(world) is None
    request = ask(world)
    assert request is not None
    assert (request.amount, request.goal_amount, register(request)) == (D("128.00"), D("128.00"), {"approved": D(128)})
    assert (request.status, request.due_on, request.wanted_count) == ("raised", date(2026, 3, 13), 1)
    assert {item.claim_id for item in request.items.all()} == {claim.pk for claim in claims}
    assert ask(world) is None
    approve(request, world)
    receive_money(request, "128.00")
    assert FundingRequest.objects.get().status == "received"
    assert pay(world).paid_amount == D("128.00")
    assert ask(world) is None
    assert spendable_amount(world.account.pk) == 0


def test_only_what_is_new_and_not_there_already_is_asked() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")  # 80.00
    first = ask(world)
    assert first is not None
    make_decided(world, "100.00")  # 48.00
    deposit(world, "8.00", "D1")
    second = ask(world)
    assert second is not None
    assert (first.amount, second.amount) == (D("80.00"), D("40.00"))
    assert (second.goal_amount, second.balance_amount, second.awaited_amount) == (D("128.00"), D("8.00"), D("80.00"))
    assert register(second) == {"approved": D("48.00"), "other": D("-8.00")}
    assert FundingItem.objects.filter(decision_id__isnull=False).count() == 2


@pytest.mark.parametrize("how", ["rejected", "cancelled", "expired"])
def test_what_was_turned_down_is_free_for_the_next_request(how: str) -> None:
    world = make_funded_world(expires_days=2)
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    assert request.expires_on == date(2026, 3, 16)
    if how == "rejected":
        with pytest.raises(Invalid):
            reject_funding_request(request_id=request.pk, because=" ", by=finance(world))
        reject_funding_request(request_id=request.pk, because="not this week", by=finance(world))
    elif how == "cancelled":
        cancel_funding_request(request_id=request.pk, because="wrong day", by=ENGINE)
    else:
        assert expire_funding_requests(on=date(2026, 3, 16), by=ENGINE) == []
        assert expire_funding_requests(on=date(2026, 3, 17), by=ENGINE) == [request.pk]
        assert expire_funding_requests(on=date(2026, 3, 17), by=ENGINE) == []
    request.refresh_from_db()
    assert (request.status, bool(request.because)) == (how, True)
    assert not request.items.filter(superseded_at__isnull=True).exists()
    again = ask(world)
    assert again is not None
    assert (again.amount, again.awaited_amount) == (D("80.00"), D("0.00"))
    with pytest.raises(Conflict, match="open for money"):
        receive_money(request, "80.00")


def test_pulled_once_a_week_what_was_paid_less_voids_and_refunds() -> None:
    world = make_funded_world("weekly_pull", limit=None, pull_weekday=1)
    make_decided(world, "150.00")
    pay(world)
    move_cash(world, "void", "20.00")
    move_cash(world, "refund", "5.50")
    request = ask(world)
    assert request is not None
    assert request.amount == D("54.50")
    assert register(request) == {"paid": D("80.00"), "voided": D("-20.00"), "refunded": D("-5.50")}
    approve(request, world)
    receive_money(request, "54.50")
    assert spendable_amount(world.account.pk) == 0
    wrong = make_decided(world, "100.00")
    pay(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    make_decided(world, "200.00")  # 112.00, of which the 48.00 are taken back
    pay(world)
    request = ask(world)
    assert request is not None
    assert (request.amount, register(request)) == (D("112.00"), {"paid": D("112.00")})


def test_what_payees_owe_is_not_asked_of_the_employer_twice() -> None:
    world = make_funded_world("weekly_pull", limit=None, pull_weekday=1)
    wrong = make_decided(world, "150.00")
    pay(world)
    approve(first := ask(world), world)  # type: ignore[arg-type]
    receive_money(first, "80.00")  # type: ignore[arg-type]
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    pay(world)  # nothing to net it with: the payee owes 80.00
    assert ask(world) is None
    make_decided(world, "100.00")
    pay(world)  # 48.00 of it is set off
    assert ask(world) is None
    make_decided(world, "150.00")
    pay(world)  # 80.00, of which 32.00 are set off
    request = ask(world)
    assert request is not None
    assert request.amount == D("48.00")
    assert register(request) == {"paid": D("48.00"), "netted": D("0.00")}
    assert request.items.filter(kind="netted").count() == 3


def test_an_imprest_account_is_refilled_to_its_target_below_its_trigger() -> None:
    world = make_funded_world("imprest", target_amount=D("500.00"), refill_below_amount=D("100.00"))
    first = ask(world)
    assert first is not None
    assert register(first) == {"balance": D("500.00")}
    approve(first, world)
    receive_money(first, "500.00")
    for _claim in range(4):
        make_decided(world, "150.00")
    pay(world)  # 320.00
    assert ask(world) is None
    make_decided(world, "200.00")  # 112.00
    pay(world)
    second = ask(world)
    assert second is not None
    assert register(second) == {"paid": D("432.00")}
    approve(second, world)
    receive_money(second, "432.00", "W2")
    make_decided(world, "1500.00")  # more than the target
    assert pay(world) is None
    third = ask(world)
    assert third is not None
    assert (third.amount, register(third)) == (D("444.00"), {"approved": D("944.00"), "balance": D("-500.00")})


def test_received_in_part_and_closed_short_the_rest_is_asked_next() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    with pytest.raises(Conflict):
        receive_money(request, "80.00")
    approve(request, world)
    receive_money(request, "50.00")
    request.refresh_from_db()
    assert request.status == "partly"
    with pytest.raises(Conflict):
        cancel_funding_request(request_id=request.pk, because="x", by=ENGINE)
    assert ask(world) is None
    close_request_short(request_id=request.pk, because="a quarrel about one claim", by=ENGINE)
    rest = ask(world)
    assert rest is not None
    assert (rest.amount, register(rest)) == (D("30.00"), {"balance": D("30.00")})
    assert FundingItem.objects.filter(decision_id__isnull=False, superseded_at__isnull=True).count() == 1


def test_what_came_over_makes_the_next_request_smaller() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    approve(request, world)
    receive_money(request, "100.00")
    request.refresh_from_db()
    assert request.status == "received"
    pay(world)
    make_decided(world, "100.00")
    following = ask(world)
    assert following is not None
    assert (following.amount, register(following)) == (D("28.00"), {"approved": D("48.00"), "balance": D("-20.00")})


def test_the_same_receipt_told_twice_is_one_and_another_under_its_reference_is_refused() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    approve(request, world)
    once, twice = receive_money(request, "80.00"), receive_money(request, "80.00")
    assert once.pk == twice.pk
    with pytest.raises(Conflict):
        receive_money(request, "70.00")
    assert balances(world.account.pk)["cash"] == D("80.00")


def test_money_booked_as_a_deposit_before_is_not_booked_again() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    approve(request, world)
    deposit(world, "80.00", "W1")
    receive_money(request, "80.00", "W1")
    assert (balances(world.account.pk)["cash"], LedgerTransaction.objects.count()) == (D("80.00"), 1)


def test_what_the_bank_takes_back_is_awaited_again() -> None:
    world = make_funded_world()
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    approve(request, world)
    receipt = receive_money(request, "80.00")
    back = return_funds(receipt_id=receipt.pk, returned_on=TODAY, because="R01", by=ENGINE)
    assert return_funds(receipt_id=receipt.pk, returned_on=TODAY, because="R01", by=ENGINE).pk == back.pk
    request.refresh_from_db()
    assert (request.status, spendable_amount(world.account.pk)) == ("approved", 0)
    assert ask(world) is None
    receive_money(request, "80.00", "W2")
    assert [receipt.amount for receipt in FundingReceipt.objects.order_by("pk")] == [D(80), D(-80), D(80)]


def test_the_calendar_asks_once_a_day_and_a_weekly_pull_on_its_day_only() -> None:
    daily = make_funded_world()
    make_decided(daily, "150.00")
    assert [raised.amount for raised in ask_for_funds(claims_account_id=daily.account.pk, on=TODAY)] == [D("80.00")]
    make_decided(daily, "100.00")
    assert ask_for_funds(claims_account_id=daily.account.pk, on=TODAY) == []
    assert ask_for_funds(claims_account_id=daily.account.pk, on=date(2026, 3, 14)) == []  # a Saturday
    assert len(ask_for_funds(claims_account_id=daily.account.pk, on=date(2026, 3, 16))) == 1
    weekly = make_funded_world("weekly_pull", limit=None, pull_weekday=0)
    make_decided(weekly, "150.00")
    pay(weekly, date(2026, 5, 20))
    # 25 May 2026 is Memorial Day.
    days = [day for day in range(21, 30) if ask_for_funds(claims_account_id=weekly.account.pk, on=date(2026, 5, day))]
    assert days == [26]


def test_deposits_are_asked_month_by_month_and_a_part_is_kept_for_the_run_out() -> None:
    terms = {**LEVEL, "deposit_amount": D("1000.00"), "deposit_day": 1, "reserve_percent": D(10)}
    world = make_funded_world(**terms)  # type: ignore[arg-type]
    raised = ask_for_funds(claims_account_id=world.account.pk, on=TODAY)
    assert [request.amount for request in raised] == [D("1000.00")] * 3
    assert ask_for_funds(claims_account_id=world.account.pk, on=TODAY) == []
    march = FundingRequest.objects.get(month_on=date(2026, 3, 1))
    approve(march, world)
    receive_money(march, "1000.00")
    assert (spendable_amount(world.account.pk), available_amount(world.account.pk)) == (D("1000.00"), D("900.00"))
    with pytest.raises(Conflict):
        ask(world)
    make_decided(world, "1500.00")  # 944.00: more than may be drawn
    assert pay(world) is None
    ask_for_funds(claims_account_id=world.account.pk, on=date(2027, 1, 4))
    assert available_amount(world.account.pk) == D("1000.00")
    assert pay(world, date(2027, 1, 5)).paid_amount == D("944.00")


def test_without_terms_nothing_is_asked() -> None:
    world = make_world(overdraft_limit_amount=D(0))
    make_decided(world, "150.00")
    with pytest.raises(Conflict):
        raise_funding_request(claims_account_id=world.account.pk, on=TODAY, by=ENGINE)
    assert ask_for_funds(claims_account_id=world.account.pk, on=TODAY) == []


def test_what_was_paid_before_the_terms_is_in_the_opening_balance() -> None:
    world = make_world()
    make_decided(world, "150.00")
    pay(world, date(2026, 3, 11))
    agree(world, "own_account", starts_on=TODAY)
    make_decided(world, "100.00")
    pay(world)
    request = ask(world)
    assert request is not None
    assert (request.amount, register(request)) == (D("128.00"), {"paid": D("48.00"), "balance": D("80.00")})


def test_a_claim_that_waits_for_a_carriers_advance_is_not_asked_of_the_employer() -> None:
    world = make_funded_world()
    held = make_decided(world, "150.00")
    instruct_payments(
        employer_id=world.employer.pk, instructions=[Instruction(held.pk, "advance", is_held=True)], by=ENGINE
    )
    assert ask(world) is None


def test_raising_takes_the_same_statements_however_many_claims() -> None:
    counts = []
    for how_many in (2, 9):
        world = make_funded_world()
        for _claim in range(how_many):
            make_decided(world, "150.00")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask(world)
        counts.append(len(captured))
    assert counts[0] == counts[1]

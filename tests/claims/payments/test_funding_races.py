"""Two people at once on real Postgres: of one request, one receipt, one raise. One wins, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from claims.payments.raise_funding_request import raise_funding_request
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.cancel_funding_request import cancel_funding_request
from employers.funding.receive_funds import receive_funds
from employers.funding.reject_funding_request import reject_funding_request
from employers.funding.selectors import balances
from employers.models import FundingApproval, FundingItem, FundingReceipt, FundingRequest
from tests.factories.funding import TODAY, approve, ask, finance, make_funded_world, pay
from tests.factories.payments import ENGINE, World, make_decided
from tpa.foundation.errors import DomainError
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Each in a thread and connection of its own; what each returned, or the error it was told."""
    ready = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            ready.wait(10)
            return action()
        except DomainError as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def told(answers: list[object]) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, DomainError)]


@pytest.fixture
def world() -> World:
    world = make_funded_world(two_people_above_amount=D("100.00"))
    make_decided(world, "150.00")
    return world


def test_of_two_who_approve_at_once_one_wins(world: World) -> None:
    request = ask(world)
    assert request is not None
    people = [finance(world), finance(world)]
    answers = at_once(*(lambda who=who: approve_funding_request(request_id=request.pk, by=who) for who in people))
    assert told(answers) == ["funding.settled_meanwhile"]
    assert FundingApproval.objects.count() == 1
    assert FundingRequest.objects.get().status == "approved"


def test_one_person_at_two_screens_is_not_two_people(world: World) -> None:
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    assert request.wanted_count == 2
    person = finance(world)
    answers = at_once(*[lambda: approve_funding_request(request_id=request.pk, by=person)] * 2)
    assert told(answers) == ["funding.approved_before"]
    assert FundingRequest.objects.get().status == "raised"
    answers = at_once(
        *(
            lambda who=who: approve_funding_request(request_id=request.pk, by=who)
            for who in (finance(world), finance(world))
        )
    )
    assert told(answers) == ["funding.settled_meanwhile"]
    assert FundingApproval.objects.count() == 2


def test_raised_twice_at_once_it_is_asked_once(world: World) -> None:
    answers = at_once(*[lambda: raise_funding_request(claims_account_id=world.account.pk, on=TODAY, by=ENGINE)] * 3)
    assert sum(answer is not None for answer in answers) == 1
    assert FundingItem.objects.count() == 1


def test_a_receipt_recorded_twice_at_once_is_one(world: World) -> None:
    request = ask(world)
    assert request is not None
    approve(request, world)

    def receive() -> int:
        return receive_funds(
            request_id=request.pk, amount=D("80.00"), received_on=TODAY, bank_reference="W1", by=ENGINE
        ).pk

    assert len(set(at_once(receive, receive, receive))) == 1
    assert FundingReceipt.objects.count() == 1
    assert balances(world.account.pk)["cash"] == D("80.00")


def test_approved_and_rejected_at_once_it_is_one_of_the_two(world: World) -> None:
    request = ask(world)
    assert request is not None
    answers = at_once(
        lambda: approve_funding_request(request_id=request.pk, by=finance(world)),
        lambda: reject_funding_request(request_id=request.pk, because="no", by=finance(world)),
    )
    assert len(told(answers)) == 1
    live = FundingItem.objects.filter(superseded_at__isnull=True).count()
    assert (FundingRequest.objects.get().status, live) in {("approved", 1), ("rejected", 0)}


def test_asking_paying_and_cancelling_at_once_the_dollars_stay_on_one_request(world: World) -> None:
    request = ask(world)
    assert request is not None
    for _claim in range(3):
        make_decided(world, "150.00")
    answers = at_once(
        lambda: raise_funding_request(claims_account_id=world.account.pk, on=TODAY, by=ENGINE),
        lambda: cancel_funding_request(request_id=request.pk, because="x", by=ENGINE),
        lambda: pay(world),
    )
    assert set(told(answers)) <= {"payments.run_under_way"}
    while (more := ask(world)) is not None:
        assert more.amount > 0
    live = FundingRequest.objects.filter(status__in=FundingRequest.LIVE)
    assert sum(row.amount for row in live) == D("320.00")
    assert FundingItem.objects.filter(superseded_at__isnull=True, decision_id__isnull=False).count() == 4
    assert offences(only=["I1", "I2", "I10", "I12"]) == []

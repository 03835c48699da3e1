"""/api/v1/funding-requests: the register adds up, finance approves or rejects, the TPA books money."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from employers.models import FundingRequest
from tests.factories.api import Caller, make_caller
from tests.factories.funding import approve, ask, make_funded_world
from tests.factories.payments import World, make_decided, make_world
from tpa.foundation.api import rate_limits
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture
def world() -> World:
    world = make_funded_world()
    make_decided(world, "150.00")
    return world


@pytest.fixture
def asked(world: World) -> FundingRequest:
    request = ask(world)
    assert request is not None
    return request


def finance_of(world: World) -> Caller:
    return make_caller(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)


def post(caller: Caller, asked: FundingRequest, what: str, **words: Any) -> Any:
    return caller.post(f"funding-requests/funding_{asked.pk}/{what}", json.dumps(words))


def test_it_is_listed_read_and_approved(world: World, asked: FundingRequest) -> None:
    caller = finance_of(world)
    (found,) = caller.get("funding-requests?status=raised").json()["items"]
    assert (found["number"], found["amount"], found["received_amount"]) == (asked.number, "80.00", "0.00")
    whole = caller.get(f"funding-requests/funding_{asked.pk}").json()
    assert sum(Decimal(row["amount"]) for row in whole["register"]) == Decimal("80.00")
    assert "claim" not in json.dumps(whole).replace("claims", "")
    assert post(caller, asked, "approval").json()["status"] == "approved"
    again = post(finance_of(world), asked, "approval")
    assert (again.status_code, again.json()["code"]) == (409, "funding.settled_meanwhile")


def test_it_is_rejected_with_a_reason(world: World, asked: FundingRequest) -> None:
    caller = finance_of(world)
    assert post(caller, asked, "rejection").status_code in (400, 422)
    assert post(caller, asked, "rejection", because="next month").json()["status"] == "rejected"


def test_money_is_booked_once(world: World, asked: FundingRequest) -> None:
    approve(asked, world)
    manager = make_caller(Role.TPA_MANAGER)
    money = {"amount": "80.00", "received_on": "2026-03-12", "bank_reference": "W1"}
    for _time in range(2):
        answer = post(manager, asked, "receipts", **money).json()
        assert (answer["status"], answer["received_amount"], len(answer["receipts"])) == ("received", "80.00", 1)
    assert post(finance_of(world), asked, "receipts", **money).status_code == 403
    assert post(manager, asked, "approval").status_code == 403


def test_another_employers_request_is_nobodys(asked: FundingRequest) -> None:
    stranger = finance_of(make_world())
    assert stranger.get("funding-requests").json()["items"] == []
    assert stranger.get(f"funding-requests/funding_{asked.pk}").status_code == 404
    assert post(stranger, asked, "approval").status_code == 404
    assert post(stranger, asked, "rejection", because="x").status_code == 404

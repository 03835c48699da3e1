"""Claims accounts under funding terms, with what waits to be paid from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from claims.payments.raise_funding_request import raise_funding_request
from claims.payments.run_payments import run_payments
from employers.funding.agree_funding_terms import TermsWords, agree_funding_terms
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.receive_funds import receive_funds
from employers.models import FundingReceipt, FundingRequest, FundingTerms
from tests.factories.payments import ENGINE, World, make_world
from tests.factories.users import make_user
from tpa.foundation.audit import Actor

# A Thursday.
TODAY = date(2026, 3, 12)
LEVEL = {
    "mode": "level", "ends_on": date(2027, 1, 1), "run_out_months_count": 3, "surplus_percent": Decimal(50),
    "surplus_as": "refund", "deficit_percent": Decimal(0),
}  # fmt: skip


def agree(world: World, mode: str = "prefund", **words: Any) -> FundingTerms:
    """Terms from the start of 2026 unless said otherwise."""
    given: dict[str, Any] = {"starts_on": date(2026, 1, 1)} | ({"mode": mode} if "mode" not in words else {}) | words
    return agree_funding_terms(claims_account_id=world.account.pk, words=TermsWords(**given), by=ENGINE)


def make_funded_world(mode: str = "prefund", limit: str | None = "0.00", **words: Any) -> World:
    """An employer whose account is under terms."""
    world = make_world(overdraft_limit_amount=None if limit is None else Decimal(limit))
    agree(world, mode, **words)
    return world


def finance(world: World) -> Actor:
    """A new person of the employer's finance."""
    return Actor.user(make_user("employer_finance", employer_id=world.employer.pk).pk)


def ask(world: World, on: date = TODAY) -> FundingRequest | None:
    """Raise a request."""
    raised = raise_funding_request(claims_account_id=world.account.pk, on=on, by=ENGINE)
    return FundingRequest.objects.get(pk=raised.request_id) if raised else None


def approve(request: FundingRequest, world: World) -> FundingRequest:
    """All the people it wants approve it."""
    for _person in range(request.wanted_count):
        request = approve_funding_request(request_id=request.pk, by=finance(world))
    return request


def receive_money(request: FundingRequest, amount: str, reference: str = "W1", on: date = TODAY) -> FundingReceipt:
    """Money comes in."""
    return receive_funds(
        request_id=request.pk, amount=Decimal(amount), received_on=on, bank_reference=reference, by=ENGINE
    )


def pay(world: World, on: date = TODAY) -> Any:
    """A payment run."""
    return run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)


def register(request: FundingRequest) -> dict[str, Decimal]:
    """What the register comes to, by kind."""
    sums: dict[str, Decimal] = {}
    for kind, amount in request.items.values_list("kind", "amount"):
        sums[kind] = sums.get(kind, Decimal(0)) + amount
    return sums


def commit() -> None:
    """What a commit checks."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def committed() -> Iterator[None]:
    """What is done inside is checked as a commit does."""
    yield
    commit()

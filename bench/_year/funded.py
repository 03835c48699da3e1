"""Employers who are asked for funds in the year: terms of five kinds, requests approved, turned down, paid in parts.

Two are level-funded: of one the deposits are asked for month by month, of the other they come with the invoice. Their
terms are settled when the run-out is over, one with a surplus, one with a deficit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from django.db import connection

from bench._year.cast import FIRST, OVER
from bench._year.world import BY, House, World
from claims.payments.ask_for_funds import ask_for_funds
from claims.payments.settle_level_funding import settle_level_funding
from employers.funding.agree_funding_terms import TermsWords, agree_funding_terms
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.cancel_funding_request import cancel_funding_request
from employers.funding.close_request_short import close_request_short
from employers.funding.deposit_funds import deposit_funds
from employers.funding.expire_funding_requests import expire_funding_requests
from employers.funding.open_requests import received_amount
from employers.funding.receive_funds import receive_funds
from employers.funding.reject_funding_request import reject_funding_request
from employers.models import FundingRequest, FundingTerms
from tpa.foundation.access import scope_for
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict
from tpa.foundation.grants import grant_role
from tpa.foundation.models import Role, User

Mode, Status = FundingTerms.Mode, FundingRequest.Status
D = Decimal
TERMS: Final = {
    "ALDER": TermsWords(
        mode=Mode.PREFUND, starts_on=FIRST, due_days=2, expires_days=8, two_people_above_amount=D(9_000)
    ),
    "FIR": TermsWords(
        mode=Mode.IMPREST, starts_on=FIRST, target_amount=D(30_000), refill_below_amount=D(12_000), due_days=3
    ),
    "HAZEL": TermsWords(mode=Mode.OWN_ACCOUNT, starts_on=FIRST, expires_days=5, two_people_above_amount=D(15_000)),
    "KATSURA": TermsWords(mode=Mode.WEEKLY_PULL, starts_on=FIRST, pull_weekday=3),
    "IRONWOOD": TermsWords(
        mode=Mode.LEVEL, starts_on=FIRST, ends_on=OVER, due_days=5, deposit_amount=D(1), deposit_day=5,
        reserve_percent=D(12), run_out_months_count=3, surplus_percent=D(60), surplus_as="refund",
        deficit_percent=D(40),
    ),
    # Deposits come with the invoice.
    "CEDAR": TermsWords(
        mode=Mode.LEVEL, starts_on=FIRST, ends_on=OVER, run_out_months_count=3, surplus_percent=D(50),
        surplus_as="credit", deficit_percent=D(40),
    ),
}  # fmt: skip
# The level-funded employer's deposit by what its families' claims cost as a rule, and on which day it is settled.
LEVEL: Final = "IRONWOOD"
SETTLED_ON: Final = date(2027, 4, 20)
_CLAIM_COSTS: Final = D(420)
_PAID_AFTER: Final = """
SELECT coalesce(sum(l.plan_paid_amount), 0) FROM claims_payment p JOIN claims_paymentitem i ON i.payment_id = p.id
  JOIN claims_claimline l ON l.decision_id = i.decision_id
 WHERE p.claims_account_id = %s AND l.service_from >= %s
"""


def agree(world: World, *, claims_a_family: Decimal) -> None:
    """Agree on the terms, and let two people of each employer approve. A level deposit is a month's claims expected."""
    for code, words in TERMS.items():
        house = world.house(code)
        if code == LEVEL:
            month = claims_a_family * house.families * _CLAIM_COSTS / 12
            words = replace(words, deposit_amount=max(D(5000), month.quantize(D(1))))
        for account_id in house.account_ids:
            agree_funding_terms(claims_account_id=account_id, words=words, by=BY)
        house.approvers += [_approver(house, name) for name in ("finance", "owner")]


def _approver(house: House, name: str) -> Actor:
    user = User.objects.create_user(f"{name}@{house.code.lower()}.example", None, full_name=f"{house.code} {name}")
    grant_role(
        user=user, role=Role.EMPLOYER_FINANCE, employer_id=house.employer_id, by=BY, because="the simulated year"
    )
    return scope_for(user).actor


def ask(world: World, on: date, rng: Random) -> None:
    """A morning: what is needed is asked for, what nobody approved lapses, people approve, and money comes in."""
    expire_funding_requests(on=on, by=BY)
    for code in TERMS:
        house = world.house(code)
        for account_id in house.account_ids:
            ask_for_funds(claims_account_id=account_id, on=on)
            requests = FundingRequest.objects.filter(claims_account=account_id)
            for request in list(requests.filter(status=Status.RAISED).order_by("pk")):
                _answer(house, request, rng)
            for request in list(requests.filter(status__in=[Status.APPROVED, Status.PARTLY]).order_by("pk")):
                _send(request, on, rng)


def settle_level(world: World, on: date) -> None:
    """The level-funded terms are settled: what is still awaited of deposits is given up first. No other term follows,
    and claims of days after it were paid from what it left: where the surplus is not there any more for that, the
    employer pays it in."""
    for code in (LEVEL, "CEDAR"):
        [account_id] = world.house(code).account_ids
        requests = FundingRequest.objects.filter(claims_account=account_id, status__in=FundingRequest.OPEN)
        for request in list(requests.order_by("pk")):
            if request.status == Status.PARTLY:
                close_request_short(request_id=request.pk, because="the term is over", by=BY)
            else:
                cancel_funding_request(request_id=request.pk, because="the term is over", by=BY)
        terms = FundingTerms.objects.get(claims_account=account_id, superseded_at__isnull=True)
        try:
            settle_level_funding(terms_id=terms.pk, on=on, reimbursed_amount=D(0), by=BY)
        except Conflict as lack:
            amount = D(lack.extra["wanted_amount"]) - D(lack.extra["available_amount"])
            assert amount <= _paid_after(account_id), f"{code} lacks {amount}"
            reference = f"WIRE {code} {on:%Y%m%d}"
            deposit_funds(claims_account_id=account_id, amount=amount, received_on=on, bank_reference=reference, by=BY)
            settle_level_funding(terms_id=terms.pk, on=on, reimbursed_amount=D(0), by=BY)


def _paid_after(account_id: int) -> Decimal:
    """What the account paid for services after the year."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID_AFTER, [account_id, OVER])
        found: Decimal = cursor.fetchone()[0]
    return found


def _answer(house: House, request: FundingRequest, rng: Random) -> None:
    """Most are approved on the same day, above the limit by a second person; some are turned down."""
    chance = rng.random()
    if chance < 0.03:
        because = "asked for by mistake"
        cancel_funding_request(request_id=request.pk, because=because, by=BY)
    elif chance < 0.06:
        reject_funding_request(request_id=request.pk, because="not before the board meets", by=house.approvers[0])
    elif chance < 0.85:
        before = {approval.approved_by for approval in request.approvals.all()}
        for person in house.approvers[: request.wanted_count]:
            if str(person) not in before:
                approve_funding_request(request_id=request.pk, by=person)


def _send(request: FundingRequest, on: date, rng: Random) -> None:
    """The employer's money: as a rule all, sometimes a part or more; a part is at times all that comes."""
    left = request.amount - received_amount(request)
    chance = rng.random()
    if chance < 0.15:
        return
    if request.status == Status.PARTLY and chance < 0.25:
        close_request_short(request_id=request.pk, because="the rest comes with the next one", by=BY)
        return
    amount = left
    if chance < 0.35 and left > 100:
        amount = (left / 3).quantize(D("0.01"))
    elif chance < 0.40:
        amount = left + 25
    receive_funds(
        request_id=request.pk,
        amount=amount,
        received_on=on,
        bank_reference=f"FUND {request.number} {on:%m%d}",
        by=BY,
    )

"""Reads what waits to be paid, in the order in which it is funded: why each claim waits, and how much is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.payments.due_decisions import owed_by, read_due
from claims.payments.instruments import amounts_of, read_undelivered
from claims.payments.netting import Due, Recipient, draw_order, plan_payments
from employers.funding.open_requests import OnRequest, on_requests
from employers.funding.paying_accounts import available_amounts
from employers.funding.selectors import claims_accounts
from tpa.foundation.values.money import ZERO

_APPROVED = """
SELECT c.employer_id, d.plan_id, count(*), sum(d.plan_paid_amount), min(c.due_on), min(n.pay_by_on)
  FROM claims_claim c
  LEFT JOIN claims_paymentinstruction n ON n.claim_id = c.id
  JOIN LATERAL (SELECT plan_id, plan_paid_amount FROM claims_decision
                 WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
 WHERE c.status = 'approved' AND NOT coalesce(n.is_held, false)
 GROUP BY 1, 2
"""


class Why(TextChoices):
    """Why a claim that is approved is not paid yet."""

    NEXT = "next", _("the next payment run pays it")
    FUNDS = "funds", _("the account does not hold enough for it")
    BEHIND = "behind", _("one before it waits for funds")
    HELD = "held", _("an agreement holds it until its own money comes")


class Place(NamedTuple):
    """Where something stands: its place among what draws on its account, and what must come in until it is paid."""

    due: Due
    why: Why
    place: int
    missing_amount: Decimal


@dataclass(frozen=True, slots=True)
class WaitingClaim:
    """A claim in the order, with the live funding request that it stands on."""

    claim_id: int
    claim_number: str
    claims_account_id: int
    amount: Decimal
    received_on: date
    due_on: date
    pay_by_on: date | None
    why: str
    why_words: str
    place: int
    missing_amount: Decimal
    request: OnRequest | None


class Approved(NamedTuple):
    """What of an employer's plan is approved and not paid."""

    employer_id: int
    plan_id: int | None
    claims_count: int
    amount: Decimal
    due_on: date
    pay_by_on: date | None


def order_of_funds(
    due: Sequence[Due],
    owed: Mapping[Recipient, Decimal],
    available: Mapping[int, Decimal | None],
    undelivered: Mapping[Recipient, Decimal],
) -> list[Place]:
    """The order in which a payment run funds what draws on an account: before all what a stop-loss window would lose,
    by its last day, then by due day, then by age. Plain: the same arithmetic as the run's."""
    held = {item.decision_id for item in plan_payments(due, owed, available, undelivered).held}
    nets = {recipient: -amount for recipient, amount in owed.items()}
    for recipient, amount in undelivered.items():
        nets[recipient] = nets.get(recipient, ZERO) + amount
    for item in due:
        if item.amount <= 0:
            nets[item.recipient] = nets.get(item.recipient, ZERO) + item.amount
    drawn: dict[int, Decimal] = defaultdict(lambda: ZERO)
    places: dict[int, int] = defaultdict(int)
    waits: set[int] = set()
    found = [Place(item, Why.HELD, 0, ZERO) for item in due if item.amount > 0 and item.is_held]
    for item in sorted((item for item in due if item.amount > 0 and not item.is_held), key=draw_order):
        account = item.recipient.claims_account_id
        before = nets.get(item.recipient, ZERO)
        nets[item.recipient] = before + item.amount
        drawn[account] += max(ZERO, before + item.amount) - max(ZERO, before)
        places[account] += 1
        why = Why.NEXT
        if item.decision_id in held:
            why = Why.BEHIND if account in waits else Why.FUNDS
            waits.add(account)
        limit = available.get(account)
        missing = ZERO if limit is None or why == Why.NEXT else max(ZERO, drawn[account] - limit)
        found.append(Place(item, why, places[account], missing))
    return found


def waiting_order(employer_id: int, claims_account_id: int) -> list[WaitingClaim]:
    """The order of one account's claims. A fixed number of queries; nothing is locked."""
    places = [place for place in _places(employer_id) if place.due.recipient.claims_account_id == claims_account_id]
    claims = Claim.objects.filter(pk__in=[place.due.claim_id for place in places])
    numbers = {pk: (number, on) for pk, number, on in claims.values_list("pk", "claim_number", "received_on")}
    asked = on_requests([place.due.decision_id for place in places])
    return [_row(place, *numbers[place.due.claim_id], asked.get(place.due.decision_id)) for place in places]


def place_of_claim(claim: Claim) -> WaitingClaim | None:
    """Where one approved claim stands; None when it does not wait to be paid."""
    for place in _places(claim.employer_id) if claim.status == Claim.Status.APPROVED else ():
        if place.due.claim_id == claim.pk:
            asked = on_requests([place.due.decision_id])
            return _row(place, claim.claim_number, claim.received_on, asked.get(place.due.decision_id))
    return None


def approved_by_plan() -> list[Approved]:
    """What is approved, not paid and not held by an agreement, of every employer that the session sees. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_APPROVED)
        return [Approved(*row) for row in cursor.fetchall()]


def _places(employer_id: int) -> list[Place]:
    due = read_due(employer_id, claims_accounts(employer_id))
    recipients = {item.recipient for item in due}
    undelivered = amounts_of(read_undelivered(employer_id, recipients))
    return order_of_funds(due, owed_by(recipients), available_amounts(employer_id), undelivered)


def _row(place: Place, number: str, received_on: date, request: OnRequest | None) -> WaitingClaim:
    due = place.due
    return WaitingClaim(
        claim_id=due.claim_id,
        claim_number=number,
        claims_account_id=due.recipient.claims_account_id,
        amount=due.amount,
        received_on=received_on,
        due_on=due.due_on,
        pay_by_on=due.pay_by_on,
        why=str(place.why.value),
        why_words=str(place.why.label),
        place=place.place,
        missing_amount=place.missing_amount,
        request=request,
    )

"""A year in the database against a second reckoning that shares no code with the first: from the ledger's own payments,
one claim at a time; nothing eligible is left unfiled, and what came in is what was owed."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim
from claims.payments.run_payments import run_payments
from employers.funding.selectors import balances
from tests.factories.payments import ENGINE, World, make_decided, make_family, make_world
from tests.factories.stoploss import aggregate, make_policy, specific
from tests.factories.tpa import enrol
from tpa.invariants.check import offences
from tpa.models import StopLossPolicy
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.file_request import file_request
from tpa.stoploss.leakage import leakage
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement

pytestmark = pytest.mark.django_db
D = Decimal
PEOPLE, DEDUCTIBLE, LASER, CORRIDOR, FACTOR = 8, 300_000, 450_000, 250_000, 20_000
RUN_IN, RUN_OUT = 3, 3
OVER = date(2027, 6, 1)

# Every payment of every claim and when it was taken back, by the books alone.
_BOOKS = """
SELECT c.member_id, l.service_from, p.paid_on, l.plan_paid_amount * 100, i.id,
       (SELECT count(*) FROM claims_decision r JOIN claims_paymentitem b ON b.decision_id = r.id
         WHERE r.reverses_id = i.decision_id)
  FROM claims_paymentitem i JOIN claims_payment p ON p.id = i.payment_id JOIN claims_claim c ON c.id = i.claim_id
  JOIN claims_claimline l ON l.decision_id = i.decision_id
 WHERE i.amount > 0 ORDER BY p.paid_on, i.decision_id, l.id
"""


def _live(world: World, rng: Random) -> list[World]:
    """People with claims of two years, paid some weeks later, some of them taken back after that."""
    people = [world]
    for _person in range(PEOPLE - 1):
        family, member = make_family(world.employer)
        people.append(World(world.employer, world.plan, world.account, family, member, world.payee, world.provider))
    for one in people:
        enrol(one, rng.choice(["EE", "FAM"]), starts_on=date(2025, 6, 1), member=one.member)
    on = date(2025, 11, 5)
    while on < date(2027, 5, 1):
        for _claim in range(rng.randrange(3)):
            served = on - timedelta(days=rng.randrange(120))
            make_decided(rng.choice(people), f"{rng.randrange(50, 3500)}.{rng.randrange(100):02}", on=served)
        paid = list(Claim.objects.filter(status="paid").order_by("pk").values_list("pk", flat=True))
        if paid and rng.random() < 0.2:
            reverse_decisions(claim_ids=[rng.choice(paid)], by=ENGINE, because="overpaid")
        run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
        on += timedelta(days=17)
    return people


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _second_reckoning(laser_member: int, lives: int) -> tuple[dict[int, int], int]:
    """Cents that the carrier owes for each person, and for the group."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS)
        books = [
            (member, on, paid, int(cents)) for member, on, paid, cents, _item, back in cursor.fetchall() if not back
        ]
    owed: dict[int, int] = defaultdict(int)
    spent: dict[int, int] = defaultdict(int)
    in_year: dict[int, int] = defaultdict(int)
    corridor = CORRIDOR
    for member, on, paid, cents in books:
        if date(2025, 10, 1) <= on <= _month_end(2026, 12) and date(2026, 1, 1) <= paid <= _month_end(2027, 3):
            limit = LASER if member == laser_member else DEDUCTIBLE
            above = max(0, spent[member] + cents - limit) - max(0, spent[member] - limit)
            spent[member] += cents
            stays = min(corridor, above)
            corridor -= stays
            owed[member] += above - stays
        if date(2026, 1, 1) <= on <= _month_end(2026, 12) and date(2026, 1, 1) <= paid <= _month_end(2026, 12):
            in_year[member] += cents
    loss = sum(min(cents, DEDUCTIBLE) for cents in in_year.values())
    return {member: cents for member, cents in owed.items() if cents}, max(0, loss - lives * FACTOR * 12)


def _ask_for_everything(policy: StopLossPolicy, world: World) -> Decimal:
    """Assemble, file and have paid whatever the audit says is not filed, until it says nothing."""
    came_in = D(0)
    for _round in range(2):
        for row in leakage(position_of_policy(policy, on=OVER)):
            if row.unfiled_amount:
                asked = assemble_request(policy_id=policy.pk, member_id=row.member_id, on=OVER, by=ENGINE)
                file_request(request_id=asked.pk, filed_on=OVER, by=ENGINE)
                receipt = BankReceipt(asked.requested_amount, OVER, f"WIRE {asked.number}")
                record_reimbursement(request_id=asked.pk, receipt=receipt, by=ENGINE)
                came_in += asked.requested_amount
    assert not any(row.unfiled_amount or row.outstanding_amount for row in leakage(position_of_policy(policy, on=OVER)))
    return came_in


@pytest.mark.parametrize("seed", range(2))
def test_what_came_in_is_what_a_second_reckoning_says(seed: int) -> None:
    world = make_world()
    people = _live(world, Random(seed))
    terms = specific(
        str(D(DEDUCTIBLE) / 100),
        run_in_months=RUN_IN,
        run_out_months=RUN_OUT,
        corridor_amount=D(CORRIDOR) / 100,
        lasers=((people[0].member.pk, D(LASER) / 100),),
    )
    policy = make_policy(world, specific=terms, aggregate=aggregate(str(D(FACTOR) / 100)))
    by_person, of_group = _second_reckoning(people[0].member.pk, PEOPLE)
    assert by_person, "some person passes the deductible"
    found = position_of_policy(policy, on=OVER)
    assert found.specific is not None
    assert found.group is not None
    owed = {one.member_id: int(one.reimbursable_amount * 100) for one in found.specific.persons}
    assert {member: cents for member, cents in owed.items() if cents} == by_person
    assert found.group.position.reimbursable_amount * 100 == of_group
    assert _ask_for_everything(policy, world) * 100 == sum(by_person.values()) + of_group
    assert balances(world.account.pk)["stop_loss"] * 100 == -(sum(by_person.values()) + of_group)
    assert offences(only=("I1", "I2", "I10", "I12")) == []

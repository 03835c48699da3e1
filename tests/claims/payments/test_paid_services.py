"""What was paid for whom in two windows; instructions to payment runs; and that nobody else's claims are looked at."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.intake.selectors import arrived_after
from claims.models import Claim, PaymentInstruction
from claims.payments.instruct_payments import Instruction, instruct_payments
from claims.payments.paid_services import (
    PaidQuestion,
    paid_by_account,
    paid_by_month,
    paid_services,
    unpaid_claims,
)
from claims.payments.run_payments import run_payments
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tpa.foundation.errors import NotFound
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
PAID_ON = date(2026, 3, 12)


def _asked(world: World, **changes: object) -> PaidQuestion:
    return PaidQuestion(**{"employer_id": world.employer.pk, "incurred": YEAR, "paid": YEAR} | changes)  # type: ignore[arg-type]


def _run(world: World, on: date = PAID_ON) -> None:
    assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)


def test_services_are_told_by_person_day_and_payment() -> None:
    world = make_world()
    claim = make_decided(world, "500.00", "100.00")
    _run(world)
    (service,) = paid_services(_asked(world), [world.member.pk])
    claim.refresh_from_db()
    assert service.amount == sum(claim.decisions.get().lines.values_list("plan_paid_amount", flat=True)) > 0
    assert (service.incurred_on, service.paid_on, service.claim_number) == (
        date(2026, 3, 2),
        PAID_ON,
        claim.claim_number,
    )
    assert [(row.month_on, row.benefit, row.amount) for row in paid_by_month(_asked(world))] == [
        (date(2026, 3, 1), "medical", service.amount)
    ]
    assert paid_by_account(_asked(world)) == {world.account.pk: service.amount}


@pytest.mark.parametrize(
    "window",
    [
        {"incurred": Period(date(2026, 3, 3), None)},
        {"incurred": Period(date(2026, 1, 1), date(2026, 3, 2))},
        {"paid": Period(date(2026, 3, 13), None)},
        {"paid": Period(date(2026, 1, 1), PAID_ON)},
    ],
)
def test_what_lies_outside_a_window_does_not_count(window: dict[str, Period]) -> None:
    world = make_world()
    make_decided(world, "500.00")
    _run(world)
    assert paid_by_month(_asked(world, **window)) == []


def test_what_was_taken_back_counts_for_nothing_whenever_it_came_back() -> None:
    world = make_world()
    claim = make_decided(world, "500.00")
    _run(world)
    reverse_decisions(claim_ids=[claim.pk], by=ENGINE, because="test", decide_again=False)
    assert len(paid_by_month(_asked(world))) == 1
    _run(world, date(2027, 5, 3))
    assert paid_by_month(_asked(world)) == []


def test_benefits_are_named_by_the_policy() -> None:
    world = make_world()
    make_decided(world, "500.00")
    _run(world)
    (row,) = paid_by_month(_asked(world, benefit_names={"office-visit": "drug"}))
    assert row.benefit == "drug"


def test_what_is_approved_waits_to_be_paid() -> None:
    world = make_world()
    claim = make_decided(world, "500.00")
    (waits,) = unpaid_claims(_asked(world))
    assert (waits.claim_id, waits.amount, waits.status) == (claim.pk, claim.plan_paid_amount, "approved")
    _run(world)
    assert unpaid_claims(_asked(world)) == []


def test_a_claim_held_by_instruction_waits_until_it_is_lifted() -> None:
    world = make_world()
    claim = make_decided(world, "500.00")
    held = Instruction(claim.pk, "its advance was asked for", is_held=True)
    assert instruct_payments(employer_id=world.employer.pk, instructions=[held], by=ENGINE) == 1
    assert instruct_payments(employer_id=world.employer.pk, instructions=[held], by=ENGINE) == 0
    assert run_payments(employer_id=world.employer.pk, on=PAID_ON, by=ENGINE) is None
    lifted = Instruction(claim.pk, "the advance came", pay_by_on=date(2026, 3, 20))
    instruct_payments(employer_id=world.employer.pk, instructions=[lifted], by=ENGINE)
    _run(world)
    assert Claim.objects.get(pk=claim.pk).status == Claim.Status.PAID
    instruct_payments(employer_id=world.employer.pk, instructions=[Instruction(claim.pk, "done")], by=ENGINE)
    assert not PaymentInstruction.objects.exists()


def test_another_employers_claim_takes_no_instruction() -> None:
    world, other = make_world(), make_world()
    claim = make_decided(other, "500.00")
    with pytest.raises(NotFound):
        instruct_payments(
            employer_id=world.employer.pk, instructions=[Instruction(claim.pk, "x", is_held=True)], by=ENGINE
        )


def test_claims_that_arrived_tell_their_diagnoses() -> None:
    world = make_world()
    first, second = make_decided(world, "50.00"), make_decided(world, "60.00")
    (arrived,) = arrived_after(world.employer.pk, first.pk, most=10)
    assert (arrived.claim_id, arrived.diagnoses, arrived.stay_days) == (second.pk, ("Z0000",), 0)
    assert arrived.billed_amount == Decimal("60.00")


def test_a_position_is_read_by_the_employers_own_payments() -> None:
    """The plan starts from the employer's payments of those days, never from all claims."""
    world = make_world()
    with connection.execute_wrapper(_explain), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        paid_by_month(_asked(world))
    assert re.search(r"on claims_payment p(?:_1)? .*\n +Index Cond: .*employer_id = ", _plans[-1]), _plans[-1]
    assert _plans[-1].index("claims_payment p") < _plans[-1].index("claims_claimline")


_plans: list[str] = []


def _explain(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    if "FROM claims_payment p" in sql:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}", params)
            _plans.append("\n".join(row[0] for row in cursor.fetchall()))
    return execute(sql, params, many, context)

"""Payment runs on real tables: who is paid what, once; what is held, recovered, posted; and in how many statements."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Claim, ClaimEvent, Payment, PaymentItem, PaymentRun
from claims.payments.hold_payments import hold_payments
from claims.payments.pay_employer import pay_employer
from claims.payments.run_payments import run_payments
from claims.payments.selectors import employers_to_pay, payments_of, runs_of, to_pay
from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import balances
from employers.models import Employer, LedgerEntry
from tests.factories.payments import (
    ENGINE,
    World,
    decide,
    make_decided,
    make_provider,
    make_submission,
    make_world,
    receive,
)
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict
from tpa.foundation.models import WorkChunk
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 12)
CODES = ["I1", "I2", "I3", "I5", "I8", "I9", "I12"]


def run(world: World, on: date = TODAY) -> Any:
    return run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)


def payments() -> list[Payment]:
    return list(Payment.objects.order_by("pk"))


def held(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


def test_each_payee_gets_one_payment_of_all_its_claims() -> None:
    world = make_world()
    first, second = make_decided(world, "150.00"), make_decided(world, "80.00")  # 80.00 and 35.20 paid
    world.payee, world.provider = make_provider(method="ach")
    third = make_decided(world, "100.00")  # 48.00
    done = run(world)
    check, ach = payments()
    assert (check.method, check.amount, check.items.count()) == ("check", Decimal("115.20"), 2)
    assert (ach.method, ach.amount, ach.check_number) == ("ach", Decimal("48.00"), "")
    assert (done.claim_count, done.payment_count, done.paid_amount) == (3, 2, Decimal("163.20"))
    assert len(check.trace_number) == 10
    assert check.trace_number != ach.trace_number
    assert set(Claim.objects.values_list("status", flat=True)) == {"paid"}
    event = ClaimEvent.objects.filter(claim=third).latest("pk")
    assert (event.from_status, event.to_status, event.because) == ("approved", "paid", f"payment run {done.pk}")
    assert held(world) == {"claims_paid": Decimal("163.20"), "payments_out": Decimal("-163.20")}
    assert {item.claim_id for item in PaymentItem.objects.filter(payment=check)} == {first.pk, second.pk}


def test_a_second_run_finds_nothing() -> None:
    world = make_world()
    make_decided(world, "150.00")
    assert employers_to_pay() == [world.employer.pk]
    assert to_pay(world.employer.pk).amount == Decimal("80.00")
    assert run(world)
    assert run(world) is None
    assert pay_employer(employer_id=world.employer.pk, on=TODAY) is None
    assert PaymentRun.objects.count() == 1
    assert employers_to_pay() == []


def test_a_denied_claim_is_told_by_a_payment_of_zero() -> None:
    world = make_world()
    make_decided(world, "150.00", outcome="denied")
    run(world)
    [payment] = payments()
    assert (payment.method, payment.amount, payment.check_number) == ("none", Decimal("0.00"), "")
    assert Claim.objects.get().status == "paid"
    assert not LedgerEntry.objects.exists()


def test_a_member_is_paid_where_benefits_are_not_assigned() -> None:
    world = make_world()
    make_decided(world, "150.00", benefits_assigned=False)
    make_decided(world, "150.00")
    run(world)
    to_payee, to_member = sorted(payments(), key=lambda payment: payment.member_id or 0)
    assert (to_payee.payee_id, to_payee.amount) == (world.payee.pk, Decimal("80.00"))
    assert (to_member.member_id, to_member.method) == (world.member.pk, "check")


def test_a_paid_claim_taken_back_is_recovered_from_the_next_payment() -> None:
    world = make_world()
    wrong = make_decided(world, "150.00")
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    assert employers_to_pay() == [world.employer.pk]
    right = make_decided(world, "200.00")  # 112.00
    run(world, date(2026, 3, 19))
    payment = payments()[-1]
    assert (payment.amount, payment.items_amount) == (Decimal("32.00"), Decimal("32.00"))
    assert [item.amount for item in payment.items.order_by("pk")] == [Decimal("-80.00"), Decimal("112.00")]
    assert [Claim.objects.get(pk=claim.pk).status for claim in (wrong, right)] == ["reversed", "paid"]
    assert held(world) == {"claims_paid": Decimal("112.00"), "payments_out": Decimal("-112.00")}


def test_what_cannot_be_recovered_is_carried_forward_until_it_is() -> None:
    world = make_world()
    wrong = make_decided(world, "150.00")
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    run(world, date(2026, 3, 19))
    assert held(world) == {"recoveries": Decimal("80.00"), "payments_out": Decimal("-80.00")}
    make_decided(world, "100.00")  # 48.00
    run(world, date(2026, 3, 26))
    make_decided(world, "150.00")  # 80.00
    run(world, date(2026, 4, 2))
    told = [(p.items_amount, p.brought_forward_amount, p.forward_balance_amount, p.amount) for p in payments()[1:]]
    assert told == [
        (Decimal("-80.00"), Decimal("0.00"), Decimal("80.00"), Decimal("0.00")),
        (Decimal("48.00"), Decimal("80.00"), Decimal("32.00"), Decimal("0.00")),
        (Decimal("80.00"), Decimal("32.00"), Decimal("0.00"), Decimal("48.00")),
    ]
    assert held(world) == {"claims_paid": Decimal("128.00"), "payments_out": Decimal("-128.00")}


def test_recovery_stays_within_one_payee_and_one_account() -> None:
    world = make_world()
    wrong = make_decided(world, "150.00")
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    other_plan = make_world()
    other_plan.payee, other_plan.provider = world.payee, world.provider
    make_decided(other_plan, "150.00")
    run(other_plan)
    assert payments()[-1].amount == Decimal("80.00")
    same_plan = World(**{name: getattr(world, name) for name in World.__dataclass_fields__})
    same_plan.payee, same_plan.provider = make_provider()
    make_decided(same_plan, "150.00")
    run(world)
    assert [(p.payee_id, p.amount) for p in payments()[-2:]] == [
        (world.payee.pk, Decimal("0.00")),
        (same_plan.payee.pk, Decimal("80.00")),
    ]


def test_reversed_before_it_was_paid_nothing_is_paid_or_taken_back() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    reverse_decision(claim_id=claim.pk, by=ENGINE, because="x")
    assert run(world) is None
    again = make_decided(world, "150.00")
    reverse_decision(claim_id=again.pk, by=ENGINE, because="x", decide_again=True)
    decide(world, [again], paid_percent=50)
    run(world)
    assert [item.amount for item in PaymentItem.objects.all()] == [Decimal("50.00")]


def test_a_prefunded_account_pays_what_it_holds_in_the_order_of_due_days() -> None:
    world = make_world(Employer.FundingMode.PREFUND, overdraft_limit_amount=Decimal(0))
    deposit_funds(
        claims_account_id=world.account.pk, amount=Decimal("100.00"), received_on=TODAY, bank_reference="D1", by=ENGINE
    )
    later = receive(world, make_submission(world, [Decimal(150)]), received_on=date(2026, 3, 9))
    soon = receive(world, make_submission(world, [Decimal(100)]), received_on=date(2026, 3, 2))
    denied = receive(world, make_submission(world, [Decimal(70)]), received_on=date(2026, 3, 9))
    decide(world, [later, soon])
    decide(world, [denied], outcome="denied")
    done = run(world)
    assert (done.held_count, done.held_amount) == (1, Decimal("80.00"))
    assert [Claim.objects.get(pk=claim.pk).status for claim in (soon, later, denied)] == ["paid", "approved", "paid"]
    assert run(world) is None
    deposit_funds(
        claims_account_id=world.account.pk, amount=Decimal("28.00"), received_on=TODAY, bank_reference="D2", by=ENGINE
    )
    assert run(world).paid_amount == Decimal("80.00")
    assert held(world)["cash"] + held(world)["payments_out"] == 0


def test_what_the_tpa_advances_draws_on_its_own_funds_up_to_the_limit() -> None:
    world = make_world(Employer.FundingMode.TPA_ADVANCE, overdraft_limit_amount=Decimal("100.00"))
    make_decided(world, "150.00")
    make_decided(world, "150.00")
    done = run(world)
    assert (done.paid_amount, done.held_amount) == (Decimal("80.00"), Decimal("80.00"))
    assert payments()[0].funds == "tpa"
    assert held(world) == {"claims_paid": Decimal("80.00"), "tpa_funds": Decimal("-80.00")}


def test_two_plans_pay_from_their_own_accounts() -> None:
    world = make_world()
    other = make_world()
    make_decided(world, "150.00")
    second = World(**{name: getattr(world, name) for name in World.__dataclass_fields__})
    second.plan = other.plan
    claim = make_decided(second, "100.00")
    run(world)
    assert Claim.objects.get(pk=claim.pk).status == "approved"  # its plan has no account with this employer
    assert [payment.claims_account_id for payment in payments()] == [world.account.pk]


def test_the_database_keeps_payments_as_they_are() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    run(world)
    payment = payments()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentItem.objects.create(
            payment=payment, employer=world.employer, claim=claim, decision=claim.decisions.get(), amount=80
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        copy = Payment.objects.get(pk=payment.pk)
        copy.pk, copy.trace_number, copy.check_number, copy.items_amount, copy.amount = None, "1", "1", 5, 5
        copy.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_fifty_claims_cost_as_many_statements_as_two() -> None:
    counts = []
    for size in (2, 50):
        world = make_world()
        claims = [receive(world, make_submission(world, [Decimal(100)])) for _ in range(size)]
        decide(world, claims)
        with CaptureQueriesContext(connection) as queries:
            run(world)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 43


def test_documents_are_asked_for_with_the_run() -> None:
    world = make_world()
    make_decided(world, "150.00")
    done = run(world)
    asked = {chunk.payload["what"] for chunk in WorkChunk.objects.filter(kind="payment_documents")}
    assert asked == {"remittances", "checks", "eobs"}
    assert done.documents_due_count == 3


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_one_wins_and_the_other_is_told() -> None:
    world = make_world()
    for _ in range(3):
        make_decided(world, "150.00")
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                hold_payments(employer_id=world.employer.pk, wait=False)
                entered.set()
                leave.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert entered.wait(10)
        with pytest.raises(Conflict, match="under way"):
            run(world)
        assert pay_employer(employer_id=world.employer.pk, on=TODAY) is None
    finally:
        leave.set()
        other.join()
    assert run(world).claim_count == 3


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_somebody_holds_waits_for_the_next_run() -> None:
    world = make_world()
    busy, free = make_decided(world, "150.00"), make_decided(world, "150.00")
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Claim.objects.select_for_update(no_key=True).get(pk=busy.pk)
                entered.set()
                leave.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert entered.wait(10)
        assert run(world).claim_count == 1
    finally:
        leave.set()
        other.join()
    assert [Claim.objects.get(pk=claim.pk).status for claim in (busy, free)] == ["approved", "paid"]
    assert run(world).claim_count == 1
    assert PaymentItem.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("160.00")


def test_an_employer_sees_its_own_runs_only() -> None:
    world, stranger = make_world(), make_world()
    for one in (world, stranger):
        make_decided(one, "150.00")
        run(one)
    scope = Scope(actor=Actor.user(1), employer_ids=frozenset({world.employer.pk}))
    [seen] = runs_of(scope)
    assert seen.employer_id == world.employer.pk
    assert not payments_of(scope, run_id=PaymentRun.objects.exclude(pk=seen.pk).get().pk)

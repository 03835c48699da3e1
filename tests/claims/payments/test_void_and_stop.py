"""Checks that are stopped, voided and paid again: the money moves once, its claims are owed again or taken back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from claims.adjustments.reverse_decision import reverse_decision
from claims.adjustments.settle_frequency import settle_frequency
from claims.adjustments.void_payment import void_payment
from claims.models import Claim, Payment, PaymentInstrument, PaymentItem
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.hold_payments import hold_payments
from claims.payments.pay_employer import pay_employer
from claims.payments.reissue_payment import reissue_payment
from claims.payments.run_payments import run_payments
from claims.payments.settle_payment import settle_payment
from claims.payments.stop_payment import stop_payment
from claims.payments.write_payment_documents import write_payment_documents
from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import balances
from employers.models import Employer
from tests.edi.remittance_opinions import agreed
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_submission, make_world, receive
from tests.factories.users import make_scope
from tpa.foundation import work
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid, NotFound, Refused
from tpa.foundation.models import Document, LegalParameter, Role
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 12)
OWED = Decimal("80.00")


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    if not LegalParameter.objects.exists():
        load_parameters()
    yield
    assert offences(only=["I1", "I2", "I3", "I5", "I8", "I9", "I12"]) == []


def paid(world: World | None = None, on: date = TODAY) -> tuple[World, PaymentInstrument]:
    world = world or make_world()
    make_decided(world, "150.00")
    run(world, on)
    return world, PaymentInstrument.objects.latest("pk")


def run(world: World, on: date = TODAY) -> None:
    assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE) is not None
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass


def held(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def last_835() -> str:
    return read_bytes(Document.objects.filter(kind="835").latest("pk").sha256).decode()


def test_a_stopped_check_is_paid_again_under_a_further_number() -> None:
    world, one = paid()
    by = make_scope(Role.SENIOR_EXAMINER)
    stop_payment(instrument_id=one.pk, because="lost in the mail", by=by)
    assert held(world) == {}
    with pytest.raises(Conflict):
        stop_payment(instrument_id=one.pk, because="again", by=by)
    again = reissue_payment(instrument_id=one.pk, method="check", because="lost", by=by, on=TODAY)
    one.refresh_from_db()
    assert (one.status, one.because) == ("reissued", "lost in the mail")
    assert again.check_number != one.check_number
    assert Payment.objects.get().check_number == one.check_number
    assert held(world) == {"claims_paid": OWED, "payments_out": -OWED}
    with pytest.raises(Conflict, match="Nothing is owed"):
        reissue_payment(instrument_id=one.pk, method="check", because="lost", by=by, on=TODAY)


def test_voided_with_its_claims_both_come_to_nothing() -> None:
    world, one = paid()
    by = make_scope(Role.TPA_MANAGER)
    void_payment(instrument_id=one.pk, then="taken_back", because="wrong provider", by=by)
    one.refresh_from_db()
    assert one.status == "credited"
    assert Claim.objects.get().status == "reversed"
    assert held(world) == {}
    run(world, date(2026, 3, 19))
    last = Payment.objects.latest("pk")
    assert (last.amount, last.items_amount, last.undelivered_amount, last.forward_balance_amount) == (0, -OWED, OWED, 0)
    one.refresh_from_db()
    assert one.credited_by_id == last.pk
    assert held(world) == {}
    assert f"PLB*{world.payee.npi}*20261231*CS:{one.payment.trace_number}*-80" in last_835()
    assert agreed(last_835())
    # Nothing is left to net: the next payment is whole.
    make_decided(world, "200.00")
    run(world, date(2026, 3, 26))
    assert Payment.objects.latest("pk").amount == Decimal("112.00")


def test_what_was_recovered_with_a_voided_payment_is_owed_to_us_again() -> None:
    world, _first = paid()
    reverse_decision(claim_id=Claim.objects.get().pk, by=ENGINE, because="x")
    make_decided(world, "200.00")  # 112.00, of which 80.00 were recovered
    run(world, date(2026, 3, 19))
    one = PaymentInstrument.objects.latest("pk")
    assert one.amount == Decimal("32.00")
    void_payment(instrument_id=one.pk, then="taken_back", because="x", by=make_scope(Role.TPA_MANAGER))
    run(world, date(2026, 3, 26))
    last = Payment.objects.latest("pk")
    assert (last.items_amount, last.undelivered_amount) == (Decimal("-112.00"), Decimal("32.00"))
    assert last.forward_balance_amount == OWED
    assert held(world) == {"recoveries": OWED, "payments_out": -OWED}


def test_claims_taken_back_meanwhile_are_not_paid_again_and_are_settled() -> None:
    world, one = paid()
    by = make_scope(Role.SENIOR_EXAMINER)
    stop_payment(instrument_id=one.pk, because="lost", by=by)
    with pytest.raises(Conflict, match="pay it again"):
        settle_payment(instrument_id=one.pk, because="x", by=by)
    reverse_decision(claim_id=Claim.objects.get().pk, by=ENGINE, because="x")
    with pytest.raises(Conflict, match="taken back"):
        reissue_payment(instrument_id=one.pk, method="check", because="lost", by=by, on=TODAY)
    settle_payment(instrument_id=one.pk, because="void", by=by)
    run(world, date(2026, 3, 19))
    assert held(world) == {}
    assert PaymentItem.objects.count() == 2


def test_only_who_may_and_up_to_how_much() -> None:
    world, one = paid()
    with pytest.raises(Refused):
        stop_payment(instrument_id=one.pk, because="x", by=make_scope(Role.EXAMINER))
    with pytest.raises(NotFound):
        stop_payment(instrument_id=one.pk + 1000, because="x", by=make_scope(Role.TPA_MANAGER))
    with pytest.raises(Invalid):
        stop_payment(instrument_id=one.pk, because=" ", by=make_scope(Role.TPA_MANAGER))
    set_approval_limit(
        employer_id=world.employer.pk,
        role=Role.SENIOR_EXAMINER,
        amount=Decimal("79.99"),
        period=(date(2020, 1, 1), None),
        source="agreement",
        by=ENGINE,
    )
    with pytest.raises(Refused, match="higher limit"):
        stop_payment(instrument_id=one.pk, because="x", by=make_scope(Role.SENIOR_EXAMINER))
    with pytest.raises(Conflict, match="meanwhile"):
        stop_payment(instrument_id=one.pk, because="x", by=make_scope(Role.TPA_MANAGER), revision=7)
    stop_payment(instrument_id=one.pk, because="x", by=make_scope(Role.TPA_MANAGER), revision=0)


def test_an_ach_credit_is_neither_stopped_nor_voided() -> None:
    world = make_world()
    world.payee, world.provider = make_provider(method="ach")
    _world, one = paid(world)
    by = make_scope(Role.TPA_MANAGER)
    with pytest.raises(Invalid):
        stop_payment(instrument_id=one.pk, because="x", by=by)
    with pytest.raises(Invalid):
        void_payment(instrument_id=one.pk, then="owed", because="x", by=by)
    with pytest.raises(Invalid):
        void_payment(instrument_id=one.pk, then="whatever", because="x", by=by)


def test_paid_again_it_needs_the_money_again() -> None:
    world = make_world(Employer.FundingMode.PREFUND, overdraft_limit_amount=Decimal(0))
    deposit_funds(claims_account_id=world.account.pk, amount=OWED, received_on=TODAY, bank_reference="D1", by=ENGINE)
    _world, one = paid(world)
    by = make_scope(Role.TPA_MANAGER)
    stop_payment(instrument_id=one.pk, because="lost", by=by)
    make_decided(world, "150.00")
    run(world, date(2026, 3, 19))
    with pytest.raises(Conflict, match="does not hold enough"):
        reissue_payment(instrument_id=one.pk, method="check", because="lost", by=by, on=TODAY)
    one.refresh_from_db()
    assert one.status == "stopped"


def test_the_database_keeps_how_a_payment_went_out() -> None:
    _world, one = paid()
    for change in ({"amount": 1}, {"check_number": "1"}, {"method": "ach", "check_number": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentInstrument.objects.filter(pk=one.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentInstrument.objects.create(
            payment=one.payment,
            employer_id=one.employer_id,
            claims_account_id=one.claims_account_id,
            number=2,
            method="check",
            amount=one.amount,
            check_number="77",
            issued_on=TODAY,
            status_at=one.status_at,
        )


@pytest.mark.django_db(transaction=True)
def test_a_void_waits_for_no_run_and_is_told() -> None:
    world, one = paid()
    by = make_scope(Role.TPA_MANAGER)
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
            void_payment(instrument_id=one.pk, then="taken_back", because="x", by=by)
    finally:
        leave.set()
        other.join()
    one.refresh_from_db()
    assert one.status == "issued"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pause", [0, 1, 2, 3, 4, 5])
def test_a_run_and_a_void_of_the_same_claim_at_once(pause: int) -> None:
    """Frequency 8 against the payment run: either the claim was reversed first and is never paid, or it was paid first
    and the next run takes it back. Both see what the other did."""
    world = make_world()
    claim = make_decided(world, "150.00")
    submission = make_submission(world, [Decimal(150)], frequency_code="8", original_claim_number=claim.claim_number)
    void = receive(world, submission)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def at_once(do: object, wait: float) -> threading.Thread:
        def one() -> None:
            try:
                start.wait(10)
                threading.Event().wait(wait)
                do()  # type: ignore[operator]
            except BaseException as failure:  # noqa: BLE001 (told by the main thread)
                failures.append(failure)
            finally:
                connection.close()

        thread = threading.Thread(target=one)
        thread.start()
        return thread

    def settle() -> None:
        with transaction.atomic():
            settle_frequency(claim_ids=[void.pk])

    threads = [
        at_once(lambda: pay_employer(employer_id=world.employer.pk, on=TODAY), 0.004 * pause),
        at_once(settle, 0.004 * (5 - pause)),
    ]
    for thread in threads:
        thread.join()
    assert failures == []
    assert Claim.objects.get(pk=claim.pk).status == "reversed"
    pay_employer(employer_id=world.employer.pk, on=date(2026, 3, 19))
    sums = [item.amount for item in PaymentItem.objects.filter(claim=claim).order_by("pk")]
    assert sums in ([], [OWED, -OWED])
    assert sum(balances(world.account.pk)[kind] for kind in ("claims_paid", "recoveries")) in (0, OWED)

"""Overpayments on real tables: found, asked for, disputed, refunded, taken, given up; never twice, never elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Overpayment, OverpaymentEntry, Payment, PaymentAdjustment
from claims.payments.run_payments import run_payments
from claims.payments.send_remittance import send_remittance
from claims.recoveries.dispute_overpayment import dispute_overpayment, uphold_overpayment
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.record_refund import bounce_refund, record_refund
from claims.recoveries.request_overpayment import request_overpayment
from claims.recoveries.selectors import desk_totals, overpayments_of, standing_of
from claims.recoveries.set_recovery_terms import TermsWords, set_recovery_terms
from claims.recoveries.write_off_overpayment import approve_write_off, refuse_write_off, write_off_overpayment
from employers.funding.selectors import balances
from tests.edi.remittance_opinions import agreed
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tests.factories.users import as_web, make_scope
from tpa.foundation.access import Scope
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tpa.foundation.models import Document, Role
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 3, 12)
CODES = ["I1", "I2", "I3", "I5", "I8", "I9", "I12", "I15"]


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


def run(world: World, on: date = TODAY) -> Any:
    return run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)


def worker(role: str = Role.SENIOR_EXAMINER) -> Scope:
    return make_scope(role)


def agree(world: World, **words: Any) -> None:
    values: dict[str, Any] = {
        "starts_on": date(2026, 1, 1),
        "source": "Network agreement 7.3",
        "offset_allowed": True,
        "notice_days": 30,
    }
    set_recovery_terms(employer_id=world.employer.pk, words=TermsWords(**values | words), by=worker(Role.TPA_MANAGER))


def overpaid(world: World, billed: str = "150.00") -> Overpayment:
    """A claim that was paid and is reversed under terms that want a letter first."""
    wrong = make_decided(world, billed)
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="coverage had ended")
    run(world, TODAY + timedelta(days=1))
    return Overpayment.objects.latest("pk")


def now(row: Overpayment) -> Overpayment:
    row.refresh_from_db()
    return row


def ledger(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def remittance(payment: Payment) -> Any:
    send_remittance(payment_ids=[payment.pk], at=timezone.now())
    document = Document.objects.get(kind="835", subject_id=payment.pk)
    [found] = agreed(read_bytes(document.sha256).decode())
    return found


def plb(payment: Payment) -> list[tuple[str, Decimal]]:
    remittance(payment)
    return [(one.reason, one.amount) for one in PaymentAdjustment.objects.filter(payment=payment).order_by("pk")]


def test_what_wants_a_letter_first_is_not_taken_with_the_reversal() -> None:
    world = make_world()
    agree(world)
    row = overpaid(world)
    payment = Payment.objects.latest("pk")
    assert (payment.items_amount, payment.adjustments_amount, payment.amount) == (D("-80.00"), D("-80.00"), D("0.00"))
    assert plb(payment) == [("WO", D("-80.00"))]
    assert (row.status, row.offset_from_on, standing_of(row).open_amount) == ("open", None, D("80.00"))
    assert ledger(world) == {"recoveries": D("80.00"), "payments_out": D("-80.00")}
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=2))
    assert Payment.objects.latest("pk").amount == D("48.00")


def test_after_the_days_of_its_letter_it_is_taken_and_what_is_left_is_carried_forward() -> None:
    world = make_world()
    agree(world)
    row = overpaid(world)
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    assert now(row).offset_from_on == TODAY + timedelta(days=30)
    make_decided(world, "100.00")  # 48.00
    run(world, TODAY + timedelta(days=29))
    assert Payment.objects.latest("pk").amount == D("48.00")
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=30))
    zero = Payment.objects.latest("pk")
    assert (zero.method, zero.amount, zero.forward_balance_amount) == ("none", D("0.00"), D("32.00"))
    assert plb(zero) == [("WO", D("80.00"))]
    assert standing_of(now(row)).open_amount == D("32.00")
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=31))
    last = Payment.objects.latest("pk")
    assert (last.brought_forward_amount, last.amount, plb(last)) == (D("32.00"), D("16.00"), [])
    assert (now(row).status, standing_of(row).offset_amount) == ("settled", D("80.00"))
    assert "recoveries" not in ledger(world)


def test_a_reversal_with_nothing_agreed_is_taken_at_once_and_its_rest_is_a_case() -> None:
    world = make_world()
    row = overpaid(world)
    assert standing_of(row).open_amount == D("80.00")
    assert Payment.objects.latest("pk").forward_balance_amount == D("80.00")
    record_refund(
        number=row.number, revision=row.revision, amount=D("80.00"), check_number="9917", received_on=TODAY, by=worker()
    )
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=2))
    payment = Payment.objects.latest("pk")
    assert (payment.brought_forward_amount, payment.amount, plb(payment)) == (
        D("80.00"),
        D("48.00"),
        [("72", D("-80.00"))],
    )
    assert now(row).status == "settled"
    assert ledger(world) == {"cash": D("80.00"), "claims_paid": D("48.00"), "payments_out": D("-128.00")}


def test_what_is_given_up_of_a_balance_carried_forward_is_told() -> None:
    """Carried forward 80.00, 60.00 given up: the next payment brings 80.00 and gives 60.00 back (CS)."""
    world = make_world()
    row = overpaid(world)
    set_approval_limit(
        employer_id=world.employer.pk, role=Role.SENIOR_EXAMINER, amount=D("500.00"),
        period=(date(2020, 1, 1), None), source="c", by=ENGINE,
    )  # fmt: skip
    write_off_overpayment(
        number=row.number, revision=now(row).revision, amount=D("60.00"), because="closed practice", by=worker()
    )
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=2))
    payment = Payment.objects.latest("pk")
    assert (payment.brought_forward_amount, payment.amount) == (D("80.00"), D("28.00"))
    assert plb(payment) == [("CS", D("-60.00"))]


def test_a_refund_in_part_then_too_much_gives_the_rest_back() -> None:
    world = make_world()
    agree(world)
    row = overpaid(world)
    for amount, check in (("30.00", "1"), ("60.00", "2")):
        record_refund(
            number=row.number, revision=now(row).revision, amount=D(amount), check_number=check, received_on=TODAY,
            by=worker(),
        )  # fmt: skip
    assert (now(row).status, standing_of(row).open_amount) == ("settled", D("-10.00"))
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=2))
    payment = Payment.objects.latest("pk")
    assert payment.amount == D("58.00")
    assert plb(payment) == [("72", D("-30.00")), ("72", D("-60.00")), ("WO", D("80.00"))]
    assert standing_of(row) == standing_of(now(row))
    assert (standing_of(row).refunded_amount, standing_of(row).open_amount) == (D("80.00"), D("0.00"))
    assert "recoveries" not in ledger(world)
    with pytest.raises(Conflict):
        record_refund(
            number=row.number, revision=now(row).revision, amount=D("1.00"), check_number="2", received_on=TODAY,
            by=worker(),
        )  # fmt: skip


def test_a_refund_that_the_bank_returned_is_owed_again() -> None:
    world = make_world()
    agree(world)
    row = overpaid(world)
    entry = record_refund(
        number=row.number, revision=row.revision, amount=D("80.00"), check_number="1", received_on=TODAY, by=worker()
    )
    bounce_refund(
        number=row.number, revision=now(row).revision, entry_id=entry.pk, on=TODAY, because="no funds", by=worker()
    )
    assert (now(row).status, standing_of(row).open_amount) == ("open", D("80.00"))
    assert ledger(world) == {"recoveries": D("80.00"), "payments_out": D("-80.00")}
    with pytest.raises(NotFound):
        bounce_refund(
            number=row.number, revision=now(row).revision, entry_id=entry.pk, on=TODAY, because="again", by=worker()
        )


def test_nothing_is_taken_while_it_is_disputed() -> None:
    world = make_world()
    agree(world, notice_days=1)
    row = overpaid(world)
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=2))
    dispute_overpayment(number=row.number, revision=now(row).revision, because="paid to another", by=worker())
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=3))
    payment = Payment.objects.latest("pk")
    assert (payment.amount, plb(payment)) == (D("48.00"), [("WO", D("-32.00"))])
    uphold_overpayment(number=row.number, revision=now(row).revision, because="it was not", by=worker())
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=4))
    assert (now(row).status, Payment.objects.latest("pk").amount) == ("settled", D("16.00"))


def test_the_states_days_count_where_the_terms_follow_them() -> None:
    load_parameters()
    world = make_world()
    world.payee.state = "TX"
    world.payee.save()
    agree(world, follows_state_law=True)
    row = overpaid(world)
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    assert now(row).offset_from_on == TODAY + timedelta(days=45)


def test_what_the_state_gives_no_time_for_is_not_asked_for() -> None:
    load_parameters()
    world = make_world()
    world.payee.state = "TX"
    world.payee.save()
    agree(world, follows_state_law=True)
    row = overpaid(world)
    with pytest.raises(Conflict, match=r"21\.2818"):
        request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY + timedelta(days=181))


def test_where_nothing_is_agreed_what_an_audit_found_is_asked_for_and_never_taken() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    run(world)
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("25.00"), 1)], reason="audit", because="units", by=worker()
    )
    assert ledger(world) == {
        "claims_paid": D("80.00"), "payments_out": D("-80.00"), "recoveries": D("25.00"), "recovered": D("-25.00"),
    }  # fmt: skip
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    make_decided(world, "100.00")
    run(world, TODAY + timedelta(days=300))
    assert Payment.objects.latest("pk").amount == D("48.00")
    with pytest.raises(Conflict, match="than was paid"):
        open_overpayment(found=[FoundLine(claim.claim_number, D("55.01"))], reason="audit", because="more", by=worker())


@pytest.mark.parametrize("came", ["nothing", "refund", "offset", "given up"])
def test_what_an_audit_found_of_a_claim_is_not_owed_a_second_time_when_the_claim_is_taken_back(came: str) -> None:
    world = make_world()
    agree(world, notice_days=0)
    claim = make_decided(world, "150.00")
    run(world)
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("25.00"))], reason="audit", because="units", by=worker()
    )
    back = D("0.00")
    if came == "refund":
        record_refund(
            number=row.number, revision=0, amount=D("25.00"), check_number="77", received_on=TODAY, by=worker()
        )
        back = D("25.00")
    elif came == "offset":
        request_overpayment(number=row.number, revision=0, by=worker(), on=TODAY)
        make_decided(world, "100.00")  # 48.00
        run(world, TODAY + timedelta(days=1))
        back = D("25.00")
    elif came == "given up":
        write_off_overpayment(number=row.number, revision=0, amount=D("25.00"), because="small", by=worker())
        approve_write_off(number=row.number, revision=1, by=worker(Role.TPA_MANAGER))
    reverse_decision(claim_id=claim.pk, by=ENGINE, because="coverage had ended")
    run(world, TODAY + timedelta(days=2))
    payment = Payment.objects.latest("pk")
    assert (payment.items_amount, payment.forward_balance_amount) == (D("-80.00"), D("80.00") - back)
    remittance(payment)
    assert (now(row).status, standing_of(row).open_amount) == ("settled", D("0.00"))
    assert standing_of(Overpayment.objects.latest("pk")).open_amount == D("80.00") - back
    owed = ledger(world)
    assert owed["recoveries"] == D("80.00") - back
    assert "recovered" not in owed


def test_a_case_is_of_one_recipient_of_one_plan() -> None:
    world, other = make_world(), make_world()
    other.payee, other.provider = world.payee, world.provider
    mine, theirs = make_decided(world, "150.00"), make_decided(other, "150.00")
    run(world)
    run(other)
    with pytest.raises(Conflict, match="different recipients"):
        open_overpayment(
            found=[FoundLine(mine.claim_number, D("1.00")), FoundLine(theirs.claim_number, D("1.00"))],
            reason="audit",
            because="x",
            by=worker(),
        )
    agree(world, notice_days=0)
    row = open_overpayment(
        found=[FoundLine(mine.claim_number, D("80.00"))], reason="duplicate", because="x", by=worker()
    )
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    make_decided(other, "150.00")
    run(other, TODAY + timedelta(days=40))
    assert Payment.objects.latest("pk").amount == D("80.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        OverpaymentEntry.objects.create(
            overpayment=row, employer=world.employer, kind="offset", amount=D("-1.00"), posted_on=TODAY,
            recorded_at=timezone.now(), payment=Payment.objects.latest("pk"),
        )  # fmt: skip
        connection.check_constraints()


def test_the_database_lets_nobody_take_more_than_is_owed() -> None:
    world = make_world()
    row = overpaid(world)
    with pytest.raises(IntegrityError, match="than is owed"), transaction.atomic():
        OverpaymentEntry.objects.create(
            overpayment=row, employer=world.employer, kind="write_off", amount=D("-80.01"), posted_on=TODAY,
            recorded_at=timezone.now(),
        )  # fmt: skip
        connection.check_constraints()


def test_what_is_above_ones_limit_another_gives_up() -> None:
    world = make_world()
    agree(world)
    row = overpaid(world)
    for role, limit in ((Role.SENIOR_EXAMINER, "50.00"), (Role.TPA_MANAGER, "500.00")):
        set_approval_limit(
            employer_id=world.employer.pk,
            role=role,
            amount=D(limit),
            period=(date(2020, 1, 1), None),
            source="c",
            by=ENGINE,
        )
    senior, manager = worker(), worker(Role.TPA_MANAGER)
    write_off_overpayment(number=row.number, revision=row.revision, amount=D("30.00"), because="small", by=senior)
    assert standing_of(now(row)).written_off_amount == D("30.00")
    write_off_overpayment(
        number=row.number, revision=row.revision, amount=D("50.01") - D("0.01"), because="x", by=senior
    )
    assert now(row).status == "settled"
    assert ledger(world) == {"recovered": D("80.00"), "payments_out": D("-80.00")}
    again = overpaid(world)
    write_off_overpayment(number=again.number, revision=again.revision, amount=D("60.00"), because="no hope", by=senior)
    assert standing_of(now(again)).open_amount == D("80.00")
    with pytest.raises(Refused):
        approve_write_off(number=again.number, revision=again.revision, by=senior)
    refuse_write_off(number=again.number, revision=again.revision, because="try again", by=manager)
    write_off_overpayment(number=again.number, revision=now(again).revision, amount=D("80.00"), because="x", by=senior)
    approve_write_off(number=again.number, revision=now(again).revision, by=manager)
    assert now(again).status == "settled"
    with pytest.raises(Invalid):
        write_off_overpayment(number=again.number, revision=again.revision, amount=D("0.001"), because="x", by=senior)


def test_who_may_and_which_rows_exist() -> None:
    world = make_world()
    row = overpaid(world)
    with pytest.raises(Refused):
        request_overpayment(number=row.number, revision=row.revision, by=make_scope(Role.AUDITOR))
    with pytest.raises(Conflict):
        request_overpayment(number=row.number, revision=7, by=worker())
    other = make_scope(Role.EMPLOYER_FINANCE, employer_id=make_world().employer.pk)
    with as_web(other):
        assert not Overpayment.objects.exists()
        assert not OverpaymentEntry.objects.exists()
    assert desk_totals(worker(), TODAY)["open_amount"] == D("80.00")
    assert [one.balance_amount for one in overpayments_of(worker())] == [D("80.00")]


def test_terms_supersede_only_the_days_they_speak_of() -> None:
    world = make_world()
    agree(world)
    agree(world, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1), notice_days=0)
    agree(world, starts_on=date(2026, 1, 1), notice_days=60, payee_id=make_provider()[0].pk)
    row = overpaid(world)  # in March: at once
    assert row.offset_from_on is not None
    assert Payment.objects.latest("pk").forward_balance_amount == D("80.00")


@pytest.mark.django_db(transaction=True)
def test_a_refund_and_a_payment_run_at_once_take_no_dollar_twice() -> None:
    load_parameters()
    world = make_world()
    agree(world, notice_days=1)
    row = overpaid(world)
    request_overpayment(number=row.number, revision=row.revision, by=worker(), on=TODAY)
    make_decided(world, "150.00")
    senior = worker()
    both = threading.Barrier(2)
    refused: list[str] = []

    def refund(check: str) -> None:
        revision = Overpayment.objects.values_list("revision", flat=True).get(pk=row.pk)
        both.wait()
        try:
            record_refund(
                number=row.number,
                revision=revision,
                amount=D("80.00"),
                check_number=check,
                received_on=TODAY,
                by=senior,
            )
        except DomainError as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    def pay() -> None:
        both.wait()
        try:
            run(world, TODAY + timedelta(days=9))
        finally:
            connection.close()

    for pair in ((lambda: refund("1"), pay), (lambda: refund("2"), lambda: refund("3"))):
        threads = [threading.Thread(target=one) for one in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == ["status.stale"] * len(refused)
    owed = standing_of(row)
    assert owed.refunded_amount + owed.offset_amount + owed.open_amount == D("80.00")
    assert OverpaymentEntry.objects.filter(overpayment=row, kind="refund").count() == 3 - len(refused)
    assert len(refused) >= 1
    held = balances(world.account.pk)
    assert held["recoveries"] == owed.open_amount

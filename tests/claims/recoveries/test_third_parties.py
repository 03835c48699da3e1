"""Third-party cases on real tables: from the question to the last cent, and what stop-loss carriers get of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from claims.models import ThirdPartyCase, ThirdPartyReceipt, ThirdPartyShare
from claims.payments.paid_services import PaidQuestion, paid_by_month, paid_services
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.open_third_party_case import open_third_party_case
from claims.recoveries.pick_claims import judge_claim
from claims.recoveries.receive_third_party_money import receive_third_party_money
from claims.recoveries.record_refund import record_refund
from claims.recoveries.set_subrogation_terms import SubrogationWords, set_subrogation_terms
from claims.recoveries.settle_third_party_case import settle_third_party_case
from claims.recoveries.settlement import Settlement
from claims.recoveries.third_party_selectors import carrier_shares, lien_of
from claims.recoveries.work_third_party_case import PartyWords, add_party, note_step, record_answer, tell_lien
from employers.funding.selectors import balances
from tests.factories.payments import World, make_world
from tests.factories.stoploss import make_policy, pay_claim
from tests.factories.users import as_web, make_scope
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, DomainError, Invalid, Refused
from tpa.foundation.models import Document, Role
from tpa.foundation.values.periods import Period
from tpa.invariants.check import offences
from tpa.stoploss.accrue_shares import accrue_shares
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.file_request import file_request
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement

pytestmark = pytest.mark.django_db
D = Decimal
BY = Actor.system("test")
PAID = date(2026, 3, 12)
HURT = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=["I1", "I2", "I9", "I10", "I12", "I15", "I16"]) == []


def worker(role: str = Role.SENIOR_EXAMINER) -> Scope:
    return make_scope(role)


def says(world: World, *, whole: bool = False, fund: bool = False, fee: str = "0") -> None:
    set_subrogation_terms(
        employer_id=world.employer.pk,
        words=SubrogationWords(date(2026, 1, 1), "Article 9.4", whole, fund, D(fee)),
        by=worker(Role.TPA_MANAGER),
    )


def told_case(world: World, billed: str = "1500.00") -> ThirdPartyCase:
    """A case whose one claim belongs to it and whose lien was told."""
    claim = pay_claim(world, billed, on=PAID, served_on=HURT)
    row = open_third_party_case(
        member_id=world.member.pk, accident_on=HURT, kind="auto", because="police report", by=worker()
    )
    judge_claim(
        number=row.number, revision=0, claim_number=claim.claim_number, is_related=True, because="same day", by=worker()
    )
    record_answer(number=row.number, revision=now(row).revision, is_liable=True, because="rear-ended", by=worker())
    add_party(
        number=row.number,
        revision=now(row).revision,
        party=PartyWords("attorney", "Ida Quill", "2 Court Square", "Dayton", "OH", "45402", reference="Q-77"),
        by=worker(),
    )
    tell_lien(number=row.number, revision=now(row).revision, by=worker())
    return now(row)


def now(row: ThirdPartyCase) -> ThirdPartyCase:
    row.refresh_from_db()
    return row


def settle(
    row: ThirdPartyCase, amount: str, attorney: str, *, role: str = Role.SENIOR_EXAMINER, **more: Decimal
) -> None:
    settle_third_party_case(
        number=row.number,
        revision=now(row).revision,
        settlement=Settlement(D(amount), D(attorney), more.pop("damages", None)),
        because="agreed with the attorney",
        by=worker(role),
        **more,
    )


def receive(row: ThirdPartyCase, amount: str, check: str = "501") -> ThirdPartyReceipt:
    return receive_third_party_money(
        number=row.number,
        revision=now(row).revision,
        amount=D(amount),
        check_number=check,
        received_on=PAID,
        by=worker(),
    )


def ledger(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def test_from_the_question_to_the_last_cent() -> None:
    world = make_world()
    says(world, fund=True, fee="20")
    row = told_case(world)  # 1,160.00 paid
    lien = lien_of(row).open_amount
    assert lien == D("1160.00") or lien > 0
    assert Document.objects.filter(kind="REC_LETTER", subject_id=row.pk).count() == 2
    note_step(number=row.number, revision=row.revision, kind="offer", because="half", amount=D("500.00"), by=worker())
    settle(row, "9000.00", "3000.00")
    due = lien - (lien / 3).quantize(D("0.01"))
    assert abs(now(row).agreed_amount - due) <= D("0.01")
    agreed = row.agreed_amount
    first = receive(row, "100.00")
    assert (first.member_amount, first.fee_amount, first.plan_amount) == (D("0.00"), D("20.00"), D("80.00"))
    second = receive(row, str(agreed), "502")
    assert second.member_amount == D("100.00")
    assert now(row).status == "closed"
    fee = first.fee_amount + second.fee_amount
    assert fee + first.plan_amount + second.plan_amount == agreed
    held = ledger(world)
    assert held["cash"] == agreed + 100
    assert held["recovered"] == -(agreed - fee)
    assert (held["fees"], held["recovery_shares"]) == (-fee, D("-100.00"))
    assert sum(ThirdPartyShare.objects.values_list("amount", flat=True)) == agreed - fee
    with pytest.raises(Conflict):
        receive(row, "1.00", "503")


def test_the_lien_is_live() -> None:
    world = make_world()
    row = told_case(world)
    before = lien_of(row).open_amount
    claim = pay_claim(world, "500.00", on=PAID + timedelta(days=7), served_on=HURT)
    judge_claim(
        number=row.number, revision=row.revision, claim_number=claim.claim_number, is_related=True, because="cast",
        by=worker(),
    )  # fmt: skip
    more = lien_of(row).open_amount - before
    assert more == claim.plan_paid_amount
    judge_claim(
        number=row.number, revision=now(row).revision, claim_number=claim.claim_number, is_related=False,
        because="another knee", by=worker(),
    )  # fmt: skip
    assert lien_of(row).open_amount == before


def test_less_than_the_terms_give_is_a_managers_to_give() -> None:
    world = make_world()
    row = told_case(world)
    with pytest.raises(Refused):
        settle(row, "9000.00", "3000.00", agreed_amount=D("100.00"))
    with pytest.raises(Invalid):
        settle(row, "9000.00", "9000.01")
    settle(row, "9000.00", "3000.00", role=Role.TPA_MANAGER, agreed_amount=D("100.00"))
    assert now(row).agreed_amount == D("100.00")


def test_made_whole_with_its_clause() -> None:
    world = make_world()
    says(world, whole=True)
    row = told_case(world)
    settle(row, "5000.00", "1000.00", damages=D("50000.00"))
    assert now(row).agreed_amount == D("0.00")
    assert row.terms.clause == "Article 9.4"


def test_a_claim_belongs_to_one_case_and_an_accident_has_one() -> None:
    world = make_world()
    row = told_case(world)
    with pytest.raises(Conflict):
        open_third_party_case(member_id=world.member.pk, accident_on=HURT, kind="auto", because="x", by=worker())
    other = open_third_party_case(
        member_id=world.member.pk, accident_on=HURT - timedelta(days=9), kind="work", because="x", by=worker()
    )
    number = row.claims.get().claim.claim_number
    with pytest.raises(Conflict):
        judge_claim(number=other.number, revision=0, claim_number=number, is_related=True, because="x", by=worker())
    stranger = make_scope(Role.EMPLOYER_FINANCE, employer_id=make_world().employer.pk)
    with as_web(stranger):
        assert not ThirdPartyCase.objects.exists()
        assert not ThirdPartyShare.objects.exists()


def test_a_refund_that_no_reversal_made_counts_less_for_stop_loss() -> None:
    world = make_world()
    claim = pay_claim(world, "1500.00", on=PAID, served_on=HURT)
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    asked = PaidQuestion(employer_id=world.employer.pk, incurred=year, paid=year)
    [before] = paid_services(asked, [world.member.pk])
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("60.00"))], reason="audit", because="units", by=worker()
    )
    record_refund(number=row.number, revision=0, amount=D("60.00"), check_number="1", received_on=PAID, by=worker())
    [after] = paid_services(asked, [world.member.pk])
    assert before.amount - after.amount == D("60.00")
    assert [one.amount for one in paid_by_month(asked)] == [after.amount]


@pytest.mark.parametrize(("priority", "carriers"), [("carrier", "200.00"), ("shared", None), ("plan", "0.00")])
def test_what_a_third_party_pays_lowers_what_the_carrier_owes(priority: str, carriers: str | None) -> None:
    world = make_world()
    policy = make_policy(world, recovery_priority=priority)
    row = told_case(world, "2500.00")
    paid = lien_of(row).open_amount
    owed = position_of_policy(policy, on=PAID).specific.of(world.member.pk).reimbursable_amount
    assert owed == paid - 1000
    request = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=PAID, by=BY)
    file_request(request_id=request.pk, filed_on=PAID, by=BY)
    record_reimbursement(request_id=request.pk, receipt=BankReceipt(owed, PAID, "B1"), by=BY)
    settle(row, "90000.00", "0.00", role=Role.TPA_MANAGER, agreed_amount=D("200.00"))
    receive(row, "200.00")
    position = position_of_policy(policy, on=PAID)
    lower = owed - position.specific.of(world.member.pk).reimbursable_amount
    share = D(carriers) if carriers is not None else (D("200.00") * owed / paid).quantize(D("0.01"))
    assert lower == share
    assert accrue_shares(position=position, on=PAID, by=BY) == share
    assert accrue_shares(position=position, on=PAID, by=BY) == D("0.00")
    assert -ledger(world).get("recovery_shares", D(0)) == share
    assert [one.amount for one in carrier_shares(row)] == ([share] if share else [])
    if not share:
        return
    back = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=PAID, by=BY)
    assert back.requested_amount == -share
    file_request(request_id=back.pk, filed_on=PAID, by=BY)
    assert accrue_shares(position=position, on=PAID, by=BY) == D("0.00")
    record_reimbursement(request_id=back.pk, receipt=BankReceipt(-share, PAID, "B2"), by=BY)
    assert "recovery_shares" not in ledger(world)


def test_what_a_carrier_gets_by_a_smaller_request_is_owed_to_it_no_longer() -> None:
    """The person's next claims are above the deductible too: they are asked for less what came from the third party."""
    world = make_world()
    policy = make_policy(world, recovery_priority="carrier")
    row = told_case(world, "2500.00")
    request = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=PAID, by=BY)
    file_request(request_id=request.pk, filed_on=PAID, by=BY)
    record_reimbursement(request_id=request.pk, receipt=BankReceipt(request.requested_amount, PAID, "B1"), by=BY)
    settle(row, "90000.00", "0.00", role=Role.TPA_MANAGER, agreed_amount=D("200.00"))
    receive(row, "200.00")
    assert accrue_shares(position=position_of_policy(policy, on=PAID), on=PAID, by=BY) == D("200.00")
    pay_claim(world, "187.50", on=PAID, served_on=HURT)  # of which the plan pays 104.00
    assert accrue_shares(position=position_of_policy(policy, on=PAID), on=PAID, by=BY) == D("-104.00")
    assert accrue_shares(position=position_of_policy(policy, on=PAID), on=PAID, by=BY) == D("0.00")
    pay_claim(world, "375.00", on=PAID, served_on=HURT)
    assert accrue_shares(position=position_of_policy(policy, on=PAID), on=PAID, by=BY) == D("-96.00")
    assert "recovery_shares" not in ledger(world)


def test_what_comes_back_of_one_claim_in_parts_is_paid_back_to_the_carrier_each_time() -> None:
    world = make_world()
    policy = make_policy(world)
    claim = pay_claim(world, "2500.00", on=PAID, served_on=HURT)
    request = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=PAID, by=BY)
    file_request(request_id=request.pk, filed_on=PAID, by=BY)
    receipt = BankReceipt(request.requested_amount, PAID, "B1")
    record_reimbursement(request_id=request.pk, receipt=receipt, by=BY)
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("200.00"))], reason="audit", because="units", by=worker()
    )
    for revision, (number, part) in enumerate((("7", "120.00"), ("8", "80.00"))):
        record_refund(
            number=row.number, revision=revision, amount=D(part), check_number=number, received_on=PAID, by=worker()
        )
        back = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=PAID, by=BY)
        assert back.requested_amount == -D(part)
        assert [(line.purpose, line.amount) for line in back.claims.all()] == [("taken_back", -D(part))]
        file_request(request_id=back.pk, filed_on=PAID, by=BY)
        record_reimbursement(request_id=back.pk, receipt=BankReceipt(-D(part), PAID, f"B{number}"), by=BY)


@pytest.mark.django_db(transaction=True)
def test_the_same_check_at_once_is_recorded_once() -> None:
    world = make_world()
    row = told_case(world)
    settle(row, "9000.00", "0.00")
    senior, revision = worker(), now(row).revision
    both, refused = threading.Barrier(2), []

    def take() -> None:
        both.wait()
        try:
            receive_third_party_money(
                number=row.number, revision=revision, amount=D("50.00"), check_number="9", received_on=PAID, by=senior
            )
        except DomainError as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["status.stale"]
    assert ThirdPartyReceipt.objects.get().amount == D("50.00")
    assert timezone.localdate() >= row.agreed_on

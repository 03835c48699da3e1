"""From the position to the money: requests, packets, receipts in the ledger, advances, leakage, radar and notices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, PaymentInstruction
from claims.payments.run_payments import run_payments
from employers.funding.selectors import balances
from tests.factories.payments import ENGINE, World, make_decided, make_family, make_world
from tests.factories.stoploss import aggregate, make_policy, pay_claim, specific
from tests.factories.tpa import enrol
from tpa import tasks
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document
from tpa.models import StopLossNotice, StopLossPolicy, StopLossRequest
from tpa.stoploss.answer_request import answer_request
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.file_request import file_request
from tpa.stoploss.leakage import leakage
from tpa.stoploss.policy_words import AdvanceTerms
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.radar import hand_down, radar
from tpa.stoploss.raise_notices import raise_notices
from tpa.stoploss.reckon_standings import reckon_standings
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement
from tpa.stoploss.send_notice import send_notice
from tpa.stoploss.waive_notice import waive_notice
from tpa.stoploss.withdraw_request import withdraw_request

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 6, 15)
OWED = D("1544.00")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def policy(world: World) -> StopLossPolicy:
    """With one person for whom 1,544.00 is owed."""
    policy = make_policy(world)
    pay_claim(world, "4000.00", on=date(2026, 3, 3))
    return policy


def _other_person(world: World) -> World:
    """Another person of the same employer."""
    family, member = make_family(world.employer)
    return World(world.employer, world.plan, world.account, family, member, world.payee, world.provider)


def _assemble(policy: StopLossPolicy, world: World, **more: bool) -> StopLossRequest:
    return assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=TODAY, by=ENGINE, **more)


def _file(request: StopLossRequest) -> StopLossRequest:
    return file_request(request_id=request.pk, filed_on=TODAY, by=ENGINE)


def _receipt(amount: str, reference: str = "WIRE 1", *, is_all: bool = False) -> BankReceipt:
    return BankReceipt(D(amount), TODAY, reference, is_all)


def _unfiled(policy: StopLossPolicy) -> Decimal:
    return sum((row.unfiled_amount for row in leakage(position_of_policy(policy, on=TODAY))), D(0))


def test_a_request_asks_what_is_owed_and_tells_every_claim_once(policy: StopLossPolicy, world: World) -> None:
    assert _unfiled(policy) == OWED
    request = _assemble(policy, world)
    assert (request.requested_amount, request.attachment_amount) == (OWED, D("1000.00"))
    assert request.prove_by_on == date(2026, 3, 3) + timedelta(days=90)
    assert sum(request.claims.values_list("amount", flat=True)) == request.eligible_amount
    with pytest.raises(Conflict):
        _assemble(policy, world)
    _file(request)
    assert _unfiled(policy) == 0
    with pytest.raises(Invalid):
        _assemble(policy, world)
    pay_claim(world, "1000.00", on=date(2026, 4, 3))
    follow_up = _assemble(policy, world)
    assert follow_up.requested_amount == D("624.00")
    assert follow_up.claims.count() == 1
    assert follow_up.number.endswith("R002")


def test_the_packet_is_written_and_kept(policy: StopLossPolicy, world: World) -> None:
    request = _assemble(policy, world)
    tasks.write_packets()
    paper = Document.objects.get(subject_type="tpa.stoplossrequest", subject_id=request.pk)
    assert paper.kind == Document.Kind.STOP_LOSS_PACKET
    assert paper.size_bytes > 5_000


def test_money_that_comes_is_posted_to_the_account_that_had_paid(policy: StopLossPolicy, world: World) -> None:
    request = _file(_assemble(policy, world))
    before = balances(world.account.pk)
    record_reimbursement(request_id=request.pk, receipt=_receipt("1000.00"), by=ENGINE)
    again = record_reimbursement(request_id=request.pk, receipt=_receipt("1000.00"), by=ENGINE)
    assert again.status == StopLossRequest.Status.FILED
    with pytest.raises(Invalid):
        record_reimbursement(request_id=request.pk, receipt=_receipt("545.00", "WIRE 2"), by=ENGINE)
    done = record_reimbursement(request_id=request.pk, receipt=_receipt("544.00", "WIRE 3"), by=ENGINE)
    assert done.status == StopLossRequest.Status.PAID
    after = balances(world.account.pk)
    assert after["cash"] - before["cash"] == OWED
    assert after["stop_loss"] == -OWED
    assert sum(after.values()) == 0


def test_paid_short_appealed_and_paid_the_rest(policy: StopLossPolicy, world: World) -> None:
    request = _file(_assemble(policy, world))
    short = record_reimbursement(request_id=request.pk, receipt=_receipt("1500.00", is_all=True), by=ENGINE)
    assert short.status == StopLossRequest.Status.SHORT_PAID
    answer_request(request_id=request.pk, to="appealed", by=ENGINE, because="the discount was theirs")
    done = record_reimbursement(request_id=request.pk, receipt=_receipt("44.00", "WIRE 2"), by=ENGINE)
    assert done.status == StopLossRequest.Status.PAID


def test_denied_and_closed_needs_a_reason(policy: StopLossPolicy, world: World) -> None:
    request = _file(_assemble(policy, world))
    with pytest.raises(Invalid):
        answer_request(request_id=request.pk, to="denied", by=ENGINE, because=" ")
    answer_request(request_id=request.pk, to="denied", by=ENGINE, because="filed late")
    assert answer_request(request_id=request.pk, to="closed", by=ENGINE, because="it was late").status == "closed"
    with pytest.raises(Conflict):
        withdraw_request(request_id=request.pk, by=ENGINE, because="too late")


def test_what_is_withdrawn_may_be_told_anew(policy: StopLossPolicy, world: World) -> None:
    request = _assemble(policy, world)
    withdraw_request(request_id=request.pk, by=ENGINE, because="a claim was missing")
    assert _assemble(policy, world).claims.count() == 1


def test_a_claim_taken_back_after_it_was_reimbursed_is_paid_back(policy: StopLossPolicy, world: World) -> None:
    request = _file(_assemble(policy, world))
    record_reimbursement(request_id=request.pk, receipt=_receipt(str(OWED)), by=ENGINE)
    reverse_decisions(claim_ids=[Claim.objects.get().pk], by=ENGINE, because="void")
    run_payments(employer_id=world.employer.pk, on=date(2026, 5, 5), by=ENGINE)
    assert _unfiled(policy) == -OWED
    back = _assemble(policy, world)
    assert (back.requested_amount, back.claims.get().purpose) == (-OWED, "taken_back")
    _file(back)
    record_reimbursement(request_id=back.pk, receipt=_receipt(str(-OWED), "WIRE 2"), by=ENGINE)
    assert balances(world.account.pk)["stop_loss"] == 0
    assert _unfiled(policy) == 0


def test_the_group_is_advanced_monthly_and_settled_at_the_end(world: World) -> None:
    """Month 1: 1,000.00 against 600.00, advanced. By the end the attachment is 7,200.00: the advance is paid back."""
    enrol(world, starts_on=date(2025, 6, 1))
    policy = make_policy(world, aggregate=aggregate("600.00", has_accommodation=True))
    pay_claim(world, "4000.00", on=date(2026, 1, 3))
    ask = {"policy_id": policy.pk, "member_id": None, "by": ENGINE}
    request = _file(assemble_request(**ask, on=date(2026, 2, 1)))
    assert (request.kind, request.requested_amount) == ("accommodation", D("400.00"))
    record_reimbursement(request_id=request.pk, receipt=_receipt("400.00"), by=ENGINE)
    with pytest.raises(Invalid):
        assemble_request(**ask, on=date(2026, 3, 1))
    back = _file(assemble_request(**ask, on=date(2027, 1, 1)))
    assert (back.kind, back.requested_amount) == ("aggregate", D("-400.00"))
    record_reimbursement(request_id=back.pk, receipt=_receipt("-400.00", "WIRE 2"), by=ENGINE)
    assert balances(world.account.pk)["stop_loss"] == 0


def test_an_advance_holds_its_claims_until_the_money_has_come(world: World) -> None:
    terms = AdvanceTerms(least_amount=D("1000.00"), lead_days=15, pay_within_days=5)
    policy = make_policy(world, advance=terms)
    pay_claim(world, "1000.00", on=date(2026, 3, 3))
    waits = make_decided(world, "4000.00")
    request = _file(_assemble(policy, world, is_advance=True))
    assert request.requested_amount == D("624.00") + D("2544.00") - D("1000.00")
    assert run_payments(employer_id=world.employer.pk, on=TODAY, by=ENGINE) is None
    record_reimbursement(request_id=request.pk, receipt=_receipt(str(request.requested_amount)), by=ENGINE)
    # Five business days after Monday 15 June 2026; Friday the 19th is a holiday of the banks.
    assert PaymentInstruction.objects.get(claim=waits).pay_by_on == date(2026, 6, 23)
    assert run_payments(employer_id=world.employer.pk, on=TODAY, by=ENGINE)
    assert _unfiled(policy) == 0


@pytest.mark.parametrize(
    ("billed", "on", "code"),
    [
        ("2500.00", TODAY, "stoploss.advance_too_small"),
        ("4000.00", date(2027, 3, 20), "stoploss.advance_too_late"),
    ],
)
def test_an_advance_is_refused_when_the_policy_would(world: World, billed: str, on: date, code: str) -> None:
    terms = AdvanceTerms(least_amount=D("1000.00"), lead_days=15, pay_within_days=5)
    policy = make_policy(world, advance=terms)
    make_decided(world, billed)
    with pytest.raises(Invalid) as refused:
        assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=on, by=ENGINE, is_advance=True)
    assert refused.value.code == code


def test_the_radar_tells_the_dollars_that_a_window_would_lose(policy: StopLossPolicy, world: World) -> None:
    waits = make_decided(world, "500.00", on=date(2026, 12, 20))
    late = date(2027, 3, 1)
    seen = radar(position_of_policy(policy, on=late), on=late)
    assert seen is not None
    assert (seen.pay_by_on, seen.lost_amount) == (date(2027, 3, 31), waits.plan_paid_amount)
    early = position_of_policy(policy, on=TODAY)
    assert hand_down(early, on=TODAY, by=ENGINE) == 0
    assert hand_down(position_of_policy(policy, on=late), on=late, by=ENGINE) == 1
    assert PaymentInstruction.objects.get().pay_by_on == date(2027, 3, 31)
    assert radar(early, on=date(2027, 4, 1)) is None


def test_the_radar_lifts_no_hold_and_puts_nothing_off(world: World) -> None:
    terms = AdvanceTerms(least_amount=D("100.00"), lead_days=15, pay_within_days=5)
    policy = make_policy(world, advance=terms)
    waits = make_decided(world, "4000.00", on=date(2026, 12, 20))
    on = date(2027, 3, 1)
    ask = {"policy_id": policy.pk, "member_id": world.member.pk, "on": on, "by": ENGINE, "is_advance": True}
    request = file_request(request_id=assemble_request(**ask).pk, filed_on=on, by=ENGINE)
    assert hand_down(position_of_policy(policy, on=on), on=on, by=ENGINE) == 0
    assert PaymentInstruction.objects.get(claim=waits).is_held
    receipt = BankReceipt(request.requested_amount, on, "WIRE 1")
    record_reimbursement(request_id=request.pk, receipt=receipt, by=ENGINE)
    assert hand_down(position_of_policy(policy, on=on), on=on, by=ENGINE) == 0
    assert PaymentInstruction.objects.get(claim=waits).pay_by_on == date(2027, 3, 8)


def test_the_first_claim_funded_is_the_one_that_would_be_lost() -> None:
    world = make_world(overdraft_limit_amount=D("2600.00"))
    policy = make_policy(world, specific=specific("100.00"))
    due_sooner = make_decided(_other_person(world), "100.00", on=date(2027, 2, 1))
    at_stake = make_decided(world, "4000.00", on=date(2026, 12, 20))
    Claim.objects.filter(pk=due_sooner.pk).update(due_on=date(2027, 2, 20))
    Claim.objects.filter(pk=at_stake.pk).update(due_on=date(2027, 5, 20))
    on = date(2027, 3, 1)
    hand_down(position_of_policy(policy, on=on), on=on, by=ENGINE)
    assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    status = dict(Claim.objects.values_list("pk", "status"))
    assert status[at_stake.pk] == "paid"


def _notices(policy: StopLossPolicy, on: date = TODAY) -> list[str]:
    reckon_standings(policy_id=policy.pk, on=on)
    raise_notices(policy_id=policy.pk, on=on, by=ENGINE)
    return list(
        StopLossNotice.objects.filter(policy=policy, status="due").order_by("pk").values_list("kind", flat=True)
    )


def test_the_carrier_is_told_once_and_then_how_it_goes(policy: StopLossPolicy, world: World) -> None:
    assert _notices(policy) == ["diagnosis", "percent"]
    assert len(_notices(policy)) == 2
    for notice in StopLossNotice.objects.all():
        send_notice(notice_id=notice.pk, by=ENGINE)
    letter = Document.objects.filter(subject_type="tpa.stoplossnotice").first()
    assert letter is not None
    assert letter.size_bytes > 5_000
    assert _notices(policy) == []
    pay_claim(world, "100.00", on=date(2026, 4, 3))
    assert _notices(policy, timezone.localdate()) == []
    pay_claim(world, "1000.00", on=date(2026, 4, 4))
    assert _notices(policy, timezone.localdate()) == ["follow_up"]
    follow_up = StopLossNotice.objects.get(kind="follow_up")
    waive_notice(notice_id=follow_up.pk, by=ENGINE, because="told by telephone")
    with pytest.raises(Conflict):
        send_notice(notice_id=follow_up.pk, by=ENGINE)


def test_a_small_change_is_told_when_the_month_is_over(policy: StopLossPolicy, world: World) -> None:
    _notices(policy)
    for notice in StopLossNotice.objects.all():
        send_notice(notice_id=notice.pk, by=ENGINE)
    pay_claim(world, "100.00", on=date(2026, 4, 3))
    assert _notices(policy, timezone.localdate() + timedelta(days=31)) == ["follow_up"]


def test_beat_reckons_what_changed(policy: StopLossPolicy, world: World) -> None:
    tasks.reckon_policy(policy.pk, TODAY.isoformat())
    assert policy.standings.count() == 1
    assert policy.notices.count() == 2
    first = _file(policy.requests.get())
    assert first.requested_amount == OWED


def test_follow_ups_are_assembled_when_they_are_large_or_old_enough(policy: StopLossPolicy, world: World) -> None:
    tasks.reckon_policy(policy.pk, TODAY.isoformat())
    tasks.reckon_policy(policy.pk, TODAY.isoformat())
    _file(policy.requests.get())
    pay_claim(world, "600.00", on=date(2026, 6, 16))
    tasks.reckon_policy(policy.pk, "2026-06-17")
    assert policy.requests.count() == 1
    tasks.reckon_policy(policy.pk, "2026-07-15")
    assert policy.requests.filter(status="open").get().requested_amount == D("368.00")
    _file(policy.requests.get(status="open"))
    pay_claim(world, "1000.00", on=date(2026, 7, 16))
    tasks.reckon_policy(policy.pk, "2026-07-17")
    assert policy.requests.filter(status="open").get().requested_amount == D("624.00")

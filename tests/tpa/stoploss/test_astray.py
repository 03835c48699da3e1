"""A payment that is voided, stopped or returned by the bank is no payment to the carrier until it is made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.adjustments.void_payment import void_payment
from claims.models import Claim, PaymentInstrument
from claims.payments.paid_services import paid_by_account
from claims.payments.reissue_payment import reissue_payment
from claims.payments.run_payments import run_payments
from claims.payments.settle_payment import settle_payment
from claims.payments.stop_payment import stop_payment
from claims.payments.take_back import Taken, take_back
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.stoploss import TERM, aggregate, make_policy, pay_claim, specific
from tests.factories.users import make_scope, make_user
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period
from tpa.models import StopLossPolicy, StopLossRequest
from tpa.stoploss.assemble_due import assemble_due
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.file_request import file_request
from tpa.stoploss.leakage import leakage
from tpa.stoploss.policy_words import PaidTerms
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.radar import hand_down, radar
from tpa.stoploss.reckon_standings import policies_to_reckon, reckon_standings
from tpa.stoploss.reckoning.terms import Windows
from tpa.stoploss.withdraw_request import withdraw_request

pytestmark = pytest.mark.django_db
D = Decimal
OWED = D("1544.00")
PAID_ON, LAST_DAY = date(2026, 12, 20), date(2027, 3, 31)
IN_TIME, TOO_LATE = date(2027, 2, 10), date(2027, 4, 2)
MANAGER = Role.TPA_MANAGER


@pytest.fixture
def world() -> World:
    return make_world()


def _insured(world: World, counts_from: str = "reissue", **more: object) -> StopLossPolicy:
    """12/15 over 1,000.00, and a claim for which the carrier owes 1,544.00."""
    policy = make_policy(world, paid=PaidTerms("Definitions, Paid", counts_from), **more)
    pay_claim(world, "4000.00", on=PAID_ON)
    return policy


def _owed(policy: StopLossPolicy, on: date = IN_TIME) -> Decimal:
    found = position_of_policy(policy, on=on)
    assert found.specific is not None
    return found.specific.reimbursable_amount


def _following(world: World) -> StopLossPolicy:
    """The next policy: it takes what was incurred in 2026 and is paid from April 2027 on."""
    windows = Windows(TERM, Period(date(2027, 4, 1), date(2028, 1, 1)))
    return make_policy(world, specific=replace(specific(), windows=windows))


def _instrument() -> PaymentInstrument:
    return PaymentInstrument.objects.order_by("-pk")[0]


def _lose(how: str) -> PaymentInstrument:
    one = _instrument()
    if how == "voided":
        void_payment(instrument_id=one.pk, then="owed", because="went astray", by=make_scope(MANAGER))
    elif how == "stopped":
        stop_payment(instrument_id=one.pk, because="went astray", by=make_scope(MANAGER))
    else:
        to = PaymentInstrument.Status.RETURNED
        take_back({one.pk: Taken("account closed", "R02")}, to=to, on=IN_TIME, by=ENGINE)
    one.refresh_from_db()
    assert one.status == how
    return one


def _again(one: PaymentInstrument, on: date) -> PaymentInstrument:
    return reissue_payment(instrument_id=one.pk, method="check", because="again", by=make_scope(MANAGER), on=on)


@pytest.mark.parametrize("how", ["voided", "stopped", "returned"])
@pytest.mark.parametrize("counts_from", ["reissue", "first"])
def test_what_did_not_arrive_counts_for_nothing_until_it_is_made_again(
    world: World, how: str, counts_from: str
) -> None:
    policy = _insured(world, counts_from)
    assert _owed(policy) == OWED
    one = _lose(how)
    assert _owed(policy) == 0
    assert paid_by_account(position_of_policy(policy, on=IN_TIME).terms.question("specific")) == {}
    _again(one, IN_TIME)
    assert _owed(policy) == OWED


@pytest.mark.parametrize(("counts_from", "owed"), [("reissue", D(0)), ("first", OWED)])
def test_after_the_window_the_policys_word_decides(world: World, counts_from: str, owed: Decimal) -> None:
    policy = _insured(world, counts_from)
    _again(_lose("voided"), TOO_LATE)
    assert _owed(policy, TOO_LATE) == owed


def test_it_moves_from_one_term_into_the_next(world: World) -> None:
    """The first term's window closes before it is made again; the next term's run-in takes it."""
    policy, following = _insured(world), _following(world)
    assert (_owed(policy), _owed(following)) == (OWED, 0)
    _again(_lose("stopped"), TOO_LATE)
    assert (_owed(policy, TOO_LATE), _owed(following, TOO_LATE)) == (0, OWED)


def test_a_second_check_that_is_lost_too_is_no_payment_either(world: World) -> None:
    policy = _insured(world)
    _again(_lose("voided"), IN_TIME)
    second = _lose("stopped")
    assert _owed(policy) == 0
    _again(second, LAST_DAY)
    assert _owed(policy) == OWED


def test_the_group_counts_it_no_more_than_a_person_does(world: World) -> None:
    policy = _insured(world, aggregate=aggregate(benefits=("medical",)), specific=None)
    before = position_of_policy(policy, on=date(2026, 12, 31)).group
    _lose("returned")
    after = position_of_policy(policy, on=date(2026, 12, 31)).group
    assert before is not None
    assert after is not None
    assert (before.position.loss_amount, after.position.loss_amount) == (D("2544.00"), D(0))


def test_what_is_left_of_a_payment_counts_from_the_day_it_went_out(world: World) -> None:
    """Two claims of one check; one is taken back, the other is paid by the next run, from what is owed of it."""
    policy, following = make_policy(world), _following(world)
    kept, gone = make_decided(world, "4000.00", on=PAID_ON), make_decided(world, "500.00", on=PAID_ON)
    assert run_payments(employer_id=world.employer.pk, on=PAID_ON, by=ENGINE)
    one = _lose("stopped")
    reverse_decisions(claim_ids=[gone.pk], by=ENGINE, because="void", decide_again=False)
    settle_payment(instrument_id=one.pk, because="with its claim", by=make_scope(MANAGER))
    assert _owed(policy) == 0
    assert run_payments(employer_id=world.employer.pk, on=TOO_LATE, by=ENGINE)
    assert Claim.objects.get(pk=kept.pk).status == "paid"
    assert (_owed(policy, TOO_LATE), _owed(following, TOO_LATE)) == (0, OWED)


def test_a_filed_request_shows_what_it_asked_too_much_and_is_corrected(world: World) -> None:
    policy = _insured(world)
    request = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=IN_TIME, by=ENGINE)
    file_request(request_id=request.pk, filed_on=IN_TIME, by=ENGINE)
    one = _lose("voided")
    assert assemble_due(position=position_of_policy(policy, on=IN_TIME), on=IN_TIME, by=ENGINE) == []
    month_later = IN_TIME + timedelta(days=30)
    [due] = assemble_due(position=position_of_policy(policy, on=month_later), on=month_later, by=ENGINE)
    withdraw_request(request_id=due.pk, by=ENGINE, because="we file today")
    [row] = leakage(position_of_policy(policy, on=IN_TIME))
    assert (row.reimbursable_amount, row.filed_amount, row.unfiled_amount) == (D(0), OWED, -OWED)
    back = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=IN_TIME, by=ENGINE)
    assert (back.requested_amount, back.claims.get().purpose) == (-OWED, "taken_back")
    file_request(request_id=back.pk, filed_on=IN_TIME, by=ENGINE)
    _again(one, IN_TIME)
    again = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=IN_TIME, by=ENGINE)
    told = again.claims.get()
    assert (again.requested_amount, told.purpose, told.paid_on) == (OWED, "paid_again", IN_TIME)
    file_request(request_id=again.pk, filed_on=IN_TIME, by=ENGINE)
    _lose("stopped")
    once_more = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=IN_TIME, by=ENGINE)
    assert once_more.requested_amount == -OWED
    asked = StopLossRequest.objects.exclude(status="withdrawn")
    assert sum(asked.values_list("requested_amount", flat=True)) == 0


def test_the_request_says_which_payment_does_not_stand(world: World, client: object) -> None:
    policy = _insured(world)
    request = assemble_request(policy_id=policy.pk, member_id=world.member.pk, on=IN_TIME, by=ENGINE)
    client.force_login(make_user(MANAGER))  # type: ignore[attr-defined]
    address = f"/stop-loss/requests/{request.pk}/"
    file_request(request_id=request.pk, filed_on=IN_TIME, by=ENGINE)
    assert "Changed since it was told" not in client.get(address).content.decode()  # type: ignore[attr-defined]
    _lose("voided")
    page = client.get(address).content.decode()  # type: ignore[attr-defined]
    assert "Changed since it was told" in page
    assert "voided, owed again" in page
    assert "-1,544.00" in page.replace("\u2212", "-").replace("$", "")


def test_the_radar_tells_what_must_be_made_again_in_time(world: World) -> None:
    policy = _insured(world)
    _lose("returned")
    on = date(2027, 2, 20)
    seen = radar(position_of_policy(policy, on=on), on=on)
    assert seen is not None
    [person] = seen.persons
    assert (person.unpaid_amount, person.owed_again_amount, person.lost_amount) == (D("2544.00"), D("2544.00"), OWED)
    # No payment run takes it up: there is nothing to tell one.
    assert hand_down(position_of_policy(policy, on=on), on=on, by=ENGINE) == 0


def test_nothing_is_late_where_the_first_day_counts(world: World) -> None:
    policy = _insured(world, "first")
    _lose("returned")
    seen = radar(position_of_policy(policy, on=IN_TIME), on=IN_TIME)
    assert seen is not None
    assert seen.persons == []


def test_beat_reckons_anew_when_a_payment_comes_back(world: World) -> None:
    policy = _insured(world)
    today = timezone.localdate()
    reckon_standings(policy_id=policy.pk, on=today)
    assert policies_to_reckon(today) == []
    _lose("voided")
    assert policies_to_reckon(today) == [policy.pk]


def test_a_policy_says_one_of_two(world: World) -> None:
    with pytest.raises(Invalid, match="made again"):
        _insured(world, "whenever")

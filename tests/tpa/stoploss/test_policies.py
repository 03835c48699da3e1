"""Policies as windows: drafted, signed, then standing; where everybody stands after payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.payments.run_payments import run_payments
from tests.factories.payments import ENGINE, World, make_family, make_world
from tests.factories.queries import few_queries
from tests.factories.stoploss import TERM, aggregate, make_policy, pay_claim, policy_words, specific
from tests.factories.tpa import enrol
from tpa.foundation.errors import Conflict, Invalid
from tpa.models import StopLossCoverage, StopLossPolicy, StopLossStanding
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.end_policy import end_policy
from tpa.stoploss.policy_words import SpecificWords
from tpa.stoploss.position_of_policy import PolicyPosition, position_of_policy
from tpa.stoploss.reckon_standings import policies_to_reckon, reckon_standings
from tpa.stoploss.reckoning.windows import windows_of_basis
from tpa.stoploss.sign_policy import sign_policy

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 6, 15)


def _position(policy: StopLossPolicy, on: date = TODAY) -> PolicyPosition:
    policy.refresh_from_db()
    return position_of_policy(policy, on=on)


def _other_person(world: World) -> World:
    family, member = make_family(world.employer)
    return World(world.employer, world.plan, world.account, family, member, world.payee, world.provider)


def test_the_terms_of_a_policy_in_force_stand() -> None:
    policy = make_policy(make_world())
    for change in (
        lambda: StopLossCoverage.objects.filter(policy=policy).update(attachment_amount=D("5.00")),
        lambda: StopLossPolicy.objects.filter(pk=policy.pk).update(proof_days=1),
        lambda: policy.triggers.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_can_not_be_is_refused() -> None:
    world, stranger = make_world(), make_world()
    for words in (
        policy_words(specific=None),
        policy_words(specific=specific(lasers=((stranger.member.pk, D("5.00")),))),
        policy_words(specific=specific(benefits=("cosmetic",))),
        policy_words(benefit_names={"pharmacy": "pills"}),
    ):
        with pytest.raises(Invalid):
            draft_policy(employer_id=world.employer.pk, words=words, by=ENGINE)
    policy = make_policy(world)
    with pytest.raises(Conflict):
        draft_policy(employer_id=world.employer.pk, words=policy_words(number=policy.number), by=ENGINE)
    with pytest.raises(Conflict):
        sign_policy(policy_id=policy.pk, signed_on=TODAY, by=ENGINE)


def test_a_person_above_the_deductible_and_one_below() -> None:
    world = make_world()
    policy = make_policy(world)
    claim = pay_claim(world, "4000.00", on=date(2026, 3, 3))
    pay_claim(_other_person(world), "500.00", on=date(2026, 3, 4))
    with few_queries():
        found = _position(policy)
    assert found.specific is not None
    above, below = found.specific.persons
    assert claim.plan_paid_amount is not None
    assert above.reimbursable_amount == claim.plan_paid_amount - 1000 > 0
    assert above.owed_on == date(2026, 3, 3)
    assert (below.reimbursable_amount, below.used_percent()) == (0, 30)


def test_a_claim_taken_back_leaves_no_trace_in_the_position() -> None:
    world = make_world()
    policy = make_policy(world)
    claim = pay_claim(world, "4000.00", on=date(2026, 3, 3))
    reverse_decisions(claim_ids=[claim.pk], by=ENGINE, because="test")
    assert run_payments(employer_id=world.employer.pk, on=date(2026, 4, 1), by=ENGINE)
    found = _position(policy)
    assert found.specific is not None
    assert found.specific.persons == ()


def test_two_policies_of_two_carriers_each_count_their_own_windows() -> None:
    """Incurred in December, paid in January: 12/12 twice leaves a gap, a run-in of three months closes it."""
    world = make_world()
    year = {"term": TERM}
    gap = make_policy(world, specific=SpecificWords("II", windows_of_basis("12/12", TERM), D("10.00")), **year)
    closed = make_policy(world, specific=SpecificWords("II", windows_of_basis("15/12", TERM), D("10.00")), **year)
    pay_claim(world, "4000.00", on=date(2026, 1, 20), served_on=date(2025, 12, 10))
    counted = [_position(policy).specific for policy in (gap, closed)]
    assert [bool(one and one.persons) for one in counted] == [False, True]


def test_benefits_are_covered_as_the_coverage_says() -> None:
    world = make_world()
    drugs = make_policy(world, specific=specific("10.00", benefits=("drug",)), benefit_names={"office-visit": "drug"})
    medical = make_policy(
        world, specific=specific("10.00", benefits=("medical",)), benefit_names={"office-visit": "drug"}
    )
    pay_claim(world, "4000.00", on=date(2026, 1, 20))
    amounts = [one.specific.reimbursable_amount for one in (_position(drugs), _position(medical)) if one.specific]
    assert amounts[0] > 0
    assert amounts[1] == 0


def test_the_group_month_by_month() -> None:
    world = make_world()
    for _person in range(3):
        enrol(world, starts_on=date(2025, 6, 1))
    policy = make_policy(world, aggregate=aggregate("500.00", has_accommodation=True, minimum_percent=D(100)))
    pay_claim(world, "9000.00", on=date(2026, 1, 10))
    pay_claim(_other_person(world), "900.00", on=date(2026, 2, 10))
    found = _position(policy)
    assert found.group is not None
    assert [month.attachment_amount for month in found.group.months] == [D("1500.00")] * 6
    assert [month.cash.loss_amount for month in found.group.months[:2]] == [D("1000.00"), D("1560.00")]
    assert found.group.position.attachment.amount == D("18000.00")
    assert found.group.months[-1].cash.advanced_amount == 0


def test_accommodation_advances_months_that_are_over() -> None:
    world = make_world()
    enrol(world, starts_on=date(2025, 6, 1))
    words = aggregate("500.00", has_accommodation=True, person_limit_amount=D("5000.00"))
    policy = make_policy(world, aggregate=words)
    pay_claim(world, "9000.00", on=date(2026, 1, 10))
    group = _position(policy, date(2026, 1, 20)).group
    assert group is not None
    assert group.accommodated is None
    group = _position(policy, date(2026, 2, 1)).group
    assert group is not None
    assert group.accommodated is not None
    assert group.accommodated.advance_amount == D("4500.00")
    assert not group.is_over


def test_ending_early_closes_windows_unless_terminal_liability_was_bought() -> None:
    world = make_world()
    bare, terminal = make_policy(world), make_policy(world, terminal_months_count=3)
    pay_claim(world, "4000.00", on=date(2026, 8, 10), served_on=date(2026, 6, 20))
    for policy in (bare, terminal):
        end_policy(policy_id=policy.pk, ends_on=date(2026, 7, 1), by=ENGINE, because="moved to another carrier")
    counted = [_position(policy).specific for policy in (bare, terminal)]
    assert [bool(one and one.persons) for one in counted] == [False, True]
    with pytest.raises(Invalid):
        end_policy(policy_id=terminal.pk, ends_on=date(2027, 2, 1), by=ENGINE, because="too late")


def test_standings_follow_payment_runs() -> None:
    world = make_world()
    policy = make_policy(world)
    assert policies_to_reckon(TODAY) == [policy.pk]
    pay_claim(world, "4000.00", on=date(2026, 3, 3))
    reckon_standings(policy_id=policy.pk, on=TODAY)
    standing = StopLossStanding.objects.get(policy=policy)
    assert (standing.member_id, standing.eligible_amount) == (world.member.pk, D("2544.00"))
    assert standing.reimbursable_amount == D("1544.00")
    pay_claim(world, "100.00", on=date(2026, 3, 9))
    assert policies_to_reckon(TODAY) == [policy.pk]
    reckon_standings(policy_id=policy.pk, on=TODAY)
    assert StopLossStanding.objects.get(policy=policy).eligible_amount == D("2592.00")

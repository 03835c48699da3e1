"""What reached back is listed with dollars before anybody acts, approved, and decided anew in the plan's order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extras import DateRange

from claims.adjudication.replay_decision import replay_decision
from claims.adjustments.void_claim import void_claim
from claims.models import Claim, Decision, PaymentItem, Reprocessing, ReprocessingClaim
from claims.payments.pay_employer import pay_employer
from claims.payments.selectors import settled_between
from claims.reprocessing.approve_reprocessing import approve_reprocessing
from claims.reprocessing.changed_claims import changed_claims
from claims.reprocessing.decline_reprocessing import decline_reprocessing
from claims.reprocessing.propose_reprocessing import propose_reprocessing
from claims.reprocessing.reprocess_families import reprocess_families
from claims.tasks import compare_reprocessings, list_reprocessings, reprocess_shard
from employers.models import Coverage, Headcount, Member, SubscriberStanding
from plans.models import FeeRate, NetworkParticipation, ScheduleTerms
from tests.factories.employers import make_coverage, make_other_coverage
from tests.factories.engine import Quarry, decide, make_quarry, publish, used_by
from tests.factories.users import make_user
from tpa.foundation.access import Scope, scope_for
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.errors import Conflict, Invalid, Refused
from tpa.foundation.models import AuditEvent, Role, WorkChunk
from tpa.foundation.values.money import ZERO
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LATER = date(2026, 7, 1)


@pytest.fixture
def manager() -> Scope:
    return scope_for(make_user(Role.TPA_MANAGER))


def draw_up(quarry: Quarry, by: Scope, since: datetime = LONG_AGO) -> Reprocessing:
    """The list, as the workers draw it up."""
    row = propose_reprocessing(employer_id=quarry.employer.pk, since=since, because="retroactive change", by=by)
    list_reprocessings()
    compare_reprocessings()
    row.refresh_from_db()
    assert row.status == "proposed"
    return row


def carry_out(row: Reprocessing, by: Scope) -> Reprocessing:
    approve_reprocessing(reprocessing_id=row.pk, revision=row.revision, because="checked", by=by)
    for shard in WorkChunk.objects.filter(kind="reprocess_families", status="waiting").values_list("shard", flat=True):
        reprocess_shard(shard)
    row.refresh_from_db()
    return row


def rows_of(row: Reprocessing) -> dict[int, tuple[Any, ...]]:
    return {
        item.claim_id: (item.standing_plan_paid_amount, item.new_plan_paid_amount, tuple(item.why))
        for item in row.claims.all()
    }


def paid(*claims: Claim) -> list[Decimal | None]:
    for claim in claims:
        claim.refresh_from_db()
    return [claim.plan_paid_amount for claim in claims]


def supersede(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(superseded_at=timezone.now())


def retro_term(member: Member, last: date) -> None:
    """Coverage ended, as we learn later, on a day in the past."""
    stood = Coverage.objects.get(member=member, superseded_at__isnull=True)
    supersede(stood)
    make_coverage(
        member,
        stood.plan,
        tier=stood.tier,
        period=DateRange(stood.period.lower, last + timedelta(days=1)),
        recorded_at=timezone.now(),
    )


def retro_add(member: Member, quarry: Quarry, **fields: Any) -> None:
    make_coverage(member, quarry.plan, recorded_at=timezone.now(), **fields)


def test_a_retroactive_termination_is_listed_with_dollars_and_touches_nothing(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,) = quarry.family()
    early = quarry.send(member, "1000.00", on=date(2026, 3, 2))
    late = quarry.send(member, "500.00", on=date(2026, 4, 2), code="12002")
    other = quarry.send(quarry.family()[0], "500.00")
    assert paid(early, late) == [Decimal("560.00"), Decimal("320.00")]
    retro_term(member, date(2026, 3, 31))
    before = (Decision.objects.count(), used_by(member.family_id))
    row = draw_up(quarry, manager)
    assert rows_of(row) == {late.pk: (Decimal("320.00"), ZERO, ("coverages",))}
    figures = (row.claim_count, row.allowed_change_amount, row.member_change_amount, row.plan_paid_change_amount)
    assert figures == (1, Decimal("-400.00"), Decimal("420.00"), Decimal("-320.00"))
    assert row.moved_amount == Decimal("320.00")
    assert (Decision.objects.count(), used_by(member.family_id)) == before
    assert paid(other) == [Decimal("240.00")]


def test_an_overpayment_is_netted_by_the_next_run_and_nothing_paid_twice(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,) = quarry.family()
    claim = quarry.send(member, "500.00", on=date(2026, 4, 2))
    kept = quarry.send(quarry.family()[0], "500.00")
    assert pay_employer(employer_id=quarry.employer.pk, on=LATER)
    retro_term(member, date(2026, 3, 31))
    row = carry_out(draw_up(quarry, manager), manager)
    assert (row.status, [item.status for item in row.claims.all()]) == ("done", ["done"])
    assert paid(claim) == [ZERO]
    assert claim.status == "denied"
    next_one = quarry.send(quarry.family()[0], "1000.00", code="12005")
    assert pay_employer(employer_id=quarry.employer.pk, on=LATER)
    amounts = list(PaymentItem.objects.filter(claim=claim).order_by("pk").values_list("amount", flat=True))
    assert amounts == [Decimal("240.00"), Decimal("-240.00"), ZERO]
    year = {"since": date(2026, 1, 1), "before": date(2027, 1, 1), "recorded_after": None}
    settled = settled_between(quarry.employer.pk, **year)
    assert [item.is_first for item in settled if item.claim_id == claim.pk] == [True, False, False]
    payment = PaymentItem.objects.get(claim=next_one).payment
    assert (payment.items_amount, payment.amount) == (Decimal("320.00"), Decimal("320.00"))
    assert not pay_employer(employer_id=quarry.employer.pk, on=LATER)
    assert paid(kept) == [Decimal("240.00")]
    assert offences() == []


def test_a_price_that_changes_back_is_paid_the_difference(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,) = quarry.family()
    claim, same = quarry.send(member, "500.00"), quarry.send(quarry.family()[0], "0.00")
    pay_employer(employer_id=quarry.employer.pk, on=LATER)
    stood = FeeRate.objects.get(schedule=quarry.schedule)
    supersede(stood)
    FeeRate.objects.create(
        schedule=quarry.schedule,
        code_kind="any",
        method="percent_of_billed",
        percent=Decimal(90),
        period=stood.period,
        recorded_at=timezone.now(),
    )
    row = draw_up(quarry, manager)
    assert rows_of(row) == {claim.pk: (Decimal("240.00"), Decimal("280.00"), ("prices",))}
    carry_out(row, manager)
    pay_employer(employer_id=quarry.employer.pk, on=LATER)
    assert sum(item.amount for item in PaymentItem.objects.filter(claim=claim)) == Decimal("280.00")
    last = PaymentItem.objects.filter(claim=claim).latest("pk").payment
    assert (last.items.count(), last.amount) == (2, Decimal("40.00"))
    assert same.plan_paid_amount == ZERO
    assert offences() == []


def test_networks_plans_and_other_payers_that_change_back_are_found(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    claims = [quarry.send(quarry.family()[0], "500.00") for _family in range(3)]
    supersede(NetworkParticipation.objects.get(provider=quarry.provider))
    row = draw_up(quarry, manager)
    assert set(rows_of(row).values()) == {(Decimal("240.00"), Decimal("160.00"), ("prices",))}
    publish(quarry.plan, quarry.source.replace("coinsurance: 20", "coinsurance: 50"))
    row = draw_up(quarry, manager)
    assert set(rows_of(row).values()) == {(Decimal("240.00"), Decimal("100.00"), ("plan_hash", "prices"))}
    make_other_coverage(claims[0].member, recorded_at=timezone.now())
    row = draw_up(quarry, manager)
    assert rows_of(row)[claims[0].pk][1:] == (ZERO, ("plan_hash", "other_coverages", "prices"))
    assert ReprocessingClaim.objects.get(reprocessing=row, claim=claims[0]).new_outcome == "pended"
    carry_out(row, manager)
    assert [claim.status for claim in Claim.objects.order_by("pk")] == ["pended", "approved", "approved"]
    assert offences(only=["I3", "I4", "I8", "I14"]) == []


@pytest.mark.parametrize("order", ["service", "processing"])
def test_the_order_is_the_plans(manager: Scope, order: str) -> None:
    """February's service came second and was not covered. It is after all: in the order of services it meets the
    deductible, and March's claim, which had, is paid more; in the order of processing March's keeps it."""
    quarry = make_quarry(order=order, deductible=100, coinsurance=0)
    (member,) = quarry.family(covered=False)
    retro_add(member, quarry, period=DateRange(date(2026, 3, 1), date(2027, 1, 1)))
    second = quarry.send(member, "1000.00", on=date(2026, 3, 2))
    first = quarry.send(member, "1000.00", on=date(2026, 2, 2), code="12003")
    third = quarry.send(member, "1000.00", on=date(2026, 4, 2), code="12004")
    assert paid(first, second, third) == [ZERO, Decimal("700.00"), Decimal("800.00")]
    supersede(Coverage.objects.get(member=member))
    retro_add(member, quarry)
    row = carry_out(draw_up(quarry, manager), manager)
    expected = {
        "service": [Decimal("700.00"), Decimal("800.00"), Decimal("800.00")],
        "processing": [Decimal("800.00"), Decimal("700.00"), Decimal("800.00")],
    }
    assert paid(first, second, third) == expected[order]
    assert row.claim_count == {"service": 2, "processing": 1}[order]
    assert used_by(member.family_id)[member.pk, date(2026, 1, 1), "deductible:in"] == Decimal("100.00")
    assert offences(only=["I3", "I4", "I8", "I14"]) == []
    for decision in Decision.objects.exclude(outcome="reversed"):
        assert replay_decision(decision=decision).is_same


def test_what_touches_a_claim_besides_its_own_rows(manager: Scope) -> None:
    """The subscriber's standing for the whole family, headcounts where there is Medicare, terms of the contracts."""
    quarry = make_quarry()
    subscriber, child = quarry.family("Ines", "Otto")
    claim = quarry.send(child, "500.00")
    quarry.send(quarry.family()[0], "500.00", on=date(2025, 3, 2))
    hours, year = [timezone.now() + timedelta(hours=k) for k in range(3)], DateRange(date(2026, 1, 1), date(2027, 1, 1))
    summer = DateRange(date(2024, 6, 1), date(2024, 9, 1))
    Headcount.objects.create(employer=quarry.employer, employee_count=12, period=summer, recorded_at=hours[0])
    assert changed_claims(employer_id=quarry.employer.pk, since=hours[0]) == {}
    make_other_coverage(child, kind="medicare", pays_first=None)
    assert changed_claims(employer_id=quarry.employer.pk, since=hours[0]) == {child.family_id: [claim.pk]}
    SubscriberStanding.objects.create(
        employer=quarry.employer, member=subscriber, standing="retired", period=year, recorded_at=hours[1]
    )
    assert changed_claims(employer_id=quarry.employer.pk, since=hours[1]) == {child.family_id: [claim.pk]}
    ScheduleTerms.objects.create(schedule=quarry.schedule, document={}, period=year, recorded_at=hours[2])
    assert changed_claims(employer_id=quarry.employer.pk, since=hours[2]) == {child.family_id: [claim.pk]}


LAWS = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@LAWS
@given(
    claims=st.lists(
        st.tuples(st.integers(0, 1), st.integers(1, 9), st.sampled_from(["40.00", "333.33", "700.00", "2500.00"])),
        min_size=1,
        max_size=6,
    ),
    covered_from=st.integers(1, 9),
    order=st.sampled_from(["service", "processing"]),
)
def test_the_accumulators_are_those_of_deciding_all_from_scratch(
    manager: Scope, claims: list[tuple[int, int, str]], covered_from: int, order: str
) -> None:
    """Some of a family's claims were denied for want of coverage; all of them decided with what is known now, in the
    plan's order, by a family to whom nothing ever happened, come to the same."""
    quarry = make_quarry(order=order)
    members, twins = quarry.family("Ines", "Otto", covered=False), quarry.family("Ines", "Otto")
    for member in members:
        retro_add(member, quarry, tier="FAM", period=DateRange(date(2026, covered_from, 1), date(2027, 1, 1)))
    sent = [
        quarry.send(members[who], billed, on=date(2026, month, 3), code=str(12000 + place))
        for place, (who, month, billed) in enumerate(claims)
    ]
    for coverage in Coverage.objects.filter(family=members[0].family, superseded_at__isnull=True):
        supersede(coverage)
        retro_add(coverage.member, quarry, tier="FAM")
    carry_out(draw_up(quarry, manager), manager)
    places = range(len(claims))
    in_order = sorted(places, key=lambda place: claims[place][1]) if order == "service" else places
    twin_paid = {}
    for place in in_order:
        who, month, billed = claims[place]
        twin = quarry.send(twins[who], billed, on=date(2026, month, 3), code=str(12000 + place))
        twin_paid[place] = twin.plan_paid_amount
    touched = {claim.pk for claim in sent if claim.service_from.month < covered_from}
    if touched:
        # Before the first that was touched, what stands stands: only the tail follows the plan's order.
        assert sum(used_by(members[0].family_id).values()) == sum(used_by(twins[0].family_id).values())
        assert paid(*sent) == [twin_paid[place] for place in places]
    assert not ReprocessingClaim.objects.filter(reprocessing__employer=quarry.employer, status="stale").exists()
    assert offences(only=["I3", "I4", "I8"]) == []
    assert draw_up(quarry, manager).claim_count == 0


def test_what_came_out_otherwise_meanwhile_is_left_for_a_new_list(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,), (other,) = quarry.family(), quarry.family()
    claims = [quarry.send(one, "500.00", on=date(2026, 4, 2)) for one in (member, other)]
    for one in (member, other):
        retro_term(one, date(2026, 3, 31))
    row = draw_up(quarry, manager)
    void_claim(claim_id=claims[0].pk, by=manager.actor, because="sent in error")
    carry_out(row, manager)
    assert {item.claim_id: item.status for item in row.claims.all()} == {claims[0].pk: "stale", claims[1].pk: "done"}
    assert [claim.status for claim in Claim.objects.order_by("pk")] == ["reversed", "denied"]
    assert row.status == "done"
    assert reprocess_families(reprocessing_id=row.pk, family_ids=[member.family_id, other.family_id]) == 0
    assert Decision.objects.filter(claim=claims[1]).count() == 3


def test_four_eyes_above_a_managers_limit(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,) = quarry.family()
    quarry.send(member, "500.00", on=date(2026, 4, 2))
    retro_term(member, date(2026, 3, 31))
    set_approval_limit(
        employer_id=quarry.employer.pk,
        role=Role.TPA_MANAGER,
        amount=Decimal("200.00"),
        period=(date(2020, 1, 1), None),
        source="section 4",
        by=manager.actor,
    )
    row = draw_up(quarry, manager)
    with pytest.raises(Refused, match="somebody else"):
        approve_reprocessing(reprocessing_id=row.pk, revision=row.revision, because="mine", by=manager)
    examiner = scope_for(make_user(Role.SENIOR_EXAMINER))
    for verb in (approve_reprocessing, decline_reprocessing):
        with pytest.raises(Refused):
            verb(reprocessing_id=row.pk, revision=row.revision, because="not mine to say", by=examiner)
    another = scope_for(make_user(Role.TPA_MANAGER))
    with pytest.raises(Invalid):
        approve_reprocessing(reprocessing_id=row.pk, revision=row.revision, because=" ", by=another)
    with pytest.raises(Conflict):
        approve_reprocessing(reprocessing_id=row.pk, revision=row.revision - 1, because="old page", by=another)
    assert carry_out(row, another).status == "done"
    actions = AuditEvent.objects.filter(subject_type="claims.reprocessing").values_list("action", flat=True)
    assert {"claims.reprocessing.proposed", "claims.reprocessing.moved"} <= set(actions)


def test_a_declined_list_changes_nothing(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    (member,) = quarry.family()
    claim = quarry.send(member, "500.00", on=date(2026, 4, 2))
    retro_term(member, date(2026, 3, 31))
    row = draw_up(quarry, manager)
    decline_reprocessing(reprocessing_id=row.pk, revision=row.revision, because="the employer keeps it", by=manager)
    assert paid(claim) == [Decimal("240.00")]
    with pytest.raises(Conflict):
        approve_reprocessing(reprocessing_id=row.pk, revision=row.revision + 1, because="after all", by=manager)


def test_many_families_are_compared_with_as_many_queries_as_one(manager: Scope) -> None:
    quarry = make_quarry(deductible=100)
    counts = []
    for families in (1, 6):
        for _family in range(families):
            (member,) = quarry.family()
            quarry.send(member, "500.00", on=date(2026, 4, 2))
            retro_term(member, date(2026, 3, 31))
        with CaptureQueriesContext(connection) as queries:
            draw_up(quarry, manager)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_reaches_back_and_the_list_is_empty(manager: Scope) -> None:
    quarry = make_quarry()
    quarry.send(quarry.family()[0], "500.00")
    row = draw_up(quarry, manager, since=timezone.now())
    assert (row.claim_count, row.plan_paid_change_amount) == (0, ZERO)
    assert carry_out(row, manager).status == "done"


@pytest.mark.django_db(transaction=True)
def test_a_later_claim_of_the_family_finds_the_new_sums(manager: Scope) -> None:
    quarry = make_quarry(deductible=100, coinsurance=0)
    (member,) = quarry.family(covered=False)
    denied = quarry.send(member, "1000.00")
    retro_add(member, quarry)
    carry_out(draw_up(quarry, manager), manager)
    later = quarry.send(member, "1000.00", on=date(2026, 5, 2), code="12009")
    decide(later)
    assert paid(denied, later) == [Decimal("700.00"), Decimal("800.00")]

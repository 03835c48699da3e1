"""Facts for batches: one query each, as believed now or as known at a moment, and only what a person may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from psycopg2.extras import DateRange

from employers.eligibility.hold_enrolment import hold_enrolment
from employers.eligibility.selectors import (
    coverage_facts,
    coverages_of,
    member_facts,
    member_names,
    members_covered,
    members_covered_in,
    members_of,
    other_coverage_facts,
)
from employers.facts import MonthRule
from employers.models import Coverage, Employer, Family, Member
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, make_other_coverage
from tests.factories.plans import make_plan
from tests.factories.users import as_web, make_scope
from tpa.foundation.access import NOBODY, system_scope
from tpa.foundation.errors import NotFound

pytestmark = pytest.mark.django_db
JAN, MAR, JUN = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 6))


@pytest.fixture
def people():
    plan = make_plan()
    members = [make_member() for _ in range(20)]
    for member in members:
        make_coverage(member, plan)
        make_other_coverage(member)
    return members


@pytest.mark.parametrize("selector", [coverage_facts, other_coverage_facts, member_facts])
def test_facts_of_a_batch_take_one_query(people, django_assert_num_queries, selector):
    ids = [member.pk for member in people]
    with django_assert_num_queries(1):
        facts = selector(ids)
    assert facts.keys() == set(ids)
    assert selector([]) == {}


def test_coverage_is_told_as_it_was_known():
    member, plan = make_member(), make_plan()
    first = make_coverage(member, plan, period=DateRange(date(2026, 1, 1), None), recorded_at=JAN)
    Coverage.objects.filter(pk=first.pk).update(superseded_at=MAR)
    make_coverage(member, plan, period=DateRange(date(2026, 1, 1), date(2026, 2, 1)), recorded_at=MAR)

    def ends_on(known_at: datetime | None) -> list[date | None]:
        return [fact.ends_on for fact in coverage_facts([member.pk], known_at).get(member.pk, [])]

    assert ends_on(None) == [date(2026, 2, 1)]
    assert ends_on(JUN) == [date(2026, 2, 1)]
    assert ends_on(MAR) == [date(2026, 2, 1)], "from its very moment on"
    assert ends_on(datetime(2026, 2, 1, tzinfo=UTC)) == [None]
    assert ends_on(datetime(2025, 2, 1, tzinfo=UTC)) == []


def test_the_enrolled_of_a_month_are_the_subscribers_on_its_first_day(django_assert_num_queries):
    employer, plan = make_employer(), make_plan()
    families = [make_family(employer) for _ in range(4)]
    subscribers = [make_member(family) for family in families]
    spouse = make_member(families[0], relationship="01")
    periods = [
        DateRange(date(2026, 1, 1), None),
        DateRange(date(2026, 3, 1), date(2026, 3, 2)),  # on the first: counts
        DateRange(date(2026, 3, 2), None),  # a day late
        DateRange(date(2026, 1, 1), date(2026, 3, 1)),  # until the last of February
    ]
    for member, period in zip(subscribers, periods, strict=True):
        make_coverage(member, plan, period=period, tier="FAM")
    make_coverage(spouse, plan, period=periods[0], tier="FAM")
    make_coverage(make_member(), plan)  # somebody else's employee
    with django_assert_num_queries(1):
        enrolled = members_covered(employer.pk, date(2026, 3, 17))
    assert [fact.member_id for fact in enrolled] == [subscribers[0].pk, subscribers[1].pk]
    assert enrolled[0].tier == "FAM"


def test_several_months_at_once_are_the_months_one_by_one(django_assert_num_queries):
    employer, plan = make_employer(), make_plan()
    for start, end in ((1, None), (5, 40), (20, 50), (31, 32), (33, 120), (45, None), (60, 61)):
        first = date(2026, 1, 1)
        period = DateRange(first + timedelta(days=start - 1), first + timedelta(days=end) if end else None)
        make_coverage(make_member(make_family(employer)), plan, period=period)
    rules = {date(2026, month, 1): MonthRule(until, ends) for month, until, ends in ((1, 15, 1), (2, 1, 20), (3, 1, 1))}
    with django_assert_num_queries(1):
        found = members_covered_in(employer.pk, rules)
    assert found == {month: members_covered(employer.pk, month, counts=rule) for month, rule in rules.items()}
    assert [len(found[month]) for month in rules] == [2, 1, 4]


def test_a_person_sees_the_members_of_her_employer_and_no_others():
    mine, theirs = make_member(), make_member()
    plan = make_plan()
    for member in (mine, theirs):
        make_coverage(member, plan)
    scope = make_scope("employer_hr", employer_id=mine.employer_id)
    assert list(members_of(scope)) == [mine]
    assert list(members_of(system_scope("x"), employer_id=theirs.employer_id)) == [theirs]
    assert list(members_of(NOBODY)) == []
    assert not coverages_of(scope, theirs.pk)
    assert coverages_of(scope, mine.pk)
    assert member_names([mine.pk]) == {mine.pk: "Ines Hollander"}


@pytest.mark.parametrize(
    "model", [Employer, Family, Member, Coverage, "OtherCoverage", "Division", "EligibilityFile", "ClaimsAccount"]
)
def test_without_the_filter_postgres_still_shows_only_ones_own(model):
    from django.apps import apps

    model = apps.get_model("employers", model) if isinstance(model, str) else model
    mine, theirs = make_member(), make_member()
    plan = make_plan()
    for member in (mine, theirs):
        make_coverage(member, plan)
        make_other_coverage(member)
    column = "pk" if model is Employer else "employer_id"
    with as_web(make_scope("employer_hr", employer_id=mine.employer_id)):
        assert set(model.objects.values_list(column, flat=True)) <= {mine.employer_id}
    with as_web(NOBODY):
        assert not model.objects.exists()
    with as_web(make_scope("examiner")):
        assert model.objects.count() in (0, 2)


def test_enrolment_is_held_in_a_transaction_and_in_the_order_of_its_moments():
    employer = make_employer()
    with transaction.atomic():
        first = hold_enrolment(employer_id=employer.pk)
        assert hold_enrolment(employer_id=employer.pk) > first
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'employers_employer'::regclass AND granted")
            assert cursor.fetchone()[0]
    with pytest.raises(NotFound):
        hold_enrolment(employer_id=0)

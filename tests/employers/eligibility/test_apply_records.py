"""What employers tell becomes coverage: enrolled, changed, ended, reinstated, refused; superseded and never edited."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from employers.eligibility.apply_records import Applied, apply_records
from employers.eligibility.selectors import coverage_facts, members_covered, other_coverage_facts
from employers.facts import CoverageRecord, MemberRecord, OtherCoverageRecord
from employers.models import Coverage, Family, Member
from tests.factories.employers import TESTER, make_division, make_employer, offer
from tests.factories.plans import make_plan
from tpa.foundation.models import AuditEvent

pytestmark = pytest.mark.django_db
JAN, MAR, JUN, JUL, OCT = (date(2026, month, 1) for month in (1, 3, 6, 7, 10))


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def employer():
    employer = make_employer()
    offer(employer, make_plan("gold"))
    return employer


def cover(*names: str, **fields) -> CoverageRecord:
    return CoverageRecord(plan_codes=names or ("gold",), **{"starts_on": JAN} | fields)


def anna(**fields) -> MemberRecord:
    given = {"subscriber_number": "S1", "last_name": "Novak", "first_name": "Anna", "sex": "F"}
    return MemberRecord(**given | {"birth_on": date(1980, 5, 6), "coverages": (cover(),)} | fields)


def spouse(**fields) -> MemberRecord:
    return anna(**{"relationship": "01", "first_name": "Ben", "sex": "M", "birth_on": date(1979, 1, 2)} | fields)


def child(**fields) -> MemberRecord:
    return anna(**{"relationship": "19", "first_name": "Cleo", "birth_on": date(2012, 3, 4)} | fields)


def tell(employer, *records: MemberRecord, **fields) -> Applied:
    return apply_records(employer_id=employer.pk, records=records, by=TESTER, **fields)


def codes(applied: Applied) -> list[str]:
    return [problem.code for problem in applied.problems]


def lines(first_name: str, known_at: datetime | None = None) -> list[tuple[str, date, date | None]]:
    member = Member.objects.get(first_name=first_name)
    facts = coverage_facts([member.pk], known_at).get(member.pk, [])
    return [(fact.tier, fact.starts_on, fact.ends_on) for fact in facts]


def test_a_family_is_enrolled_with_the_tier_it_needs(employer):
    done = tell(employer, child(), spouse(), anna())  # in any order
    assert (done.added_count, done.problems) == (3, [])
    assert {member.person_number for member in Member.objects.all()} == {"01", "02", "03"}
    assert lines("Anna") == lines("Ben") == lines("Cleo") == [("FAM", JAN, None)]
    assert [enrolled.tier for enrolled in members_covered(employer.pk, MAR)] == ["FAM"]


def test_the_same_again_changes_nothing(employer):
    tell(employer, anna(), spouse())
    rows = Coverage.objects.count()
    done = tell(employer, anna(), spouse())
    assert (done.same_count, done.changed_count) == (2, 0)
    assert Coverage.objects.count() == rows


def test_a_full_file_that_repeats_the_first_day_leaves_the_history(employer):
    tell(employer, anna())
    tell(employer, spouse(coverages=(cover(starts_on=MAR),)))
    done = tell(employer, anna(coverages=(cover(tier="ES"),)))
    assert done.same_count == 1
    assert lines("Anna") == [("EE", JAN, MAR), ("ES", MAR, None)]


def test_an_earlier_first_day_is_added_before(employer):
    tell(employer, anna(coverages=(cover(starts_on=MAR),)))
    tell(employer, anna(coverages=(cover(starts_on=JAN),)))
    assert lines("Anna") == [("EE", JAN, None)]


def test_a_change_is_superseded_and_what_was_known_before_can_be_read(employer):
    tell(employer, anna(coverages=(cover(tier="EE"),)))
    then = timezone.now()
    tell(employer, anna(coverages=(cover(tier="FAM", starts_on=JUN),)))
    assert lines("Anna") == [("EE", JAN, JUN), ("FAM", JUN, None)]
    assert lines("Anna", then) == [("EE", JAN, None)]
    assert [enrolled.tier for enrolled in members_covered(employer.pk, JUL, then)] == ["EE"]
    assert [enrolled.tier for enrolled in members_covered(employer.pk, JUL)] == ["FAM"]


def test_ending_the_subscriber_ends_the_dependents(employer):
    tell(employer, anna(), spouse())
    done = tell(employer, anna(action="end", coverages=(), ends_on=JUL, because="left the employer"))
    assert done.ended_count == 1
    assert lines("Anna") == lines("Ben") == [("ES", JAN, JUL)]
    assert members_covered(employer.pk, JUL) == []
    assert Coverage.objects.filter(superseded_at=None, member__first_name="Anna").get().reason == "left the employer"


def test_ending_a_dependent_lowers_the_tier_that_fitted(employer):
    tell(employer, anna(), spouse(), child())
    tell(employer, spouse(action="end", coverages=(cover(action="end", starts_on=None, ends_on=JUL),)))
    assert lines("Anna") == [("FAM", JAN, JUL), ("EC", JUL, None)]


def test_who_never_was_covered_after_all_is_superseded_by_nothing(employer):
    tell(employer, anna())
    tell(employer, anna(action="end", coverages=(), ends_on=JAN))
    assert lines("Anna") == []


def test_reinstating_goes_on_where_it_ended_or_from_a_day(employer):
    tell(employer, anna())
    tell(employer, anna(action="end", coverages=(), ends_on=JUL))
    tell(employer, anna(action="reinstate", coverages=()))
    assert lines("Anna") == [("EE", JAN, None)]
    tell(employer, anna(action="end", coverages=(), ends_on=JUL))
    tell(employer, anna(action="reinstate", coverages=(cover(starts_on=OCT),)))
    assert lines("Anna") == [("EE", JAN, JUL), ("EE", OCT, None)]


def test_a_coverage_told_with_its_last_day_ends_there(employer):
    tell(employer, anna())
    done = tell(employer, anna(coverages=(cover(ends_on=JUL),)))
    assert done.ended_count == 1
    assert lines("Anna") == [("EE", JAN, JUL)]


def test_two_plans_have_two_lines_and_a_person_counts_once(employer):
    offer(employer, make_plan("dental"))
    done = tell(employer, anna(coverages=(cover("gold"), cover("dental", tier="FAM"))))
    assert done.added_count == 1
    assert sorted(lines("Anna")) == [("EE", JAN, None), ("FAM", JAN, None)]
    assert len(members_covered(employer.pk, MAR)) == 2
    gold = members_covered(employer.pk, MAR)[0].plan_id
    assert len(members_covered(employer.pk, MAR, plan_id=gold)) == 1


def test_what_is_told_of_a_person_is_taken_over_and_blank_is_not(employer):
    tell(employer, anna(city="Dayton", email="anna@example.org", ssn="219-09-9999"))
    done = tell(employer, anna(city="Toledo", coverages=()))
    member = Member.objects.get()
    assert (member.city, member.email, member.ssn) == ("Toledo", "anna@example.org", "219099999")
    assert done.changed_count == 1
    assert [(problem.code, problem.place, problem.kind) for problem in done.problems] == [
        ("member.changed", "city", "differs")
    ]


def test_a_dependent_is_found_by_number_or_name_and_not_enrolled_twice(employer):
    tell(employer, anna(), child(ssn="219-09-9998"), spouse(own_number="S1-2"))
    tell(employer, child(first_name="Cleopatra"))
    tell(employer, child(first_name="Completely", last_name="Other", ssn="219099998", birth_on=None))
    tell(employer, spouse(first_name="Benjamin", own_number="S1-2"))
    assert Member.objects.count() == 3


def test_twins_are_two(employer):
    tell(employer, anna(), child(first_name="Mia"), child(first_name="Lea"))
    assert Member.objects.filter(relationship="19").count() == 2


def test_a_dependent_is_counted_in_the_subscribers_division(employer):
    division = make_division(employer, "EAST")
    tell(employer, anna(division="EAST"), child())
    assert set(Coverage.objects.values_list("division", flat=True)) == {division.pk}
    assert members_covered(employer.pk, MAR)[0].division == "EAST"


def test_other_coverage_is_recorded_once(employer):
    other = OtherCoverageRecord(payer_name="Lakeside Mutual", pays_first=True, because="birthday rule")
    tell(employer, anna(coverages=(cover(other=(other,)),)))
    done = tell(employer, anna(coverages=(cover(other=(other,)),)))
    assert done.same_count == 1
    [[fact]] = other_coverage_facts([Member.objects.get().pk]).values()
    assert (fact.payer_name, fact.pays_first, fact.starts_on) == ("Lakeside Mutual", True, JAN)


def test_another_coverage_whose_order_is_not_known_is_a_question(employer):
    other = OtherCoverageRecord(payer_name="Lakeside Mutual", pays_first=None)
    done = tell(employer, anna(coverages=(cover(other=(other,)),)))
    assert codes(done) == ["cob.order_unknown"]
    assert other_coverage_facts([Member.objects.get().pk]) == {}


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (child(subscriber_number="S9"), "subscriber.unknown"),
        (anna(action="end", subscriber_number="S9", ends_on=JUL), "member.unknown"),
        (anna(subscriber_number="S9", division="NOWHERE"), "division.unknown"),
        (anna(subscriber_number="S9", coverages=(cover("silver"),)), "plan.unknown"),
        (anna(subscriber_number="S9", coverages=(cover(starts_on=date(2019, 1, 1)),)), "plan.not_offered"),
        (anna(subscriber_number="S9", coverages=(cover(starts_on=None),)), "coverage.no_start"),
        (anna(subscriber_number="S9", coverages=(cover(ends_on=JAN),)), "date.order"),
        (anna(subscriber_number="S9", birth_on=date(2027, 1, 1)), "birth.future"),
        (anna(action="end", coverages=()), "coverage.no_end"),
        (anna(action="end", coverages=(cover(),)), "coverage.no_end"),
        (anna(first_name="Zoe", birth_on=date(1960, 9, 9)), "subscriber.other_person"),
        (spouse(action="end", ends_on=JUL), "member.unknown"),
        (child(coverages=(cover(starts_on=date(2025, 1, 1)),)), "coverage.subscriber_not_covered"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_of_it_taken(employer, record, code):
    tell(employer, anna())
    before = list(Member.objects.values()), list(Coverage.objects.values())
    done = tell(employer, record)
    assert codes(done) == [code]
    assert done.refused_count == 1
    assert (list(Member.objects.values()), list(Coverage.objects.values())) == before


def test_a_bad_record_does_not_stop_the_others_but_its_dependents(employer):
    done = tell(employer, anna(coverages=(cover("silver"),)), child(), anna(subscriber_number="S2"))
    assert (done.added_count, done.refused_count) == (1, 2)
    assert set(codes(done)) == {"plan.unknown", "subscriber.unknown"}


def test_without_a_name_the_only_plan_is_meant(employer):
    assert tell(employer, anna(coverages=(cover("", ""),))).added_count == 1
    offer(employer, make_plan("silver"))
    assert codes(tell(employer, anna(subscriber_number="S2", coverages=(cover(""),)))) == ["plan.missing"]


def test_who_is_told_without_coverage_is_recorded_and_pointed_out(employer):
    done = tell(employer, anna(coverages=()))
    assert done.added_count == 1
    assert codes(done) == ["coverage.none_given"]


def test_a_dry_run_says_the_same_and_writes_nothing(employer):
    records = [anna(), spouse(), child(subscriber_number="S9"), anna(subscriber_number="S2", division="X")]
    dry = tell(employer, *records, dry_run=True)
    assert not Family.objects.exists()
    assert not AuditEvent.objects.exists()
    wet = tell(employer, *records)
    assert (dry.added_count, dry.refused_count, dry.problems) == (wet.added_count, wet.refused_count, wet.problems)


@pytest.mark.parametrize("size", [3, 60])
def test_the_number_of_queries_does_not_grow_with_the_file(employer, django_assert_num_queries, size):
    families = [anna(subscriber_number=f"S{number}") for number in range(size)]
    tell(employer, *families)
    changes = [
        anna(subscriber_number=f"S{number}", city="Toledo", coverages=(cover(tier="FAM", starts_on=JUN),))
        for number in range(size)
    ]
    news = [anna(subscriber_number=f"N{number}") for number in range(size)]
    with django_assert_num_queries(19):
        tell(employer, *changes, *news)


def test_the_trail_says_who_was_enrolled_and_which_fields_changed_without_their_values(employer):
    tell(employer, anna(city="Dayton"))
    tell(employer, anna(city="Toledo"))
    enrolled = AuditEvent.objects.get(action="employers.member.enrolled")
    changed = AuditEvent.objects.get(action="employers.member.changed")
    assert (enrolled.employer_id, list(enrolled.subject_ids)) == (employer.pk, [Member.objects.get().pk])
    assert list(changed.fields) == ["city"]
    assert "Toledo" not in str(AuditEvent.objects.values())


def test_coverage_is_not_edited_or_deleted(employer):
    tell(employer, anna())
    with pytest.raises(IntegrityError, match="never edited"):
        Coverage.objects.update(tier="FAM")


def test_coverage_is_not_deleted_either(employer):
    tell(employer, anna())
    with pytest.raises(IntegrityError, match="never edited"):
        Coverage.objects.all().delete()


def test_a_member_belongs_to_the_employer_of_the_family(employer):
    tell(employer, anna())
    Member.objects.update(employer=make_employer())
    with pytest.raises(IntegrityError, match="same_employer"):
        connection.check_constraints()

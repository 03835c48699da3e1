"""The verbs for one person: what a form or the API calls."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.change_coverage import change_coverage
from employers.eligibility.change_member import change_member
from employers.eligibility.end_coverage import end_coverage
from employers.eligibility.end_other_coverage import end_other_coverage
from employers.eligibility.enrol_member import enrol_member
from employers.eligibility.our_side import our_side_facts
from employers.eligibility.record_standing import record_standing
from employers.eligibility.selectors import coverage_facts, other_coverage_facts
from employers.facts import CoverageRecord, MemberRecord, OrderFacts, OtherCoverageRecord
from employers.models import Employer, Member, OtherCoverage
from employers.onboarding.record_headcount import record_headcount
from tests.factories.employers import TESTER, make_division, make_employer, make_family, make_member, offer
from tests.factories.plans import make_plan
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models import AuditEvent
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
JAN, JUL, OCT = date(2026, 1, 1), date(2026, 7, 1), date(2026, 10, 1)


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def plan(employer):
    return offer(employer, make_plan("gold"))


def enrol(employer, **fields) -> int:
    given = {
        "subscriber_number": "S1",
        "last_name": "Novak",
        "first_name": "Anna",
        "birth_on": date(1980, 5, 6),
        "coverages": (CoverageRecord(plan_codes=("gold",), starts_on=JAN),),
    }
    member_id = enrol_member(employer_id=employer.pk, member=MemberRecord(**given | fields), by=TESTER)
    assert member_id is not None
    return member_id


def lines(member_id: int) -> list[tuple[int, str, date, date | None]]:
    facts = coverage_facts([member_id]).get(member_id, [])
    return [(fact.plan_id, fact.tier, fact.starts_on, fact.ends_on) for fact in facts]


def test_enrolling_returns_the_member_and_a_dry_run_nobody(employer, plan):
    assert enrol(employer) == Member.objects.get().pk
    member = MemberRecord(subscriber_number="S2", last_name="X", coverages=())
    assert enrol_member(employer_id=employer.pk, member=member, by=TESTER, dry_run=True) is None
    assert Member.objects.count() == 1


def test_a_refused_enrolment_names_every_problem(employer, plan):
    with pytest.raises(Invalid) as refused:
        enrol(employer, division="NOWHERE", birth_on=date(2090, 1, 1))
    assert [(problem["place"], problem["code"]) for problem in refused.value.extra["problems"]] == [
        ("division", "division.unknown"),
        ("birth_date", "birth.future"),
    ]
    assert "Novak" not in str(refused.value.extra)


def test_enrolment_with_an_employer_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        enrol_member(employer_id=0, member=MemberRecord(subscriber_number="S"), by=TESTER)


def test_another_tier_and_division_from_a_day_on(employer, plan):
    east = make_division(employer, "EAST")
    member_id = enrol(employer)
    change_coverage(
        member_id=member_id, plan_id=plan.pk, from_on=JUL, tier="FAM", division="EAST", because="married", by=TESTER
    )
    assert lines(member_id) == [(plan.pk, "EE", JAN, JUL), (plan.pk, "FAM", JUL, None)]
    assert Member.objects.get().coverages.get(superseded_at=None, tier="FAM").division_id == east.pk


def test_the_family_moves_to_another_plan_together(employer, plan):
    silver = offer(employer, make_plan("silver"))
    subscriber = enrol(employer)
    child = enrol(employer, relationship="19", first_name="Cleo", birth_on=date(2012, 1, 1))
    change_coverage(
        member_id=subscriber, plan_id=plan.pk, to_plan_id=silver.pk, from_on=JUL, because="open enrolment", by=TESTER
    )
    for member_id in (subscriber, child):
        assert lines(member_id) == [(plan.pk, "EC", JAN, JUL), (silver.pk, "EC", JUL, None)]


def test_a_lower_tier_than_the_dependents_need_is_raised_to_it(employer, plan):
    subscriber = enrol(employer)
    enrol(employer, relationship="19", first_name="Cleo", birth_on=date(2012, 1, 1))
    change_coverage(member_id=subscriber, plan_id=plan.pk, from_on=JUL, tier="EE", because="x", by=TESTER)
    assert lines(subscriber) == [(plan.pk, "EC", JAN, None)]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tier": "XX"}, "tier.unknown"),
        ({"division": "NOWHERE"}, "division.unknown"),
        ({"to_plan_id": 0}, "plan.not_offered"),
        ({"from_on": date(2025, 1, 1)}, "coverage.none"),
    ],
)
def test_a_change_that_can_not_be_is_refused(employer, plan, fields, code):
    member_id = enrol(employer)
    given = {"member_id": member_id, "plan_id": plan.pk, "from_on": JUL, "because": "x", "by": TESTER}
    with pytest.raises(Invalid) as refused:
        change_coverage(**given | fields)
    assert refused.value.code == code


def test_a_dependents_coverage_is_not_changed_by_itself(employer, plan):
    enrol(employer)
    child = enrol(employer, relationship="19", first_name="Cleo", birth_on=date(2012, 1, 1))
    with pytest.raises(Invalid):
        change_coverage(member_id=child, plan_id=plan.pk, from_on=JUL, tier="FAM", because="x", by=TESTER)


def test_coverage_ends_after_its_last_day_and_only_once(employer, plan):
    member_id = enrol(employer)
    end_coverage(member_id=member_id, last_on=date(2026, 6, 30), because="left", by=TESTER)
    assert lines(member_id) == [(plan.pk, "EE", JAN, JUL)]
    with pytest.raises(Conflict):
        end_coverage(member_id=member_id, last_on=date(2026, 6, 30), because="left", by=TESTER)
    end_coverage(member_id=member_id, last_on=date(2026, 3, 31), because="earlier after all", by=TESTER)
    assert lines(member_id)[0][3] == date(2026, 4, 1)


def test_one_plan_may_end_alone(employer, plan):
    dental = offer(employer, make_plan("dental"))
    names = [CoverageRecord(plan_codes=(name,), starts_on=JAN) for name in ("gold", "dental")]
    member_id = enrol(employer, coverages=tuple(names))
    end_coverage(member_id=member_id, plan_id=dental.pk, last_on=date(2026, 6, 30), because="x", by=TESTER)
    assert sorted(lines(member_id)) == [(plan.pk, "EE", JAN, None), (dental.pk, "EE", JAN, JUL)]


def test_other_coverage_is_recorded_ended_and_never_was(employer, plan):
    member_id = enrol(employer)
    told = OtherCoverageRecord(kind="medicare", payer_name="Medicare", pays_first=False, because="told", starts_on=JAN)
    add_other_coverage(member_id=member_id, told=told, by=TESTER)
    [other] = OtherCoverage.objects.filter(superseded_at=None)
    end_other_coverage(other_coverage_id=other.pk, last_on=date(2026, 6, 30), because="x", by=TESTER)
    [[fact]] = other_coverage_facts([member_id]).values()
    assert (fact.kind, fact.starts_on, fact.ends_on, fact.pays_first) == ("medicare", JAN, JUL, False)
    with pytest.raises(Conflict):
        end_other_coverage(other_coverage_id=other.pk, last_on=date(2026, 5, 31), because="x", by=TESTER)
    [shorter] = OtherCoverage.objects.filter(superseded_at=None)
    end_other_coverage(other_coverage_id=shorter.pk, last_on=date(2025, 12, 31), because="a mistake", by=TESTER)
    assert other_coverage_facts([member_id]) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "x"},
        {"payer_name": " "},
        {"because": ""},
        {"ends_on": JAN},
        {"pays_first": None},
        {"starts_on": None},
        {"order": OrderFacts()},
        {"order": OrderFacts(holder="neighbour")},
        {"order": OrderFacts(holder="father", responsible="father")},
        {"kind": "medicare", "order": OrderFacts()},
        {"kind": "other", "order": OrderFacts()},
    ],
)
def test_other_coverage_that_can_not_be_is_refused(employer, plan, fields):
    told = OtherCoverageRecord(payer_name="Lakeside", pays_first=True, because="x", starts_on=JAN)
    with pytest.raises(Invalid):
        add_other_coverage(member_id=enrol(employer), told=replace(told, **fields), by=TESTER)


def test_what_the_order_follows_from_is_kept_word_for_word(employer, plan):
    order = OrderFacts(
        holder="father",
        holder_birth_on=date(1980, 3, 22),
        standing="retired",
        since_on=JAN,
        parents="apart",
        custody="joint",
        responsible="mother",
        responsible_from_on=JUL,
        employee_count=40,
        follows="gender",
    )
    told = OtherCoverageRecord(
        payer_name="Lakeside", pays_first=None, starts_on=JAN, order=order, is_hdhp_with_hsa=True, answered_on=JAN
    )
    member_id = enrol(employer)
    add_other_coverage(member_id=member_id, told=told, by=TESTER)
    [[fact]] = other_coverage_facts([member_id]).values()
    assert (fact.order, fact.is_hdhp_with_hsa, fact.pays_first) == (order, True, False)
    [other] = OtherCoverage.objects.filter(superseded_at=None)
    end_other_coverage(other_coverage_id=other.pk, last_on=date(2026, 6, 30), because="x", by=TESTER)
    [[shorter]] = other_coverage_facts([member_id]).values()
    assert (shorter.order, shorter.ends_on) == (order, JUL)


def test_a_standing_takes_the_place_of_what_was_told_of_its_days(employer, plan):
    member_id = enrol(employer)
    for standing, period in (
        ("retired", Period(JAN)),
        ("continuation", Period(date(2026, 3, 1), date(2026, 5, 1))),
        ("active", Period(date(2026, 4, 1), JUL)),
    ):
        record_standing(member_id=member_id, standing=standing, period=period, because="told", by=TESTER)
    [side] = our_side_facts([Member.objects.get(pk=member_id).family_id]).values()
    assert [(one.standing, one.starts_on, one.ends_on) for one in side.standings] == [
        ("retired", JAN, date(2026, 3, 1)),
        ("continuation", date(2026, 3, 1), date(2026, 4, 1)),
        ("active", date(2026, 4, 1), JUL),
        ("retired", JUL, None),
    ]
    assert side.covered == ((JAN, None),)


def test_the_employer_s_own_count_stands_until_a_history_is_told(employer, plan):
    Employer.objects.filter(pk=employer.pk).update(employee_count=35)
    family_id = Member.objects.get(pk=enrol(employer)).family_id

    def counts():
        return [
            (one.employee_count, one.starts_on, one.ends_on)
            for one in our_side_facts([family_id])[family_id].headcounts
        ]

    assert counts() == [(35, date.min, None)]
    record_headcount(employer_id=employer.pk, employee_count=19, period=Period(JAN), because="payroll", by=TESTER)
    record_headcount(employer_id=employer.pk, employee_count=22, period=Period(JUL), because="payroll", by=TESTER)
    assert counts() == [(19, JAN, JUL), (22, JUL, None)]


def test_a_person_is_changed_and_the_trail_names_the_fields():
    member = make_member(make_family(), city="Dayton")
    changed = change_member(
        member_id=member.pk,
        changes={"city": "Toledo", "last_name": member.last_name, "ssn": "219-09-9999"},
        because="moved",
        by=TESTER,
    )
    assert changed == {"city", "ssn"}
    member.refresh_from_db()
    assert (member.city, member.ssn, len(member.ssn_index)) == ("Toledo", "219099999", 64)
    event = AuditEvent.objects.get(action="employers.member.changed")
    assert set(event.fields) == {"city", "ssn", "ssn_index"}


@pytest.mark.parametrize("changes", [{"employer_id": 3}, {"ssn": "000-00-0000"}, {"ssn_index": "x"}])
def test_what_is_not_a_persons_to_change_is_refused(changes):
    with pytest.raises(Invalid):
        change_member(member_id=make_member().pk, changes=changes, because="x", by=TESTER)


def test_who_does_not_exist_is_not_found():
    for verb, fields in (
        (end_coverage, {"last_on": JAN, "because": "x"}),
        (change_member, {"changes": {}, "because": "x"}),
        (change_coverage, {"plan_id": 1, "from_on": JAN, "because": "x"}),
    ):
        with pytest.raises(NotFound):
            verb(member_id=0, by=TESTER, **fields)

"""Children who come of age: covered to the end of that month, disabled ones longer, and nobody ended twice."""

from __future__ import annotations

from datetime import date

import pytest

from employers import tasks
from employers.eligibility.age_out_dependents import BECAUSE, age_out_dependents
from employers.eligibility.selectors import coverage_facts
from employers.models import Coverage
from tests.factories.employers import TESTER, make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_plan
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    load_parameters()
    family, plan = make_family(make_employer()), make_plan()
    people = {
        "self": make_member(family, birth_on=date(1970, 1, 1)),
        "child": make_member(family, relationship="19", first_name="Tom", birth_on=date(2000, 3, 15)),
        "disabled": make_member(
            family, relationship="19", first_name="Mia", birth_on=date(1999, 1, 1), is_disabled=True
        ),
        "spouse": make_member(family, relationship="01", first_name="Al", birth_on=date(1999, 1, 1)),
        "unborn": make_member(family, relationship="19", first_name="X", birth_on=None),
    }
    for member in people.values():
        make_coverage(member, plan, tier="FAM")
    return people


def ends_on(member) -> date | None:
    return coverage_facts([member.pk])[member.pk][-1].ends_on


@pytest.mark.parametrize(
    ("on", "ended"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True), (date(2026, 9, 9), True)]
)
def test_a_child_is_covered_to_the_end_of_the_month_of_the_birthday(family, on, ended):
    found = age_out_dependents(employer_id=family["self"].employer_id, on=on, by=TESTER)
    assert found == ([family["child"].pk] if ended else [])
    assert ends_on(family["child"]) == (date(2026, 4, 1) if ended else date(2027, 1, 1))
    for name in ("self", "disabled", "spouse", "unborn"):
        assert ends_on(family[name]) == date(2027, 1, 1)


def test_nobody_is_ended_twice_and_the_reason_stands(family):
    employer_id = family["self"].employer_id
    age_out_dependents(employer_id=employer_id, on=date(2026, 4, 1), by=TESTER)
    rows = Coverage.objects.count()
    assert age_out_dependents(employer_id=employer_id, on=date(2026, 5, 1), by=TESTER) == []
    assert Coverage.objects.count() == rows
    assert Coverage.objects.get(member=family["child"], superseded_at=None).reason == BECAUSE


def test_the_task_sees_to_every_employer(family):
    tasks.age_out("2026-04-01")
    assert ends_on(family["child"]) == date(2026, 4, 1)

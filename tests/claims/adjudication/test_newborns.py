"""Newborns in the pipeline: the mother is found, her coverage and plan hold, and what is figured with her is hers."""

from __future__ import annotations

from datetime import date

import pytest

from claims.adjudication.replay_decision import replay_decision
from plans.models import Plan
from tests.factories.employers import make_coverage, make_member
from tests.factories.engine import Quarry, make_quarry, publish, used_by
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db
YEAR = date(2026, 1, 1)
CLAUSE = 'newborns: {covered_days: 31, with_mother: [{diagnoses: [Z38]}], section: "2.4"}\n'


@pytest.fixture
def quarry() -> Quarry:
    """A plan that covers newborns with their mothers."""
    made = make_quarry()
    publish(Plan.objects.get(pk=made.plan.pk), made.source + CLAUSE)
    return made


def test_a_newborn_who_is_not_enrolled_is_covered_and_figured_with_the_mother(quarry: Quarry) -> None:
    (father,) = quarry.family("Otto")
    father.sex = "M"
    father.save(update_fields=["sex"])
    mother = make_member(father.family, first_name="Ines", relationship="01", sex="F")
    make_coverage(mother, quarry.plan, tier="FAM")
    baby = make_member(father.family, first_name="Cleo", relationship="19", birth_on=date(2026, 3, 1))
    well = quarry.send(baby, "200.00", diagnoses=("Z3800",))
    sick = quarry.send(baby, "300.00", diagnoses=("P220",), code="99468")
    late = quarry.send(baby, "100.00", on=date(2026, 4, 1), code="99391")
    assert (well.status, sick.status, late.status) == ("approved", "approved", "denied")
    assert used_by(father.family_id) == {
        (mother.pk, YEAR, "deductible:in"): 160,
        (mother.pk, YEAR, "oop:in"): 160,
        (baby.pk, YEAR, "deductible:in"): 240,
        (baby.pk, YEAR, "oop:in"): 240,
    }
    assert all(replay_decision(decision=claim.decisions.get()).is_same for claim in (well, sick, late))
    assert offences(only=["I3", "I4"]) == []


def test_a_child_of_a_plan_without_the_clause_is_not_covered() -> None:
    quarry = make_quarry()
    (mother,) = quarry.family("Ines")
    baby = make_member(mother.family, first_name="Cleo", relationship="19", birth_on=date(2026, 3, 1))
    assert quarry.send(baby, "200.00", diagnoses=("Z3800",)).status == "denied"

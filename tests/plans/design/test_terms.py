"""Compiled terms: what a line belongs to, and what stands where the document is silent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from plans.design.compile_terms import compile_terms
from plans.design.matching import LineCodes, Match
from plans.design.terms import PlanTerms
from tests.plans.design.documents import demo, small


def _terms(document: dict[str, Any]) -> PlanTerms:
    return compile_terms(document, "0" * 64)


@pytest.mark.parametrize(
    ("line", "benefit"),
    [
        (LineCodes("P", "99396", "", "11"), "preventive"),
        (LineCodes("P", "99396", "", "11", "", ("25",)), "preventive"),
        (LineCodes("P", "12001", "", "22", "", ("33",)), "preventive"),
        (LineCodes("P", "45378", "", "22", "", (), "Z1211"), "preventive"),
        (LineCodes("P", "45378", "", "22", "", (), "K921"), "other_medical"),
        (LineCodes("P", "99213", "", "11", "", (), "J069"), "office_visit"),
        (LineCodes("P", "99213", "", "11", "", (), "F329"), "mental_health_office"),
        (LineCodes("P", "99213", "", "22", "", (), "J069"), "other_medical"),
        (LineCodes("P", "99213", "", "23"), "emergency_room"),
        (LineCodes("I", "99284", "0450", "", "13"), "emergency_room"),
        (LineCodes("I", "", "0120", "", "11"), "inpatient"),
        (LineCodes("I", "", "0192", "", "21"), "skilled_nursing"),
        (LineCodes("I", "80053", "0300", "", "13"), "laboratory"),
        (LineCodes("I", "", "0301", "", "13"), "laboratory"),
        (LineCodes("D", "D0120", "", "11"), "dental"),
    ],
)
def test_the_first_benefit_that_fits(line: LineCodes, benefit: str) -> None:
    terms = _terms(demo("cascade-ppo"))
    found = terms.benefit_of(line)
    assert found is not None
    assert found.name == benefit
    assert terms.benefit_of(line) is found  # from memory


def test_age_and_relationship() -> None:
    match = Match(from_age=18, under_age=26, relationships=("19",), sexes=("F",))
    child = LineCodes("P", age=18, sex="F", relationship="19")
    assert match.fits_person(child)
    assert not match.fits_person(child._replace(age=26))
    assert not match.fits_person(child._replace(age=17))
    assert not match.fits_person(child._replace(age=None))
    assert not match.fits_person(child._replace(relationship="01"))
    assert not match.fits_person(child._replace(sex="M"))


def test_a_short_code_holds_all_that_begin_with_it() -> None:
    match = Match(diagnoses=(("E11", "E11"), ("F10", "F99")))
    for code, fits in (("E119", True), ("E10", False), ("F329", True), ("F99", True), ("G300", False), ("", False)):
        assert match.fits_person(LineCodes("P", diagnosis=code)) is fits


def test_emergency_is_a_condition_too() -> None:
    match = Match(emergency=True)
    assert match.fits_person(LineCodes("P", is_emergency=True))
    assert not match.fits_person(LineCodes("P"))


def test_nothing_fits_when_the_last_benefit_asks_something() -> None:
    document = small()
    document["benefits"][-1]["when"] = [{"kinds": ["I"]}]
    assert _terms(document).benefit_of(LineCodes("P", "12001")) is None


def test_caps() -> None:
    document = small()
    document["deductibles"] = [
        {"name": "a", "tiers": ["in"], "individual": 500, "family": 1000, "type": "embedded", "section": "3"},
        {"name": "b", "individual": 500, "family": 1000, "type": "aggregate", "also_counts": ["a"], "section": "3"},
        {"name": "c", "individual": 500, "family": 900, "type": "aggregate", "person_in_family": 700, "section": "3"},
        {"name": "d", "individual": "12.50", "section": "3"},
    ]
    a, b, c, d = _terms(document).deductibles
    assert [a.self_only_amount, a.person_amount, a.family_amount] == [500, 500, 1000]
    assert [b.self_only_amount, b.person_amount, b.family_amount] == [500, None, 1000]
    assert b.counts == ("deductible:b", "deductible:a")
    assert [c.person_amount, c.family_amount] == [700, 900]
    assert (d.self_only_amount, d.person_amount, d.family_amount) == (Decimal("12.50"), Decimal("12.50"), None)


def test_paid_like_another_tier_keeps_its_own_name() -> None:
    benefit = _terms(small()).benefits[1]
    assert benefit.tiers["out"].tier == "out"
    assert benefit.tiers["out"].shares == benefit.tiers["in"].shares
    assert benefit.tiers["out"].out_of_pocket == benefit.tiers["in"].out_of_pocket


def test_networks_tiers_and_references_in_order() -> None:
    terms = _terms(demo("granite-hdhp"))
    assert terms.networks == ("evergreen", "summit")
    assert terms.tier_by_network["summit"].name == "in"
    assert terms.tier_by_network[""].name == "out"
    assert _terms(demo("meadow-epo")).reference_schedules == ("charges-80", "medicare")


def test_what_is_remembered_of_codes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plans.design.terms._REMEMBERED", 3)
    terms = _terms(small())
    for number in range(10):
        assert terms.benefit_of(LineCodes("P", str(12000 + number))) is terms.benefits[-1]
    assert len(terms._benefits_by_codes) <= 3

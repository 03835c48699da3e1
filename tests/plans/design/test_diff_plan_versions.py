"""What changes from one wording to the next, in words."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from plans.design.describe_plan import describe_plan
from plans.design.diff_plan_versions import Change, diff_plan_versions
from plans.design.yaml_document import load_yaml
from tests.plans.design.documents import demo, small

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def _diff(change: object) -> list[Change]:
    before = small()
    after = copy.deepcopy(before)
    change(after)  # type: ignore[operator]
    return diff_plan_versions(before=before, after=after)


def test_the_same_document_differs_in_nothing() -> None:
    for name in ("cascade-ppo", "granite-hdhp", "meadow-epo"):
        assert diff_plan_versions(before=demo(name), after=demo(name)) == []


def test_a_copay() -> None:
    def change(document: dict) -> None:
        document["benefits"][2]["pays"]["in"][0]["copay"] = 35

    assert _diff(change) == [
        Change(
            "changed",
            "benefit:office",
            "Office visits",
            "6.3",
            "member pays, tier in",
            "$25 per visit",
            "$35 per visit",
        )
    ]


def test_a_deductible_a_section_and_a_title() -> None:
    def change(document: dict) -> None:
        document["deductibles"][0] |= {"individual": "612.50", "section": "3.1"}
        document["benefits"][2]["title"] = "Visits"

    assert [(one.title, one.aspect, one.before, one.after) for one in _diff(change)] == [
        ("Deductible in", "individual", "$500", "$612.50"),
        ("Deductible in", "section", "3", "3.1"),
        ("Visits", "title", "Office visits", "Visits"),
    ]


def test_a_clause_comes_and_one_goes() -> None:
    def change(document: dict) -> None:
        document["limits"] = []
        document["exclusions"] = [
            {"exclusion": "wigs", "title": "Wigs", "when": [{"procedures": ["A9282"]}], "section": "8"}
        ]

    assert [(one.kind, one.title, one.before, one.after) for one in _diff(change)] == [
        ("added", "Excluded: Wigs", "", "procedures A9282"),
        ("removed", "Limit visits", "10 visits, plan year", ""),
        ("removed", "Limit visits", "office", ""),
    ]


def test_the_order_of_benefits_is_content() -> None:
    def change(document: dict) -> None:
        benefits = document["benefits"]
        benefits[0], benefits[2] = benefits[2], benefits[0]

    assert [(one.kind, one.title, one.after) for one in _diff(change)] == [
        ("moved", "Office visits", "Emergency room, Preventive care"),
        ("moved", "Emergency room", "Preventive care"),
    ]


def _meadow() -> dict:
    document = demo("meadow-epo") | {"hsa_qualified": True, "stays": {"belong_to": "day_of_service", "section": "1.5"}}
    document["stays"]["spanning_lines"] = "by_day"
    document["eligibility"] |= {"waits_days": 60, "begins": "first_of_month", "service_hours": 1200}
    document["newborns"] = {"covered_days": 31, "with_mother": [{"diagnoses": ["Z38"]}], "section": "2"}
    document["prior_carrier"] = {"counts": ["deductible:in"], "section": "9"}
    document["wellness"] = {"annual_cost": 6000, "rewards": 600, "tobacco_rewards": 100, "section": "9"}
    levels = [{"level": 0, "payments": 200}, {"level": 30, "payments": 800}]
    document["parity"] = [
        {"class": "office", "tiers": ["in"], "kind": "copay", "benefits": ["other"], "levels": levels, "section": "9"}
    ]
    document["benefits"][0]["authorization"] = {"tiers": ["in"], "when_missing": "pend", "section": "7"}
    document["coordination"]["credits_deductible"] = False
    return document


def _counted() -> dict:
    """The plan of the scenarios of what is counted over time."""
    document, _places = load_yaml((SCENARIOS / "counted_benefits.yaml").read_text())
    return dict(document["plan"])


@pytest.mark.parametrize("document", [_meadow(), _counted()], ids=["meadow", "counted"])
def test_every_leaf_of_a_document_is_described(document: dict) -> None:
    """A change anywhere shows: nothing that the document can say is left out of the words."""
    for path in _leaves(document):
        changed = copy.deepcopy(document)
        inner = changed
        for part in path[:-1]:
            inner = inner[part]
        value = inner[path[-1]]
        inner[path[-1]] = (
            (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else _other(value)
        )
        if path[0] == "plan" or path[-1] == "waived":  # one word only can stand there
            continue
        assert diff_plan_versions(before=document, after=changed) != [], path


def test_words() -> None:
    clauses = {clause.key: clause for clause in describe_plan(demo("meadow-epo"))}
    assert (
        clauses["benefit:inpatient"].says["member pays, tier in"] == "deductible, $250 per day (at most $1,000 a stay)"
    )
    assert (
        clauses["benefit:emergency_room"].says["member pays, tier in"]
        == "$300 per visit (waived if admitted), 10 per cent"
    )
    assert clauses["out_of_network"].says["prices"] == "percentile of charges by charges-80, else 75 per cent of billed"


def _leaves(value: object, path: tuple = ()) -> list[tuple]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in _leaves(inner, (*path, index))]
    return [path]


def _other(value: str) -> object:
    """Another value of the same kind, so that the words can be made of it."""
    swaps: dict[str, object] = {
        "embedded": "aggregate",
        "non_duplication": "standard",
        "day_of_service": "admission",
        "by_day": "first_day",
        "first_of_month": "next_day",
        "plan_year": "lifetime",
        "calendar_year": "lifetime",
        "lifetime": "plan_year",
        "pend": "deny",
        "deny": "pend",
        "deductible": {"coinsurance": 1},
        "not_covered": [],
    }
    return swaps.get(value, f"{value}x")

"""What the law wants of a plan, with the law's numbers of 2026."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from plans.design.guard import REFUSES, WARNS, LegalNumber
from plans.design.guard_status import status_guards
from plans.design.guardrails import guardrails
from plans.design.read_plan import read_plan
from tests.plans.design.documents import DEMO, demo, small

NUMBERS = {
    name: LegalNumber(Decimal(value), "cited")
    for name, value in {
        "aca.oop_max.self": 10600,
        "aca.oop_max.other": 21200,
        "hdhp.deductible_min.self": 1700,
        "hdhp.deductible_min.family": 3400,
        "hdhp.oop_max.self": 8500,
        "hdhp.oop_max.family": 17000,
    }.items()
}


def _codes(document: dict[str, Any]) -> set[str]:
    return {guard.code for guard in guardrails(document, NUMBERS)}


@pytest.mark.parametrize("file", sorted(DEMO.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_demonstration_plans_keep_to_the_law(file: Any) -> None:
    assert guardrails(read_plan(file.read_text()).document, NUMBERS) == []


def test_the_small_plan_keeps_to_the_law() -> None:
    assert guardrails(small(), NUMBERS) == []


def _maximum(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["out_of_pocket_maximums"][0] |= changes

    return change


def _second_maximum(document: dict[str, Any]) -> None:
    document["out_of_pocket_maximums"][0]["individual"] = 9000
    document["out_of_pocket_maximums"].append({"name": "rx", "tiers": ["in"], "individual": 2000, "section": "4"})


def _no_family(document: dict[str, Any]) -> None:
    del document["out_of_pocket_maximums"][0]["family"], document["out_of_pocket_maximums"][0]["type"]


def _none_at_all(document: dict[str, Any]) -> None:
    document["out_of_pocket_maximums"] = []


def _preventive(pays: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["benefits"][0]["pays"]["in"] = pays

    return change


def _pop(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        inner: Any = document
        for part in path[:-1]:
            inner = inner[part]
        inner.pop(path[-1])

    return change


def _put(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        inner: Any = document
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_maximum(individual=10600, family=21200), set()),
        (_maximum(individual=10601), {"aca.self", "aca.person"}),
        (_maximum(family=21201), {"aca.family"}),
        # The self-only limit holds for each person of a family, so an aggregate maximum above it must embed it.
        (_maximum(individual=6000, family=12000, type="aggregate"), {"aca.person"}),
        (_maximum(individual=6000, family=12000, type="aggregate", person_in_family=10600), set()),
        (_maximum(individual=6000, family=10600, type="aggregate"), set()),
        (_second_maximum, {"aca.self", "aca.person", "aca.family"}),
        (_no_family, {"aca.family"}),
        (_none_at_all, {"aca.no_maximum"}),
        (_maximum(shares=["deductible", "coinsurance"]), {"aca.uncounted_share"}),
        (_put("none", "benefits", 2, "out_of_pocket_maximum"), {"aca.uncounted_benefit"}),
        (_preventive([{"copay": 5, "per": "visit"}]), {"aca.preventive_share"}),
        (_preventive("not_covered"), {"aca.preventive_share"}),
        (_pop("benefits", 0, "preventive"), {"aca.no_preventive"}),
        (_pop("no_surprises"), {"nsa.unsaid"}),
        (_put("out", "no_surprises", "pay_as"), {"nsa.tier"}),
        (_pop("benefits", 1, "emergency"), {"nsa.no_emergency"}),
        (_put("not_covered", "benefits", 1, "pays", "in"), {"nsa.not_covered"}),
        (_put("paid", "limits", 0, "counts"), {"aca.dollar_limit"}),
        (_put(True, "benefits", 2, "mental_health"), {"mhpaea.limit"}),
    ],
)
def test_each_rule(change: Callable[[dict[str, Any]], None], codes: set[str]) -> None:
    document = small()
    change(document)
    assert _codes(document) == codes


def test_maxima_that_count_each_other_hold_together() -> None:
    document = small()
    document["out_of_pocket_maximums"] = [
        {"name": "best", "tiers": ["in"], "individual": 6000, "section": "4", "also_counts": ["good"]},
        {"name": "good", "tiers": ["in"], "individual": 10000, "section": "4"},
    ]
    assert "aca.self" not in _codes(document)


def test_grandfathered_plans_are_free_of_some_and_excepted_ones_of_all() -> None:
    document = small()
    _maximum(individual=20000)(document)
    assert _codes(document | {"grandfathered": True}) == set()
    _pop("no_surprises")(document)
    assert _codes(document | {"grandfathered": True}) == {"nsa.unsaid"}
    assert _codes(document | {"excepted": True}) == set()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_put(1699, "deductibles", 0, "individual"), {"hdhp.deductible"}),
        (_put(3399, "deductibles", 0, "family"), {"hdhp.family_deductible"}),
        # Embedded: each person's own part may not be below the family's minimum.
        (_put("embedded", "deductibles", 0, "type"), {"hdhp.family_deductible"}),
        (_put(8501, "out_of_pocket_maximums", 0, "individual"), {"hdhp.self"}),
        (_put(17001, "out_of_pocket_maximums", 0, "family"), {"hdhp.family"}),
        (_put([{"copay": 30, "per": "visit"}], "benefits", 4, "pays", "in"), {"hdhp.before_deductible"}),
        (_put([{"coinsurance": 10}, "deductible"], "benefits", 4, "pays", "in"), {"hdhp.before_deductible"}),
        (_put([], "deductibles", 0, "tiers"), {"hdhp.no_deductible"}),
    ],
)
def test_high_deductible_plans(change: Callable[[dict[str, Any]], None], codes: set[str]) -> None:
    document = demo("granite-hdhp")
    change(document)
    assert _codes(document) >= codes
    assert {code for code in _codes(document) if code.startswith("hdhp")} == codes


def test_what_refuses_and_what_warns() -> None:
    document = small()
    _put(True, "benefits", 2, "mental_health")(document)
    _maximum(individual=99999)(document)
    severities = {guard.code: guard.severity for guard in guardrails(document, NUMBERS)}
    assert severities["aca.self"] == REFUSES
    assert severities["mhpaea.limit"] == WARNS


def test_a_year_without_numbers_warns() -> None:
    assert {(guard.code, guard.severity) for guard in guardrails(small(), {})} == {
        ("aca.self", WARNS),
        ("aca.family", WARNS),
        ("aca.person", WARNS),
    }


def test_a_guard_says_the_amounts_the_clause_and_the_citation() -> None:
    document = small()
    _maximum(individual="10600.50")(document)
    (guard,) = [one for one in guardrails(document, NUMBERS) if one.code == "aca.self"]
    assert (guard.message, guard.section, guard.citation) == ("$10,600.50 is above $10,600.", "4", "cited")


def _hdhp(**clauses: Any) -> dict[str, Any]:
    return demo("granite-hdhp") | clauses


def test_an_hdhp_pays_no_first_visits_before_the_deductible() -> None:
    benefit = next(one["benefit"] for one in demo("granite-hdhp")["benefits"] if not one.get("preventive"))
    first = {"first": "f", "benefits": [benefit], "visits": 3, "per": "plan_year", "section": "9"}
    assert "hdhp.before_deductible" in _codes(_hdhp(first_visits=[first | {"pays": {"in": []}}]))
    held = first | {"pays": {"in": ["deductible", {"coinsurance": 10}]}}
    assert "hdhp.before_deductible" not in _codes(_hdhp(first_visits=[held]))


def test_a_waiting_period_by_diagnosis_is_refused_and_one_of_an_essential_benefit_looked_at() -> None:
    waiting = {"waiting": "w", "title": "W", "benefits": ["office"], "months": 6, "section": "9"}
    assert _codes(small() | {"waiting_periods": [waiting]}) == {"aca.waiting_benefit"}
    by_diagnosis = waiting | {"when": [{"diagnoses": ["C00-D49"]}]}
    assert _codes(small() | {"waiting_periods": [by_diagnosis]}) == {"aca.preexisting"}


def _status(change: Callable[[dict[str, Any]], None], inflation: str = "0") -> list[str]:
    before = small() | {"grandfathered": True}
    after = small() | {"grandfathered": True}
    change(after)
    law = {"percent_points": 15, "copay_amount": 5, "contribution_points": 5}
    numbers = {f"grandfathering.{name}": LegalNumber(Decimal(value), "cited") for name, value in law.items()}
    return [guard.message for guard in status_guards(before, after, numbers, Decimal(inflation))]


def _pays(place: int, pays: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["benefits"][place]["pays"]["in"] = pays

    return change


@pytest.mark.parametrize(
    ("change", "inflation", "is_lost"),
    [
        (_pays(2, [{"copay": 30, "per": "visit"}]), "0", False),  # five dollars more
        (_pays(2, [{"copay": 31, "per": "visit"}]), "0", True),  # 24 per cent and six dollars
        (_pays(2, [{"copay": 31, "per": "visit"}]), "0.25", False),  # under 6.25 dollars
        (_pays(3, ["deductible", {"coinsurance": 20}]), "0", False),
        (_pays(3, ["deductible", {"coinsurance": 21}]), "9", True),
        (_pays(2, "not_covered"), "9", True),
        (_maximum(individual=4600), "0", False),
        (_maximum(individual=4601), "0", True),
    ],
)
def test_what_takes_the_grandfathered_status(
    change: Callable[[dict[str, Any]], None], inflation: str, is_lost: bool
) -> None:
    assert bool(_status(change, inflation)) is is_lost


def test_a_plan_that_gives_the_status_up_may_change() -> None:
    after = small()
    _pays(2, "not_covered")(after)
    assert status_guards(small() | {"grandfathered": True}, after, {}, Decimal(0)) == []

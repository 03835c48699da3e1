"""Topic 11: limits of the ACA and of plans that go with a health savings account."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from employers.onboarding.large_employer import (
    Month,
    SizeRules,
    counted_hours,
    equivalents,
    is_full_time,
    size_of,
)
from plans.design.guard import ACA_OTHER, ACA_SELF, OOP_BASE, PREMIUM_ADJUSTMENT, with_indexed_limits
from plans.design.guardrails import guardrails
from plans.design.legal_index import indexed_limit
from tests.claims.adjudication.engine.oracles import (
    Case,
    D,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_maximum,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    decide,
    law_on,
    needs_oracles,
    run_case,
)
from tpa.foundation.values.money import cents

pytestmark = needs_oracles


def _held(individual: int, family: int, person: int) -> dict[str, Any]:
    return a_plan(
        out_of_pocket_maximums=a_maximum(individual, family=family, type="aggregate", person_in_family=person),
        pays=[{"coinsurance": 100}],
    )


def family_of_two(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = _held(given["self_only_limit"], given["plan_family_limit"], given["self_only_limit"])
    spouse, employee = decide(
        document,
        a_claim(a_line(given["incurred"]["spouse"]), who="ben"),
        a_claim(a_line(given["incurred"]["employee"])),
    )
    assert spouse.figures.member_amount == expected["spouse_pays"]
    assert spouse.figures.plan_paid_amount == expected["plan_bears_for_spouse"]
    assert employee.figures.member_amount == expected["employee_pays"]


def family_of_one(case: Case) -> None:
    given = case["inputs"]
    document = _held(given["self_only_limit"], given["plan_family_limit"], given["self_only_limit"])
    (decision,) = decide(document, a_claim(a_line(given["incurred"]["m1"])))
    assert decision.figures.member_amount == case["expected"]["m1_pays"]


def hdhp_embedded(case: Case) -> None:
    given = case["inputs"]
    document = _held(given["aca_self_only_oop"], 13_200, given["aca_self_only_oop"]) | {
        "deductibles": a_deductible(5_000, family=given["family_deductible"], type="aggregate"),
    }
    document["benefits"][0]["pays"] = {"in": ["deductible"], "out": ["deductible"]}
    (decision,) = decide(document, a_claim(a_line(given["member_incurred"])))
    assert decision.figures.member_amount == case["expected"]["member_pays_at_most"]


def hdhp_maximum(case: Case) -> None:
    numbers = law_on(date(case["inputs"]["year"], 1, 1))
    document = a_plan(
        hsa_qualified=True,
        out_of_pocket_maximums=a_maximum(case["inputs"]["plan_oop_self"]),
    )
    codes = {one.code for one in guardrails(document, numbers)}
    assert ("aca.self" not in codes, "hdhp.self" not in codes) == (
        case["expected"]["aca_ok"],
        case["expected"]["hsa_ok"],
    )


def limits_by_year(case: Case) -> None:
    """The shipped parameters, as known last."""
    expected = case["expected"]
    for name, wanted in (
        ("aca.oop_max.self", expected["self_only"]),
        ("aca.oop_max.other", expected["other_than_self_only"]),
    ):
        assert [law_on(date(year, 1, 1))[name].value for year in case["inputs"]["years"]] == wanted


def limit_by_index(case: Case) -> None:
    """The rule; that the guardrails take it while nothing is published; that this is what was published first."""
    given, expected = case["inputs"], case["expected"]
    found = indexed_limit(
        base_amount=D(given["base_2014_self_only"]), adjustment=D(given["premium_adjustment_percentage"])
    )
    assert found == (D(expected["unrounded"]), expected["self_only"], expected["family"])
    first = law_on(date(2026, 1, 1), known=date(2025, 6, 24))
    assert (first[ACA_SELF].value, first[ACA_OTHER].value) == (expected["self_only"], expected["family"])
    unpublished = with_indexed_limits({name: first[name] for name in (PREMIUM_ADJUSTMENT, OOP_BASE)})
    assert (unpublished[ACA_SELF].value, unpublished[ACA_OTHER].value) == (expected["self_only"], expected["family"])


def hsa_by_year(case: Case) -> None:
    names = (
        "hdhp.deductible_min.self", "hdhp.deductible_min.family", "hdhp.oop_max.self", "hdhp.oop_max.family",
        "hsa.contribution_max.self", "hsa.contribution_max.family",
    )  # fmt: skip
    laws = [law_on(date(year, 1, 1)) for year in case["inputs"]["years"]]
    assert [[law[name].value for name in names] for law in laws] == next(iter(case["expected"].values()))


def _size_rules() -> SizeRules:
    law = law_on(date(2026, 1, 1))
    names = ("ale.full_time_hours", "ale.part_time_hours_max", "ale.employees_min")
    return SizeRules(*(law[name].value for name in names))


def large_employer(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    month = Month(given["full_time"], [D(given["hours_each"])] * given["part_time"])
    size = size_of([month] * 12, _size_rules())
    assert counted_hours(month.part_time_hours, _size_rules()) == expected["pt_hours"]
    assert equivalents(month, _size_rules()) == D(expected["fte"])
    assert size == (expected["total_ft_year"], expected["total_fte_year"], D(expected["average"]), expected["ale"])


def hours_capped(case: Case) -> None:
    month = Month(0, [D(hours) for hours in case["inputs"]["non_full_time_hours"]])
    assert counted_hours(month.part_time_hours, _size_rules()) == case["expected"]["counted_hours"]
    assert cents(equivalents(month, _size_rules())) == D(case["expected"]["fte"])


def full_time(case: Case) -> None:
    found = [is_full_time(D(hours), _size_rules()) for hours in case["inputs"]["monthly_hours"]]
    assert found == case["expected"]["full_time"]


RUN: dict[str, Run] = {
    "ACA-OOP-TABLE": limits_by_year,
    "ACA-OOP-TABLE-MEMORY": limits_by_year,
    "ACA-OOP-INDEX-2026-ORIG": limit_by_index,
    "HSA-HDHP-HISTORY": hsa_by_year,
    "ALE-IRS-1": large_employer,
    "ALE-120-CAP": hours_capped,
    "ALE-130-FT": full_time,
    "ACA-OOP-FAQ-2": family_of_two,
    "ACA-OOP-10K-FAMILY": family_of_one,
    "HDHP-EMBED-10000": hdhp_embedded,
    "HDHP-OOP-VS-ACA": hdhp_maximum,
}

NOT_RUN: dict[str, str] = {}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("11")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("11", RUN, NOT_RUN)

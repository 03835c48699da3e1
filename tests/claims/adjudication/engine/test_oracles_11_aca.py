"""Topic 11: limits of the ACA and of plans that go with a health savings account."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.design.guardrails import guardrails
from tests.claims.adjudication.engine.oracles import (
    Case,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_maximum,
    a_plan,
    cases_of,
    decide,
    law_on,
    needs_oracles,
    run_case,
)

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


RUN: dict[str, Run] = {
    "ACA-OOP-FAQ-2": family_of_two,
    "ACA-OOP-10K-FAMILY": family_of_one,
    "HDHP-EMBED-10000": hdhp_embedded,
    "HDHP-OOP-VS-ACA": hdhp_maximum,
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("11")[name], RUN[name])

"""Topic 01: deductibles, shares and maxima, and the coverage examples of SBCs."""

from __future__ import annotations

from datetime import date

import pytest

from claims.simulation.coverage_example import Assumptions, Service, coverage_example, treatment
from claims.simulation.scenarios import Used
from plans.design.guardrails import guardrails
from plans.design.sbc import Example, contradictions, rounded
from tests.claims.adjudication.engine import invented
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
    figures_of,
    law_on,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def peg(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(deductibles=a_deductible(given["deductible"]), pays=["deductible", {"coinsurance": 20}])
    (decision,) = decide(document, a_claim(a_line(given["allowed_total"])))
    assert figures_of(decision)[:3] == (expected["deductible"], expected["coinsurance"], expected["total"])


def embedded_gomez(case: Case) -> None:
    given = case["inputs"]
    document = a_plan(
        deductibles=a_deductible(given["individual"], family=given["family"], type="embedded"), pays=["deductible"]
    )
    spent = given["expenses"]
    _first, other, again = decide(
        document,
        a_claim(a_line(spent["Anna"])),
        a_claim(a_line(spent["others_total"]), who="ben"),
        a_claim(a_line(100)),
    )
    assert again.figures.plan_paid_amount == 100  # Anna is covered
    assert other.figures.plan_paid_amount == 0  # the family has not met its own


def aggregate_gomez(case: Case) -> None:
    given = case["inputs"]
    document = a_plan(deductibles=a_deductible(9_999, family=given["family"], type="aggregate"), pays=["deductible"])
    spent, crossing = decide(
        document,
        a_claim(a_line(given["expenses_total"])),
        a_claim(a_line(case["expected"]["remaining"] + 50), who="ben"),
    )
    assert spent.figures.plan_paid_amount == 0
    assert crossing.figures.plan_paid_amount == 50


def aggregate_uss(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(deductibles=a_deductible(9_999, family=given["family"], type="aggregate"), pays=["deductible"])
    mine, others = (amount for _who, amount in given["expenses"])
    first, second, third = decide(
        document, a_claim(a_line(mine)), a_claim(a_line(others), who="ben"), a_claim(a_line(expected["remaining"] + 1))
    )
    assert first.figures.plan_paid_amount + second.figures.plan_paid_amount == expected["plan_pays"]
    assert third.figures.plan_paid_amount == 1


def family_crossing(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(
        deductibles=a_deductible(given["individual"], family=given["family"], type="embedded"),
        pays=["deductible", {"coinsurance": 20}],
    )
    before = (
        Used(who="ana", bucket="deductible:in", amount=D(given["prior"]["mom"])),
        Used(who="ben", bucket="deductible:in", amount=D(given["prior"]["dad"])),
    )
    (decision,) = decide(document, a_claim(a_line(given["claim"]["child"]), who="cleo"), before=before)
    deductible, coinsurance, _member, plan = figures_of(decision)
    assert (deductible, plan, coinsurance) == (
        expected["child_deductible"],
        expected["plan_pays"],
        expected["child_coinsurance"],
    )
    used = {one.bucket: one.amount for one in decision.consumptions}
    assert sum(given["prior"].values()) + used["deductible:in"] == expected["family_accumulated"]


def hdhp_two_persons(case: Case) -> None:
    numbers = law_on(date(case["inputs"]["year"], 1, 1))
    found = []
    for person in case["inputs"]["embedded_individual_deductible"]:
        document = a_plan(
            hsa_qualified=True,
            grandfathered=True,
            deductibles=a_deductible(1700, person_in_family=person, family=6800, type="embedded"),
            out_of_pocket_maximums=a_maximum(8500, family=17000, type="embedded"),
            pays=["deductible"],
        )
        found.append(not [one for one in guardrails(document, numbers) if one.code == "hdhp.family_deductible"])
    assert found == case["expected"]["hsa_compatible"]


def copay_above_allowed(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(pays=[{"copay": float(given["copay"]), "per": "visit"}])
    (decision,) = decide(document, a_claim(a_line(given["allowed"], billed="90.00")))
    assert figures_of(decision)[2:] == (D(expected["member"]), D(expected["plan"]))


def carry_over(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(deductibles=a_deductible(given["deductible"], carry_over_from_month=10), pays=["deductible"])
    claims = [a_claim(a_line(amount), on=date.fromisoformat(on)) for on, amount in given["applied"]]
    *_before, after = decide(document, *claims, a_claim(a_line(1000), on=date(2026, 1, 5)))
    assert after.figures.deductible_amount == expected["remaining_2026"]


def out_of_network_does_not_count(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(
        out_of_pocket_maximums=a_maximum(given["limit"]),
        pays=[{"coinsurance": 100}],
    )
    claims = [a_claim(a_line(given["oon_cost_share"]), network=""), a_claim(a_line(given["in_net_cost_share"]))]
    _out, first, second = decide(document, *claims, a_claim(a_line(9000)))
    borne = first.figures.coinsurance_amount + second.figures.coinsurance_amount
    assert borne == expected["must_stop_charging_in_network_at"]


def fifty_thousand(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    document = a_plan(
        deductibles=a_deductible(given["deductible"]),
        out_of_pocket_maximums=a_maximum(given["oop_max"]),
        pays=["deductible", {"coinsurance": 20}],
    )
    (decision,) = decide(document, a_claim(a_line(given["covered"])))
    assert figures_of(decision) == (5000, expected["coinsurance_paid"], expected["member"], expected["plan"])


def fracture(case: Case) -> None:
    """What CMS allows by category, and that a plan which pays nothing leaves the member all of it."""
    given, expected = case["inputs"], case["expected"]
    services = treatment(given["scenario"], given["version"])
    assert {one.category: one.allowed_amount for one in services} == expected["allowed_by_category"]
    terms = invented.compiled(a_plan(deductibles=a_deductible(99_999), pays=["deductible"]))
    found = coverage_example(terms=terms, services=services)
    assert found.total_cost_amount == found.example.total_amount == expected["total_unrounded"]


def rounding(case: Case) -> None:
    assert [rounded(D(amount)) for amount in case["inputs"]["amounts"]] == case["expected"]["rounded"]


def assumptions(case: Case) -> None:
    """What is assumed is said, and done: a plan with two tiers, family limits and authorizations shows it."""
    assert Assumptions()._asdict() == case["expected"]
    document = a_plan(
        deductibles=a_deductible(500, family=600, person_in_family=100, type="embedded"),
        pays=["deductible", {"coinsurance": 50}],
    )
    document["benefits"][0]["authorization"] = {"tiers": ["in", "out"], "when_missing": "deny", "section": "1"}
    document["benefits"][0]["pays"]["out"] = "not_covered"
    found = coverage_example(terms=invented.compiled(document), services=treatment("simple_fracture", "11-2019"))
    assert found.example == (500, 0, 1150, 0)


def filed(case: Case) -> None:
    """Filed results: the columns add up to the total, and nothing contradicts the plan."""
    given, expected = case["inputs"], case["expected"]
    for who in ("Peg", "Joe", "Mia"):
        example = Example(*(D(amount) for amount in expected[who]))
        assert example.total_amount == expected[f"{who}_total"]
        assert example == example.rounded()
        limits = {
            "deductible_amount": D(given["deductible_individual"]),
            "maximum_amount": D(given["moop_individual"]),
        }
        assert list(contradictions(example, **limits)) == []


def sample(case: Case) -> None:
    """The official sample: the deductible is the rest, several deductibles added up; Peg's contradicts its plan."""
    given, expected = case["inputs"], case["expected"]
    deductibles = given["deductible"]["ind"] + given["rx_deductible"] + given["ot_deductible"]
    found = {}
    for who, said in expected.items():
        rest = said["total"] - said["copay"] - said["coinsurance"] - said["limits"]
        assert rest == said["deductible_by_subtraction"]
        example = Example(*(D(amount) for amount in (rest, said["copay"], said["coinsurance"], said["limits"])))
        assert example.total_amount == said["total"]
        limits = {"deductible_amount": D(deductibles), "maximum_amount": D(given["oop_in"][0])}
        found[who] = len(list(contradictions(example, **limits)))
    assert found == {"Peg": 1, "Joe": 0, "Mia": 0}


def peg_of_ppo(case: Case) -> None:
    """What the treatment costs; what the member pays of it was not to be read."""
    given, expected = case["inputs"], case["expected"]
    document = a_plan(
        deductibles=a_deductible(given["deductible"]), pays=["deductible", {"coinsurance": 100 * given["other"]}]
    )
    services = [Service("hospital", D(given["allowed"]["Peg"]), code="59400")]
    found = coverage_example(terms=invented.compiled(document), services=services)
    assert found.total_cost_amount == expected["Peg_total_example_cost"]
    assert found.example.deductible_amount == given["deductible"]


RUN: dict[str, Run] = {
    "SBC-MIA-2019-CATEGORIES": fracture,
    "SBC-MIA-2016-CATEGORIES": fracture,
    "SBC-ROUNDING": rounding,
    "SBC-CALC-ASSUMPTIONS": assumptions,
    "SBC-SAMPLE-COMPLETED-PLAN": sample,
    **{f"SBC-NJ26-{plan}": filed for plan in ("0010003-04", "0010003-05", "0010006-01", "0010006-05", "0010006-06")},
    "SBC-REL-3000-55-30": peg_of_ppo,
    "SBC-MS-PEG": peg,
    "DED-EMBED-GOMEZ": embedded_gomez,
    "DED-AGG-GOMEZ": aggregate_gomez,
    "DED-USS-AGG": aggregate_uss,
    "DED-FAMILY-4-CROSS": family_crossing,
    "DED-HDHP-2PERSON": hdhp_two_persons,
    "COPAY-GT-ALLOWED": copay_above_allowed,
    "CARRYOVER-4Q": carry_over,
    "OOP-EXCLUDES": out_of_network_does_not_count,
    "BASIC-BCBSLA-50K": fifty_thousand,
}

NOT_RUN: dict[str, str] = {}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("01")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("01", RUN, NOT_RUN)

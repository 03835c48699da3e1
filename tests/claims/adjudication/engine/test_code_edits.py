"""Edits of codes and bills: every one is named everywhere, and laws that hold whatever they find."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.code_edits import CHECKS
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.packing import pack, unpack_facts
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, LineWords, Person, ScenarioWords, load_scenarios
from claims.words.edits import RULES
from plans.design.describe_edits import TITLES
from plans.design.read_plan import plan_schema
from plans.design.terms import EDITS, PlanTerms

LOADED = load_scenarios(Path(__file__).parents[3] / "scenarios" / "edits.yaml")
CODES = ["29881", "29870", "64447", "64461", "20610", "97110", "80053", "96372", "99213", "99222", "G0008", "99392"]
MODIFIERS = ["59", "LT", "RT", "26", "TC", "25", "QX", "Q9", "76"]


def test_every_edit_is_named_everywhere() -> None:
    assert tuple(plan_schema()["$defs"]["edit_name"]["enum"]) == EDITS
    assert set(CHECKS) == set(TITLES) == set(EDITS)
    assert {rule.removeprefix("code_edit.") for rule in RULES} == set(EDITS)


def a_claim(random: Random, number: int) -> ClaimWords:
    return ClaimWords(
        number=f"C{number}",
        on=date(2026, 3, random.choice([3, 4, 5])),
        place=random.choice(["11", "11", "21", "23", "88"]),
        diagnoses=("M5450", "W010XXA", "M99", "Z3800"),
        rendering=random.choice(["", "", "1457312345"]),
        lines=tuple(
            LineWords(
                code=random.choice(CODES),
                # No two lines of a claim are billed alike, so that none is another's duplicate.
                billed=Decimal(random.randrange(1, 90_000)) * 10 / 100 + place,
                price=Decimal(random.randrange(1, 50_000)) / 100,
                units=Decimal(random.choice([1, 1, 2, 5])),
                modifiers=tuple(random.sample(MODIFIERS, random.choice([0, 0, 1, 2]))),
                diagnoses=random.choice([(1,), (1, 3), (2, 1), ()]),
            )
            for place in range(random.randint(1, 5))
        ),
    )


def decide_all(claims: list[ClaimWords], terms: PlanTerms) -> list[tuple[ClaimFacts, ClaimDecision]]:
    words = ScenarioWords(scenario="laws", people={"ana": Person()}, claims=tuple(claims))
    family = Family(words, terms, "near", LOADED.words.tables)
    decided = []
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decided.append((facts, adjudicate(facts, terms)))
        family.remember(*decided[-1])
    return decided


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_lines_balance_and_an_edit_moves_nothing_but_what_is_paid(random: Random) -> None:
    for facts, decision in decide_all([a_claim(random, number) for number in range(3)], LOADED.terms):
        assert decision.figures.billed_amount == facts.submission.billed_amount
        for line in decision.lines:
            taken = sum((one.amount for one in line.adjustments), Decimal(0))
            assert line.figures.billed_amount == line.figures.plan_paid_amount + taken


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(random: Random) -> None:
    claim = a_claim(random, 1)
    shuffled = list(enumerate(claim.lines))
    random.shuffle(shuffled)
    other = msgspec.structs.replace(claim, lines=tuple(line for _place, line in shuffled))
    ((_facts, before),) = decide_all([claim], LOADED.terms)
    ((_facts, after),) = decide_all([other], LOADED.terms)
    for place, (was, _line) in enumerate(shuffled):
        assert after.lines[place].adjustments == before.lines[was].adjustments
    assert sorted(asked.reason for asked in after.questions) == sorted(asked.reason for asked in before.questions)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_stored_facts_decide_the_same_to_the_byte(random: Random) -> None:
    for facts, decision in decide_all([a_claim(random, number) for number in range(2)], LOADED.terms):
        assert pack(adjudicate(unpack_facts(pack(facts)), LOADED.terms)) == pack(decision)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_an_emergency_is_never_denied_by_an_edit(random: Random) -> None:
    claim = msgspec.structs.replace(a_claim(random, 1), place="23")
    ((_facts, decision),) = decide_all([claim], LOADED.terms)
    rules = {step.rule for line in decision.lines for step in line.trace}
    assert not any(rule.startswith("code_edit.") for rule in rules)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_plan_without_edits_takes_no_notice_of_the_tables(random: Random) -> None:
    plain = msgspec.structs.replace(LOADED.terms, edits=())
    for facts, decision in decide_all([a_claim(random, number) for number in range(3)], plain):
        assert facts.edits is None
        assert adjudicate(facts, plain) == decision
        assert not any("edit_" in asked.reason for asked in decision.questions)


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_has_a_scenario_that_it_fails(edit: str) -> None:
    from claims.simulation.run_scenarios import run_scenarios

    found = set()
    for ran in run_scenarios(paths=[LOADED.path]):
        for decision in ran.decisions:
            found |= {asked.reason.removeprefix("edit_") for asked in decision.questions}
            found |= {step.rule.removeprefix("code_edit.") for line in decision.lines for step in line.trace}
    assert edit in found

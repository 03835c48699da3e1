"""A step of the trace as a sentence: with its figures, and never without an end."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from claims.adjudication.engine.decision import Step
from claims.simulation.run_scenarios import run_scenarios
from claims.words.rules import RULES
from claims.words.sentences import SENTENCES, step_sentence

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (
            Step(
                rule="deductible",
                figure="deductible_amount",
                amount=Decimal("120.00"),
                inputs=(("of", "180.00"), ("deductible_left", "120.00")),
            ),
            "Of 180.00, 120.00 goes to the deductible, of which 120.00 was left.",
        ),
        (
            Step(
                rule="plan_pays",
                figure="plan_paid_amount",
                amount=Decimal("2652.00"),
                inputs=(("covered", "2652.00"),),
            ),
            "Of the 2,652.00 covered the plan pays 2,652.00.",
        ),
        (
            Step(
                rule="coinsurance",
                figure="coinsurance_amount",
                amount=Decimal("10.00"),
                inputs=(
                    ("of", "100.00"),
                    ("percent", "20"),
                    ("without_maximum", "20.00"),
                    ("maximum_left", "10.00"),
                ),
            ),
            (
                "20 per cent of 100.00: the member pays 10.00."
                " It would be 20.00, but only 10.00 was left to the out-of-pocket maximum."
            ),
        ),
        (
            Step(rule="exclusion", figure="allowed_amount", amount=Decimal("-1234.50"), clause="5"),
            "Excluded by the plan: Allowed less by 1,234.50.",
        ),
        (
            Step(rule="question.no_price", inputs=(("code", "99213"),)),
            "Asks a person: Nothing says what this service costs (code 99213).",
        ),
        (Step(rule="not_known_yet"), "Not known yet."),
    ],
    ids=lambda value: value.rule if isinstance(value, Step) else "",
)
def test_a_step_says(step: Step, says: str) -> None:
    assert step_sentence(step) == says


def test_every_step_of_every_scenario_is_a_sentence() -> None:
    steps = [
        step
        for ran in run_scenarios(paths=FILES)
        for decision in ran.decisions
        for line in decision.lines
        for step in line.trace
    ]
    said = {step_sentence(step) for step in steps}
    assert all(sentence.endswith(".") and "%(" not in sentence for sentence in said)
    assert len(said) > 300


def test_sentences_are_of_rules_that_are_there() -> None:
    assert set(SENTENCES) <= set(RULES)

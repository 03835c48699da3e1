"""Each edit tells what it found, on what evidence, and who can mend it, in a sentence."""

from __future__ import annotations

from pathlib import Path

from claims.adjudication.engine.reasons import REASONS
from claims.simulation.run_scenarios import run_scenarios
from claims.words.edits import ASKED, MENDED_BY, asked_sentence
from claims.words.rules import INPUTS
from claims.words.sentences import step_sentence
from plans.design.terms import EDITS

RAN = run_scenarios(paths=[Path(__file__).parents[2] / "scenarios" / "edits.yaml"])


def test_every_edit_has_a_sentence_for_its_question() -> None:
    assert set(ASKED) == {f"edit_{name}" for name in EDITS}
    assert {REASONS[code].mended_by for code in ASKED} <= set(MENDED_BY)


def test_whatever_an_edit_found_can_be_told_in_a_sentence() -> None:
    """Of every denial and question of the scenarios, as if it had been asked."""
    told = set()
    for ran in RAN:
        for decision in ran.decisions:
            steps = [step for line in decision.lines for step in line.trace if step.rule.startswith("code_edit.")]
            found = [(step.rule.replace("code_edit.", "edit_"), step.inputs) for step in steps]
            found += [(asked.reason, asked.evidence) for asked in decision.questions if asked.reason in ASKED]
            for reason, evidence in found:
                sentence = asked_sentence(reason, dict(evidence))
                assert sentence, f"{reason} says nothing of {evidence}"
                assert sentence.endswith(str(MENDED_BY[REASONS[reason].mended_by]))
                told.add(reason)
    assert told == set(ASKED)


def test_a_denial_is_told_with_its_amount() -> None:
    steps = [
        step
        for ran in RAN
        for decision in ran.decisions
        for line in decision.lines
        for step in line.trace
        if step.rule == "code_edit.procedure_pairs"
    ]
    assert step_sentence(steps[0]) == (
        "29870 is part of 29881 on line 1 (NCCI, modifier indicator 0): 900.00 is denied. The provider can mend it."
    )


def test_a_question_of_another_kind_has_no_such_sentence() -> None:
    assert asked_sentence("no_price", {}) == ""
    assert "mended_by" in INPUTS

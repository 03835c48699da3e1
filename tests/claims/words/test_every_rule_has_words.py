"""Every rule that the engine can write into a trace has words: its source is read for them, and none may hide."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.adjudication.engine.work import SHARE_FIGURES
from claims.adjustments.mirror import RULE as REVERSAL
from claims.words.rules import RULES, rule_words
from plans.design.terms import EDITS

ENGINE = Path(__file__).parents[3] / "claims" / "adjudication" / "engine"

# Where in a call the rule stands: by the name of what is called, its place among the arguments.
PLACES = {"add": 2, "note": 0, "deny": 1, "leave_open": 0, "Price": 1, "Step": 0, "moved": 1}
# Names under which a rule is handed on; where it is made, it is found.
HANDED_ON = {"rule", "price.rule", "move.rule"}
# Rules that are put together from parts: what stands before what changes, and all that may follow it.
PUT_TOGETHER = {
    "price.": {
        *("fee", "per_diem", "case_rate", "relative_value", "anaesthesia", "drg_weight"),
        *("percent_of_reference", "charge_percentile"),
    },
    "edit.": {"dates", "billed_before_service", "revenue_code", "procedure", "units", "diagnosis", "diagnosis_pointer"},
    "code_edit.": set(EDITS),
    "order.": {
        *("said", "no_coordination", "dependent", "dependent.medicare", "child", "birthday", "same_birthday", "gender"),
        *("decree", "custody", "active", "continuation", "longer", "equal_shares"),
        *("medicare", "medicare.aged", "medicare.disabled", "medicare.esrd"),
    },
    # These two speak with the question's words, whatever it is.
    "question.": set(),
    "answer.": set(),
}
NAMED = {"share.kind": set(SHARE_FIGURES)}


def _rules() -> Iterator[tuple[str, str]]:
    """(where, rule) of each place that names a rule."""
    for file in sorted(ENGINE.glob("*.py")):
        tree = ast.parse(file.read_text())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            rule = _rule_of(call, name)
            if rule is not None:
                for one in _spoken(rule, file):
                    yield f"{file.name}:{call.lineno}", one


def _rule_of(call: ast.Call, name: str) -> ast.expr | None:
    if name not in PLACES:
        return None
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == "rule"]
    if by_name:
        return by_name[0]
    return call.args[PLACES[name]] if len(call.args) > PLACES[name] else None


def _spoken(rule: ast.expr, file: Path) -> Iterator[str]:
    """The rules that an expression can be."""
    if isinstance(rule, ast.Constant):
        yield str(rule.value)
    elif isinstance(rule, ast.IfExp):
        yield from _spoken(rule.body, file)
        yield from _spoken(rule.orelse, file)
    elif isinstance(rule, ast.JoinedStr | ast.BinOp):
        before: Any = rule.values[0] if isinstance(rule, ast.JoinedStr) else rule.left
        assert isinstance(before, ast.Constant), f"{file.name}:{rule.lineno}: begin the rule with a word"
        assert before.value in PUT_TOGETHER, f"{file.name}:{rule.lineno}: say in PUT_TOGETHER what may follow"
        yield from (f"{before.value}{after}" for after in PUT_TOGETHER[before.value])
    else:
        words = ast.unparse(rule)
        assert words in NAMED or words in HANDED_ON, f"{file.name}:{rule.lineno}: say in NAMED what {words} may be"
        yield from NAMED.get(words, ())


FOUND = sorted(_rules())


@pytest.mark.parametrize(("where", "rule"), FOUND, ids=[f"{where} {rule}" for where, rule in FOUND])
def test_every_rule_of_the_engine_has_words(where: str, rule: str) -> None:
    assert rule in RULES, f"{where} writes {rule}: give it words in claims/words/rules.py"


def test_the_search_finds_what_the_engine_writes() -> None:
    rules = {rule for _where, rule in FOUND}
    assert {"billed", "deductible", "price.fee", "edit.units", "plan_pays", "coverage.none"} <= rules


def test_no_words_stand_for_a_rule_that_nobody_writes() -> None:
    assert sorted(set(RULES) - {rule for _where, rule in FOUND} - {REVERSAL}) == []


@pytest.mark.parametrize("rule", ["question.no_price", "answer.no_price"])
def test_questions_and_answers_speak_with_the_question_s_words(rule: str) -> None:
    assert "Nothing says what this service costs" in rule_words(rule)

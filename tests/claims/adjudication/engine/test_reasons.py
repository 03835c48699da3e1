"""Every code that the engine or a demonstration plan can put on a remittance exists; each question is known."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from claims.adjudication.engine import reasons
from claims.adjudication.engine.reasons import REASONS, Denial
from plans.design.read_plan import read_plan
from plans.design.terms import EDITS

ROOT = Path(__file__).parents[4]
CODES = ROOT.parent / "shared" / "codes"
ENGINE = ROOT / "claims" / "adjudication" / "engine"

needs_codes = pytest.mark.skipif(not CODES.is_dir(), reason="../shared/codes is not there")


def _denials() -> list[Denial]:
    constants = [value for value in vars(reasons).values() if isinstance(value, Denial)]
    questions = [reason.denial for reason in REASONS.values()]
    protected = list(reasons.PROTECTED.values())
    shares = [Denial("PR", carc) for carc in reasons.SHARES.values()]
    share_remarks = [Denial("CO", "45", (reasons.SHARE_ON_QUALIFYING, reasons.SHARE_ON_BILLED))]
    plans = [read_plan(file.read_text()).terms for file in (ROOT / "plans" / "design" / "demo").glob("*.yaml")]
    excluded = [Denial(one.group, one.carc, one.rarcs) for terms in plans for one in terms.exclusions]
    return [*constants, *questions, *protected, *shares, *share_remarks, *excluded]


@needs_codes
def test_carcs_exist() -> None:
    known = set((CODES / "carc_codes.txt").read_text().split())
    assert {denial.carc for denial in _denials()} <= known


@needs_codes
def test_rarcs_exist() -> None:
    known = set((CODES / "rarc_codes.txt").read_text().split())
    assert {rarc for denial in _denials() for rarc in denial.rarcs} <= known


def test_groups_are_those_of_the_835() -> None:
    assert {denial.group for denial in _denials()} <= {"CO", "OA", "PI", "PR"}


def test_a_carc_that_wants_a_remark_has_one() -> None:
    """16, 96 and A1 say that at least one remark code must be given."""
    assert all(denial.rarcs for denial in _denials() if denial.carc in ("16", "96", "A1"))


def test_questions_asked_are_questions_known() -> None:
    asked = set()
    for file in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("ask", "ask_of_claim")
            ):
                if file.name == "code_edits.py":  # asks what it is told to: `edit_` and the edit's name
                    continue
                assert isinstance(node.args[0], ast.Constant)
                asked.add(node.args[0].value)
    edits = {f"edit_{name}" for name in EDITS}
    assert asked | edits == set(REASONS)
    assert not asked & edits


def test_every_question_goes_to_a_queue_that_is_known() -> None:
    queues = {"benefits", "clinical", "cob", "compliance", "examiner", "pricing", "senior", "set_up", "third_party"}
    assert {reason.queue for reason in REASONS.values()} == queues

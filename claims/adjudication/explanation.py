"""Why a decision says what it says, in plain words: what the API gives, in the words that the page and the EOB use."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claims.adjudication.engine.decision import Adjustment, LineDecision, Question, Step
from claims.adjudication.selectors import decision_of
from claims.models import Decision
from claims.words.plain_reasons import plain_reason
from claims.words.rules import figure_words, reason_words, rule_words
from claims.words.sentences import step_sentence
from tpa.foundation.codes import words_of
from tpa.foundation.models import CodeSet


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step of a line's trace, its inputs by name; `says` is the whole of it as a sentence."""

    rule: str
    title: str
    says: str
    clause: str
    figure: str
    figure_title: str
    amount: Decimal | None
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExplainedAdjustment:
    """Why a part of billed is not paid, as the member reads it."""

    group: str
    carc: str
    rarcs: tuple[str, ...]
    amount: Decimal
    says: str


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """The steps of one line in the order they were taken, and what they leave unpaid."""

    number: int
    benefit: str
    network_tier: str
    steps: list[ExplainedStep]
    adjustments: list[ExplainedAdjustment]


@dataclass(frozen=True, slots=True)
class ExplainedQuestion:
    """What a person must answer before it can be decided; `line_number` None: about the whole claim."""

    reason: str
    says: str
    line_number: int | None
    queue: str
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole decision explained: lines, and what is still asked."""

    claim_number: str
    decision_number: int
    outcome: str
    plan_hash: str
    engine_version: str
    lines: list[ExplainedLine]
    questions: list[ExplainedQuestion]


def explanation_of(decision: Decision) -> Explanation:
    """The trace of every line; of a reversal, of what it reversed. Two queries, for the words of codes."""
    says = decision_of(decision)
    adjustments = [adjustment for line in says.lines for adjustment in line.adjustments]
    on = decision.decided_at.date()
    carcs = words_of(CodeSet.CARC, {one.carc for one in adjustments}, on=on)
    rarcs = words_of(CodeSet.RARC, {rarc for one in adjustments for rarc in one.rarcs}, on=on)
    return Explanation(
        claim_number=says.claim_number,
        decision_number=decision.number,
        outcome=decision.outcome,
        plan_hash=says.plan_hash,
        engine_version=says.engine_version,
        lines=[_line(line, carcs, rarcs) for line in says.lines],
        questions=[_question(question) for question in says.questions],
    )


def _line(line: LineDecision, carcs: dict[str, str], rarcs: dict[str, str]) -> ExplainedLine:
    return ExplainedLine(
        number=line.number,
        benefit=line.benefit,
        network_tier=line.network_tier,
        steps=[_step(step) for step in line.trace],
        adjustments=[_adjustment(adjustment, carcs, rarcs) for adjustment in line.adjustments],
    )


def _step(step: Step) -> ExplainedStep:
    return ExplainedStep(
        rule=step.rule,
        title=rule_words(step.rule),
        says=step_sentence(step),
        clause=step.clause,
        figure=step.figure,
        figure_title=figure_words(step.figure),
        amount=step.amount,
        inputs=dict(step.inputs),
    )


def _adjustment(adjustment: Adjustment, carcs: dict[str, str], rarcs: dict[str, str]) -> ExplainedAdjustment:
    remarks = tuple(words for rarc in adjustment.rarcs if (words := rarcs.get(rarc)))
    return ExplainedAdjustment(
        group=adjustment.group,
        carc=adjustment.carc,
        rarcs=adjustment.rarcs,
        amount=adjustment.amount,
        says=plain_reason(adjustment.group, adjustment.carc, carcs.get(adjustment.carc, ""), remarks),
    )


def _question(question: Question) -> ExplainedQuestion:
    return ExplainedQuestion(
        reason=question.reason,
        says=f"{reason_words(question.reason)}.",
        line_number=question.line_number,
        queue=question.queue,
        evidence=dict(question.evidence),
    )

"""Reads what was decided of a claim, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from claims.adjudication.engine.decision import ClaimDecision, LineDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.models import Claim, Decision
from claims.packing import unpack_decision, unpack_facts


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step of a line's trace, its inputs by name."""

    rule: str
    clause: str
    figure: str
    amount: Decimal | None
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """The steps of one line, in the order they were taken."""

    number: int
    steps: list[ExplainedStep]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision says what it says: the same trace for the screen, the API and the replay."""

    claim_number: str
    decision_number: int
    outcome: str
    plan_hash: str
    engine_version: str
    lines: list[ExplainedLine]


def decisions_of(claim: Claim) -> QuerySet[Decision]:
    """All decisions of a claim, the last one first, without the packed facts."""
    return Decision.objects.filter(claim=claim).defer("facts", "says").order_by("-number")


def last_decision(claim: Claim) -> Decision | None:
    """The decision that stands, or the reversal that took it back; None before the first."""
    return Decision.objects.filter(claim=claim).order_by("-number").first()


def decision_of(decision: Decision) -> ClaimDecision:
    """What the engine said; of a reversal, what it reversed."""
    return unpack_decision(decision.says)


def facts_of_decision(decision: Decision) -> ClaimFacts:
    """All that the decision stood on."""
    return unpack_facts(decision.facts)


def explanation_of(decision: Decision) -> Explanation:
    """The trace of every line."""
    says = decision_of(decision)
    return Explanation(
        claim_number=says.claim_number,
        decision_number=decision.number,
        outcome=decision.outcome,
        plan_hash=says.plan_hash,
        engine_version=says.engine_version,
        lines=[_line(line) for line in says.lines],
    )


def _line(line: LineDecision) -> ExplainedLine:
    return ExplainedLine(
        number=line.number,
        steps=[
            ExplainedStep(step.rule, step.clause, step.figure, step.amount, dict(step.inputs)) for step in line.trace
        ],
    )

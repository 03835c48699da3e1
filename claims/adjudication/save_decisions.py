"""Writes the decisions of a batch: decisions, lines, consumptions, questions, events, and where each claim stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from claims.adjudication.claims_to_decide import ClaimToDecide
from claims.adjudication.engine.decision import ClaimDecision, Figures, LineDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.adjudication.release_reservations import release_reservations
from claims.models import Claim, Pend
from claims.packing import pack
from tpa.foundation.audit import Actor
from tpa.foundation.bulk import copy_rows
from tpa.foundation.transitions import move_many

_encode = msgspec.json.Encoder().encode

_FIGURES = (
    "billed_amount",
    "allowed_amount",
    "not_covered_amount",
    "copay_amount",
    "deductible_amount",
    "coinsurance_amount",
    "other_payer_amount",
    "member_amount",
    "plan_paid_amount",
    "adjusted_amount",
)
_DECISION = (
    "id",
    "claim_id",
    "employer_id",
    "member_id",
    "number",
    "outcome",
    "plan_id",
    "plan_hash",
    "engine_version",
    "facts",
    "says",
    "decided_at",
    "decided_by",
    *_FIGURES,
)
_LINE = (
    "decision_id",
    "claim_id",
    "employer_id",
    "member_id",
    "number",
    "procedure_code",
    "modifiers",
    "revenue_code",
    "place_of_service",
    "service_from",
    "service_to",
    "rendering_npi",
    "tooth_numbers",
    "units_count",
    "benefit",
    "network_tier",
    "adjustments",
    *_FIGURES,
)
_CONSUMPTION = ("family_id", "member_id", "employer_id", "decision_id", "year_on", "bucket", "amount")
_PEND = (
    "claim_id",
    "employer_id",
    "decision_id",
    "reason",
    "line_number",
    "evidence",
    "queue",
    "status",
    "status_at",
    "opened_at",
)
_EVENT = ("claim_id", "employer_id", "at", "actor", "origin", "from_status", "to_status", "because")


class Decided(NamedTuple):
    """One claim of the batch with the facts it stood on and what was decided of it."""

    claim: ClaimToDecide
    facts: ClaimFacts
    decision: ClaimDecision
    plan_id: int | None


def save_decisions(batch: Sequence[Decided], *, at: datetime, by: Actor, origin: str, because: str = "") -> None:
    """Write a batch in the caller's transaction, whose locks it relies on: a fixed number of statements."""
    if not batch:
        return
    decided_before = [item.claim.id for item in batch if item.claim.decided_count]
    if decided_before:
        release_reservations(claim_ids=decided_before)
    stamp, actor = at.isoformat(), str(by)
    decisions: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    used: list[tuple[object, ...]] = []
    pends: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    for claim, facts, decision, plan_id in batch:
        decision_id = claim.decision_id
        decisions.append(
            (
                decision_id,
                claim.id,
                claim.employer_id,
                claim.member_id,
                claim.decided_count + 1,
                decision.outcome,
                plan_id,
                decision.plan_hash,
                decision.engine_version,
                pack(facts),
                pack(decision),
                stamp,
                actor,
                *_figures(decision.figures),
            )
        )
        for submitted, line in zip(facts.submission.lines, decision.lines, strict=True):
            lines.append(
                (
                    decision_id,
                    claim.id,
                    claim.employer_id,
                    claim.member_id,
                    line.number,
                    submitted.procedure_code,
                    ":".join(submitted.modifiers),
                    submitted.revenue_code,
                    submitted.place_of_service or facts.submission.facility_code[:2],
                    submitted.service_from,
                    submitted.service_to,
                    facts.submission.rendering_npi_of(submitted),
                    ":".join(submitted.tooth_numbers),
                    submitted.units_count,
                    line.benefit,
                    line.network_tier,
                    _adjustments(line),
                    *_figures(line.figures),
                )
            )
        for consumption in decision.consumptions:
            used.append(
                (
                    claim.family_id,
                    facts.counted_member_id,
                    claim.employer_id,
                    decision_id,
                    consumption.year_on,
                    consumption.bucket,
                    consumption.amount,
                )
            )
        for question in decision.questions:
            pends.append(
                (
                    claim.id,
                    claim.employer_id,
                    decision_id,
                    question.reason,
                    question.line_number,
                    json.dumps(dict(question.evidence)),
                    question.queue,
                    "open",
                    stamp,
                    stamp,
                )
            )
        events.append((claim.id, claim.employer_id, stamp, actor, origin, claim.status, decision.outcome, because))
    copy_rows("claims_decision", _DECISION, decisions)
    copy_rows("claims_claimline", _LINE, lines)
    copy_rows("claims_accumulatorentry", _CONSUMPTION, used)
    _close_open_questions(decided_before, at)
    copy_rows("claims_pend", _PEND, pends)
    copy_rows("claims_claimevent", _EVENT, events)
    _move_claims(batch, by, at)


def _move_claims(batch: Sequence[Decided], by: Actor, at: datetime) -> None:
    figures = [item.decision.figures for item in batch]
    move_many(
        Claim,
        {item.claim.id: item.decision.outcome for item in batch},
        by=by,
        at=at,
        held={item.claim.id: (item.claim.status, item.claim.employer_id) for item in batch},
        also={
            "allowed_amount": [figure.allowed_amount for figure in figures],
            "member_amount": [figure.member_amount for figure in figures],
            "plan_paid_amount": [figure.plan_paid_amount for figure in figures],
        },
    )


def _close_open_questions(claim_ids: list[int], at: datetime) -> None:
    """What an earlier decision asked is settled by this one, which asks anew what is still open."""
    if claim_ids:
        Pend.objects.filter(claim_id__in=claim_ids, status=Pend.Status.OPEN).update(
            status=Pend.Status.RESOLVED, status_at=at
        )


def _figures(figures: Figures) -> tuple[object, ...]:
    """In the order of the columns; the sum of all adjustments is what billed and paid leave between them."""
    return (
        figures.billed_amount,
        figures.allowed_amount,
        figures.not_covered_amount,
        figures.copay_amount,
        figures.deductible_amount,
        figures.coinsurance_amount,
        figures.other_payer_amount,
        figures.member_amount,
        figures.plan_paid_amount,
        figures.billed_amount - figures.plan_paid_amount,
    )


def _adjustments(line: LineDecision) -> str:
    """[[group, CARC, amount, [RARC …]] …] as JSON."""
    return _encode([(a.group, a.carc, a.amount, a.rarcs) for a in line.adjustments]).decode()

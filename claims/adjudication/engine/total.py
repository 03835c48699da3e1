"""Adds the lines up, asks whether the engine may approve so much, and proves that every line balances."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.engine.decision import Adjustment, ClaimDecision, Consumption, Figures, LineDecision
from claims.adjudication.engine.reasons import ANTICIPATED, SHARES
from claims.adjudication.engine.work import FIGURES, Line, Work
from claims.adjudication.engine.years import LIFETIME
from tpa.foundation.values.money import ZERO, cents

APPROVED, DENIED, PENDED = "approved", "denied", "pended"


def check_authority(work: Work) -> None:
    """Above the contract's limit a person approves."""
    limit = work.facts.approval_limit_amount
    if limit is None or work.submission.is_predetermination:
        return
    paid = sum([line.figures["plan_paid_amount"] for line in work.lines], ZERO)
    if paid > limit:
        work.ask_of_claim("high_dollar", (("plan_paid", str(paid)), ("limit", str(limit))))


def decide(work: Work, engine_version: str) -> ClaimDecision:
    """The decision: figures, adjustments, consumptions and questions as they stand."""
    if work.submission.is_predetermination:
        _only_anticipate(work)
    lines = tuple([_close(line) for line in work.lines])
    outcome = _outcome(work)
    figures = {name: sum([line.figures[name] for line in work.lines], ZERO) for name in FIGURES}
    return ClaimDecision(
        claim_number=work.facts.claim_number,
        engine_version=engine_version,
        plan_hash=work.facts.plan_hash,
        outcome=outcome,
        figures=Figures(**figures),
        lines=lines,
        consumptions=_consumptions(work) if outcome == APPROVED else _reservations(work, outcome),
        questions=tuple(work.questions),
    )


def _outcome(work: Work) -> str:
    if work.questions:
        return PENDED
    return DENIED if all(line.is_denied for line in work.lines) else APPROVED


def _close(line: Line) -> LineDecision:
    """The member's shares become adjustments, what the member owes is summed, and the line must balance."""
    figures, adjustments = line.figures, line.adjustments
    for figure, carc in SHARES.items():
        share = figures[figure]
        if share:
            adjustments.append(Adjustment(group="PR", carc=carc, amount=share))
    member = adjusted = ZERO
    for adjustment in adjustments:
        adjusted += adjustment.amount
        if adjustment.group == "PR":
            member += adjustment.amount
    if member:
        line.add("member_amount", member, "member_owes")
    billed, paid = figures["billed_amount"], figures["plan_paid_amount"]
    assert billed == paid + adjusted, f"line {line.number} does not balance: {billed} is not {paid} + {adjusted}"
    benefit, tier = line.placed_as
    return LineDecision(
        number=line.number,
        figures=Figures(**figures),
        adjustments=tuple(adjustments),
        benefit=benefit,
        network_tier=tier,
        trace=tuple(line.steps),
    )


def _consumptions(work: Work) -> tuple[Consumption, ...]:
    return tuple(
        [
            Consumption(year_on=year, bucket=bucket, amount=cents(amount))
            for (year, bucket), amount in sorted(work.sums.used.items())
        ]
    )


def _reservations(work: Work, outcome: str) -> tuple[Consumption, ...]:
    """A claim that waits for a person holds the units of the authorizations it found: no other takes them meanwhile."""
    if outcome != PENDED or work.submission.is_predetermination:
        return ()
    held: dict[str, Decimal] = {}
    for line in work.lines:
        if not line.is_denied:
            for bucket, units in line.permitted:
                held[bucket] = held.get(bucket, ZERO) + units
    return tuple([Consumption(year_on=LIFETIME, bucket=bucket, amount=cents(held[bucket])) for bucket in sorted(held)])


def _only_anticipate(work: Work) -> None:
    """A predetermination asks what would be paid: nothing is, and nothing is used up."""
    work.sums.used.clear()
    for line in work.lines:
        paid = line.figures["plan_paid_amount"]
        if paid:
            line.add("plan_paid_amount", -paid, "predetermination")
            line.adjust(ANTICIPATED, paid)

"""Adds the lines up, asks whether the engine may approve so much, and proves that every line balances."""

from __future__ import annotations

from claims.adjudication.engine.decision import ClaimDecision, Consumption, Figures, LineDecision
from claims.adjudication.engine.work import Line, Work
from tpa.foundation.values.money import ZERO

APPROVED, DENIED, PENDED = "approved", "denied", "pended"

ANTICIPATED = ("OA", "101")

_SHARES = (("deductible_amount", "1"), ("coinsurance_amount", "2"), ("copay_amount", "3"))


def check_authority(work: Work) -> None:
    """Above the contract's limit a person approves."""
    limit = work.facts.approval_limit_amount
    if limit is None or work.facts.submission.is_predetermination:
        return
    paid = sum((line.figures["plan_paid_amount"] for line in work.lines), ZERO)
    if paid > limit:
        work.ask_of_claim("high_dollar", (("plan_paid", str(paid)), ("limit", str(limit))))


def decide(work: Work, engine_version: str) -> ClaimDecision:
    """The decision: figures, adjustments, consumptions and questions as they stand."""
    if work.facts.submission.is_predetermination:
        _only_anticipate(work)
    lines = tuple(_line(line) for line in work.lines)
    outcome = _outcome(work)
    return ClaimDecision(
        claim_number=work.facts.claim_number,
        engine_version=engine_version,
        plan_hash=work.facts.plan_hash,
        outcome=outcome,
        figures=_sum([line.figures for line in lines]),
        lines=lines,
        consumptions=_consumptions(work) if outcome == APPROVED else (),
        questions=tuple(work.questions),
    )


def _outcome(work: Work) -> str:
    if work.questions:
        return PENDED
    return DENIED if all(line.denied for line in work.lines) else APPROVED


def _line(line: Line) -> LineDecision:
    """Closes a line: the member's shares become adjustments, the member's part is summed, and it must balance."""
    figures = line.figures
    for figure, carc in _SHARES:
        if figures[figure]:
            line.adjust("PR", carc, figures[figure])
    member = sum((adjustment.amount for adjustment in line.adjustments if adjustment.group == "PR"), ZERO)
    if member:
        line.add("member_amount", member, "member_owes")
    adjusted = sum((adjustment.amount for adjustment in line.adjustments), ZERO)
    billed, paid = figures["billed_amount"], figures["plan_paid_amount"]
    assert billed == paid + adjusted, f"line {line.number} does not balance: {billed} is not {paid} + {adjusted}"
    return LineDecision(
        number=line.number,
        figures=Figures(**figures),
        adjustments=tuple(line.adjustments),
        benefit=line.benefit.name if line.benefit else "",
        network_tier=line.paid_as.tier if line.paid_as else "",
        trace=tuple(line.steps),
    )


def _sum(figures: list[Figures]) -> Figures:
    return Figures(**{name: sum((getattr(each, name) for each in figures), ZERO) for name in Figures.__struct_fields__})


def _consumptions(work: Work) -> tuple[Consumption, ...]:
    return tuple(
        Consumption(year_on=year, bucket=bucket, amount=amount)
        for (year, bucket), amount in sorted(work.sums.used.items())
        if amount
    )


def _only_anticipate(work: Work) -> None:
    """A predetermination asks what would be paid: nothing is, and nothing is used up (CARC 101)."""
    work.sums.used.clear()
    for line in work.lines:
        paid = line.figures["plan_paid_amount"]
        if paid:
            line.add("plan_paid_amount", -paid, "predetermination")
            line.adjust(*ANTICIPATED, paid)

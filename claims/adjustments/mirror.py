"""A decision with every sum turned round: what a reversal says."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from claims.adjudication.engine.decision import (
    Adjustment,
    ClaimDecision,
    Consumption,
    Figures,
    LineDecision,
    Step,
)

RULE = "reversal"


def mirror(decision: ClaimDecision) -> ClaimDecision:
    """The exact negative, line by line. In place of each line's trace stands one step a figure."""
    return msgspec.structs.replace(
        decision,
        outcome="reversed",
        figures=_figures(decision.figures),
        lines=tuple(_line(line) for line in decision.lines),
        consumptions=tuple(
            Consumption(year_on=used.year_on, bucket=used.bucket, amount=_turned(used.amount))
            for used in decision.consumptions
        ),
        questions=(),
    )


def _line(line: LineDecision) -> LineDecision:
    figures = _figures(line.figures)
    return msgspec.structs.replace(
        line,
        figures=figures,
        adjustments=tuple(
            Adjustment(group=item.group, carc=item.carc, amount=_turned(item.amount), rarcs=item.rarcs)
            for item in line.adjustments
        ),
        trace=tuple(
            Step(rule=RULE, figure=name, amount=amount)
            for name, amount in msgspec.structs.asdict(figures).items()
            if amount
        ),
    )


def _figures(figures: Figures) -> Figures:
    return Figures(**{name: _turned(amount) for name, amount in msgspec.structs.asdict(figures).items()})


def _turned(amount: Decimal) -> Decimal:
    # Never minus zero: it would be written as "-0.00".
    return -amount if amount else amount

"""What two decisions of one claim say differently: figures, adjustments, questions, and what each clause moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.decision import ClaimDecision, Consumption, Figures, LineDecision
from tpa.foundation.values.money import ZERO

Moved = dict[tuple[str, str], Decimal]  # (clause, figure) -> amount


class Difference(NamedTuple):
    """One thing that is said differently: where, what was said, what is said instead."""

    place: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.place}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def differences(before: ClaimDecision, after: ClaimDecision) -> list[Difference]:
    """All that differs, what matters first: outcome, figures line by line, reasons, sums used up; the trace last."""
    found = list(_differences(before, after))
    if not found and before != after:
        found = list(_traces(before, after)) or [Difference("the decision", "", "differs elsewhere")]
    return found


def moved_by_clause(decision: ClaimDecision) -> Moved:
    """What the steps of each clause added to each figure; steps of no clause stand under a blank one."""
    moved: Moved = defaultdict(lambda: ZERO)
    for line in decision.lines:
        for step in line.trace:
            if step.amount:
                moved[step.clause, step.figure] += step.amount
    return moved


def _differences(before: ClaimDecision, after: ClaimDecision) -> Iterator[Difference]:
    if before.outcome != after.outcome:
        yield Difference("outcome", before.outcome, after.outcome)
    for was, now in zip(before.lines, after.lines, strict=True):
        yield from _of_line(was, now)
    asked = [
        ", ".join(
            sorted(f"{one.reason}{'' if one.line_number is None else f' {one.line_number}'}" for one in questions)
        )
        for questions in (before.questions, after.questions)
    ]
    if asked[0] != asked[1]:
        yield Difference("questions", *asked)
    yield from _of_sums(before.consumptions, after.consumptions)


def _of_line(before: LineDecision, after: LineDecision) -> Iterator[Difference]:
    for name in Figures.__struct_fields__:
        was, now = getattr(before.figures, name), getattr(after.figures, name)
        if was != now:
            yield Difference(f"line {before.number} {name}", str(was), str(now))
    for name in ("benefit", "network_tier"):
        if getattr(before, name) != getattr(after, name):
            yield Difference(f"line {before.number} {name}", getattr(before, name), getattr(after, name))
    reasons = [
        ", ".join(" ".join((f"{one.group}-{one.carc}", str(one.amount), *one.rarcs)) for one in line.adjustments)
        for line in (before, after)
    ]
    if reasons[0] != reasons[1]:
        yield Difference(f"line {before.number} adjustments", *reasons)


def _of_sums(before: tuple[Consumption, ...], after: tuple[Consumption, ...]) -> Iterator[Difference]:
    was = {(one.year_on, one.bucket): one.amount for one in before}
    now = {(one.year_on, one.bucket): one.amount for one in after}
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            year_on, bucket = key
            yield Difference(f"used of {bucket} {year_on}", str(was.get(key, "")), str(now.get(key, "")))


def _traces(before: ClaimDecision, after: ClaimDecision) -> Iterator[Difference]:
    for was, now in zip(before.lines, after.lines, strict=True):
        if was.trace != now.trace:
            steps = [" · ".join(step.rule for step in line.trace) for line in (was, now)]
            same_steps = steps[0] == steps[1]
            yield Difference(f"line {was.number} trace", *(("as it was", "other inputs") if same_steps else steps))

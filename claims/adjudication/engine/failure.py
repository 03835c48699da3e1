"""What an edit found wrong with a line, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from claims.adjudication.engine.reasons import Denial
from claims.adjudication.engine.work import Inputs, Line


class Failure(NamedTuple):
    """A line that fails an edit. `because`: the adjustment, where the edit's own would say too little; `is_judgement`:
    a person must say, whatever the plan wants."""

    line: Line
    evidence: Inputs
    because: Denial | None = None
    is_judgement: bool = False


Failures = Iterator[Failure]


def listed(values: Iterable[object]) -> str:
    """Several values of a piece of evidence, each once and in order, whatever the order of the lines."""
    return ", ".join(sorted({str(value) for value in values}))

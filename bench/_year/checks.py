"""What must hold at the year's end: named checks with their figures, none sharing code with what it checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from bench._year.accumulated import ACCUMULATED
from bench._year.books import BOOKS
from bench._year.lived import Lived
from bench._year.papers import PAPERS
from bench._year.reconciled import RECONCILED
from bench._year.regained import REGAINED
from bench._year.reimbursed import REIMBURSED
from tpa.invariants.check import offences

_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A check, its figures, and what breaks it."""

    name: str
    figures: str
    offences: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Is there nothing that breaks it?"""
        return not self.offences


def check(lived: Lived) -> list[Found]:
    """All of them, in order; the bank's statements come first, for they say which payments have cleared."""
    checks: Iterable[tuple[str, Callable[[Lived], tuple[str, list[str]]]]] = (
        *RECONCILED, *REIMBURSED, *REGAINED, *PAPERS, *ACCUMULATED,
    )  # fmt: skip
    found = [Found(name, *do(lived)) for name, do in checks]
    found += [_by_sql(name, figures, broken) for name, figures, broken in BOOKS]
    found.append(Found("./run manage verify", "all invariants, every decision replayed", offences()))
    return found


def _by_sql(name: str, figures: str, broken: str) -> Found:
    """`figures` gives one row; each row of `broken` is one offence."""
    with connection.cursor() as cursor:
        cursor.execute(figures)
        words = _words(cursor, cursor.fetchone())
        cursor.execute(broken)
        return Found(name, words, [_words(cursor, row) for row in cursor.fetchmany(_MOST)])


def _words(cursor: Any, row: Any) -> str:
    names = [column[0] for column in cursor.description]
    return ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True))

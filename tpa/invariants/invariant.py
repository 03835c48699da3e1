"""What must hold at any moment: a code, a sentence, and a way to find the rows for which it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Invariant:
    """`offences()` gives one short sentence a row that breaks it, with ids and never a person's data."""

    code: str
    says: str
    offences: Callable[[], Iterable[str]]


def sql(code: str, says: str, query: str) -> Invariant:
    """An invariant whose offenders a query finds: each row's columns become the sentence."""

    def offences() -> Iterable[str]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchmany(100):
                yield ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True))

    return Invariant(code, says, offences)

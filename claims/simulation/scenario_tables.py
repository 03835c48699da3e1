"""Turns a scenario's words about edit tables into the book that its claims look them up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from claims.simulation.scenarios import AddOnWords, TableWords
from plans.editing.edit_book import AddOnRow, EditBook, Periods, SmallRules
from plans.editing.small_tables import read_small_tables, shipped_rules
from plans.facts import ProcedurePairFact, UnitMaximumFact

_DAY = timedelta(days=1)


def edit_book_of(tables: TableWords) -> EditBook:
    """The rows that a scenario file names."""
    return EditBook(
        pairs=[
            (
                pair.table,
                ProcedurePairFact(
                    column_one=str(pair.one),
                    column_two=str(pair.two),
                    indicator=str(pair.modifier),
                    starts_on=pair.from_,
                    ends_on=_after(pair.through),
                ),
            )
            for pair in tables.pairs
        ],
        maximums=[
            UnitMaximumFact(
                table=most.table,
                code=str(most.code),
                most=most.most,
                adjudication=str(most.by),
                starts_on=most.from_,
                ends_on=_after(most.through),
            )
            for most in tables.units
        ],
        add_ons=[row for words in tables.add_ons for row in _add_on_rows(words)],
        rules=_rules(tables.rules),
        valid=_valid(tables),
    )


def _add_on_rows(words: AddOnWords) -> Iterator[AddOnRow]:
    for primary in words.to or ("",):
        yield AddOnRow(str(words.code), str(primary), str(words.type), words.from_, _after(words.through))


def _rules(said: str | dict[str, Any]) -> SmallRules:
    return shipped_rules() if isinstance(said, str) else read_small_tables(msgspec.json.encode(said).decode())


def _valid(tables: TableWords) -> dict[tuple[str, str], Periods]:
    found: dict[tuple[str, str], list[tuple[date | None, date | None]]] = defaultdict(list)
    for gone in tables.invalid:
        periods = found[gone.set, str(gone.code).replace(".", "")]
        if gone.through is not None:
            periods.append((None, gone.through + _DAY))
    return {key: tuple(periods) for key, periods in found.items()}


def _after(through: date | None) -> date | None:
    return through + _DAY if through else None

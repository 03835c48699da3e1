"""Many rows take over a period from what was said before: superseded, recorded anew for the days that are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from tpa.foundation.bulk import copy_rows
from tpa.foundation.values.periods import Period

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table of dated rows: which columns say what a row is about, and which say what is so."""

    name: str
    keys: tuple[str, ...]
    payload: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys, then payload: the order of a row's values."""
        return (*self.keys, *self.payload)


RATES = Table(
    "plans_feerate",
    ("schedule_id", "code_kind", "code", "modifier", "place_of_service", "locality"),
    ("method", "amount", "percent", "reference_schedule_id", "values"),
)
TERMS = Table("plans_scheduleterms", ("schedule_id",), ("document", "indicators_schedule_id"))
FACTORS = Table(
    "plans_localityfactor",
    ("table", "locality", "kind"),
    ("name", "work", "practice", "malpractice", "anaesthesia_amount"),
)
ZIPS = Table("plans_localityzip", ("table", "postal_code"), ("locality",))
QUALIFYING = Table(
    "plans_qualifyingamount",
    ("market", "code", "modifier", "region"),
    ("median_amount", "factor", "amount", "contract_count", "source", "anaesthesia"),
)


@dataclass(slots=True)
class TakenOver:
    """What came of it. `twice`: lines that say something of what an earlier line was about; then nothing was done."""

    row_count: int = 0
    added_count: int = 0
    superseded_count: int = 0
    same_count: int = 0
    twice: list[tuple[int, int]] = field(default_factory=list)


def take_over(
    table: Table,
    rows: Iterable[tuple[int, Sequence[Any]]],
    period: Period,
    *,
    at: datetime,
    whole: Mapping[str, Any] | None = None,
) -> TakenOver:
    """Rows (with the number of their line) hold for the period, in the caller's transaction, that locks what is whole.

    What stood of the same keys gives way; with `whole` (column and value) also what stood of other keys, for the rows
    are all there is. A row that says what stands already changes nothing. They are streamed: a fixed number of
    statements besides one COPY for some thousands of rows.
    """
    names = _names(table.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE staged AS SELECT {names} FROM {table.name} LIMIT 0;"  # noqa: S608
            "ALTER TABLE staged ADD line_number int, ADD is_same boolean NOT NULL DEFAULT false"
        )
        try:
            return _taken(cursor, table, rows, period, at, whole or {})
        finally:
            if not connection.needs_rollback:
                cursor.execute("DROP TABLE staged")


def _taken(
    cursor: Any,
    table: Table,
    rows: Iterable[tuple[int, Sequence[Any]]],
    period: Period,
    at: datetime,
    whole: Mapping[str, Any],
) -> TakenOver:
    done = TakenOver()
    numbered = _numbered(rows)
    while chunk := list(islice(numbered, _CHUNK)):
        done.row_count += copy_rows("staged", (*table.columns, "line_number"), chunk)
    wanted: dict[str, Any] = {"from": period.start, "to": period.end, "at": at} | dict(whole)
    statements = _Statements(table, whole)
    cursor.execute(statements.twice)
    done.twice = cursor.fetchall()
    if done.twice:
        return done
    cursor.execute(statements.mark_same, wanted)
    done.same_count = cursor.rowcount
    cursor.execute(statements.supersede, wanted)
    [(done.superseded_count,)] = cursor.fetchall()
    cursor.execute(statements.add, wanted)
    done.added_count = cursor.rowcount
    cursor.execute(statements.add_rest, wanted)
    return done


def _numbered(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[Any, ...]]:
    for number, row in rows:
        yield (*row, number)


class _Statements:
    """The SQL of one take-over. Names are ours; all values are parameters."""

    def __init__(self, table: Table, whole: Mapping[str, Any]) -> None:
        names, keys = _names(table.columns), _names(table.keys)
        pairs = " AND ".join(f'held."{key}" = staged."{key}"' for key in table.keys)
        held = ", ".join(f'held."{name}"' for name in table.payload)
        new = ", ".join(f'staged."{name}"' for name in table.payload)
        range_ = "daterange(%(from)s, %(to)s)"
        everything = " AND ".join(f'held."{name}" = %({name})s' for name in whole)
        gives_way = f"EXISTS (SELECT FROM staged WHERE {pairs} AND NOT is_same)"
        if whole:
            gives_way = f"{everything} AND NOT EXISTS (SELECT FROM staged WHERE {pairs} AND is_same)"
        self.twice = f"""
            SELECT line_number, first_number FROM (
                SELECT line_number, min(line_number) OVER (PARTITION BY {keys}) AS first_number FROM staged
            ) numbered WHERE line_number <> first_number ORDER BY line_number LIMIT 100
        """  # noqa: S608
        self.mark_same = f"""
            UPDATE staged SET is_same = true FROM {table.name} held
             WHERE held.superseded_at IS NULL AND {pairs} AND held.period @> {range_}
               AND ({held}) IS NOT DISTINCT FROM ({new})
        """  # noqa: S608
        self.supersede = f"""
            WITH gone AS (
                UPDATE {table.name} held SET superseded_at = %(at)s
                 WHERE held.superseded_at IS NULL AND held.period && {range_} AND {gives_way}
                RETURNING held.*
            )
            SELECT count(*) FROM gone
        """  # noqa: S608
        self.add = f"""
            INSERT INTO {table.name} ({names}, period, recorded_at)
            SELECT {names}, {range_}, %(at)s FROM staged WHERE NOT is_same
        """  # noqa: S608
        self.add_rest = f"""
            INSERT INTO {table.name} ({names}, period, recorded_at)
            SELECT {names}, piece, %(at)s
              FROM {table.name} held, unnest(datemultirange(held.period) - datemultirange({range_})) piece
             WHERE held.superseded_at = %(at)s AND held.period && {range_}
        """  # noqa: S608


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)

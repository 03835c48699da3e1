"""Writes many rows at once with COPY: the way of every batch."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2.extras import execute_values

_AT_ONCE = 1 << 18  # characters handed over in one call
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_MARKS = ("\\", "\t", "\n", "\r")
_AS_THEY_ARE = {int, Decimal, date}


def text_of(value: Any) -> str:
    """One value as COPY's text format wants it."""
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is str:
        return value.translate(_ESCAPES)
    if kind is bytes:
        return "\\\\x" + value.hex()
    if kind is bool:
        return "t" if value else "f"
    return str(value)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (sequences in the order of `columns`) into `table` with one COPY; returns their number.

    Runs in the caller's transaction; constraints and foreign keys are checked as with any insert. Refused under
    row-level security: the web's role, which writes a row or two at a time, inserts instead.
    """
    if settings.DB_ROLE == "web":
        return _insert_rows(table, columns, rows)
    return copy_text(table, columns, encode_rows(rows))


def encode_rows(rows: Iterable[Sequence[Any]]) -> str:
    """Rows, all of one width, in COPY's text format."""
    columns = [_texts_of(column) for column in zip(*rows, strict=True)]
    return "".join([line + "\n" for line in map("\t".join, zip(*columns, strict=True))])


def _texts_of(column: Sequence[Any]) -> Iterable[str]:
    """A column's values as texts. Most columns are of one kind, which is cheaper to ask of the column than of each."""
    kinds = set(map(type, column))
    if kinds == {str}:
        together = "".join(column)
        return column if not any(mark in together for mark in _MARKS) else map(text_of, column)
    return map(str if kinds <= _AS_THEY_ARE else text_of, column)


def _insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    given = [tuple(row) for row in rows]
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, f'INSERT INTO "{table}" ({names}) VALUES %s', given, page_size=1000)  # noqa: S608
    return len(given)


def copy_text(table: str, columns: Sequence[str], text: str) -> int:
    """COPY text that `encode_rows` made."""
    if not text:
        return 0
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(text), _AT_ONCE)
        return int(cursor.rowcount)


def next_ids(sequence: str, count: int) -> list[int]:
    """`count` new ids of a sequence, in one query."""
    if count <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]

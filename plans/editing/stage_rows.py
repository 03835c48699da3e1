"""Puts a stream of rows into a temporary table with COPY, in bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from plans.editing.read_layouts import Row
from tpa.foundation.bulk import encode_rows

_AT_ONCE = 5000


def stage_rows(columns: str, rows: Iterable[Row]) -> int:
    """Make the table `incoming_edits` of these columns, filled; it goes with the transaction. Returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming_edits")
        cursor.execute(f"CREATE TEMPORARY TABLE incoming_edits ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY incoming_edits FROM STDIN", _Stream(rows))
        count = int(cursor.rowcount)
        cursor.execute("ANALYZE incoming_edits")
    return count


class _Stream(io.TextIOBase):
    """Rows as the text that COPY reads, made as it is asked for."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._texts = self._encoded(iter(rows))
        self._rest = ""

    def read(self, size: int | None = -1, /) -> str:
        """At least one row, or nothing at the end."""
        wanted = size if size is not None and size >= 0 else None
        while wanted is None or len(self._rest) < wanted:
            text = next(self._texts, "")
            if not text:
                break
            self._rest += text
        cut = len(self._rest) if wanted is None else wanted
        given, self._rest = self._rest[:cut], self._rest[cut:]
        return given

    @staticmethod
    def _encoded(rows: Iterator[Row]) -> Iterator[str]:
        while batch := list(islice(rows, _AT_ONCE)):
            yield encode_rows(batch)

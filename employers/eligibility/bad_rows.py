"""The rows of a CSV that were refused, as a CSV: to be corrected and sent again."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable

from employers.eligibility.read_csv import FORMULA, read_csv

PROBLEM_COLUMN = "problem"


def bad_rows(*, data: bytes, problems: Iterable[tuple[int | None, str, str]]) -> bytes:
    """The header and the refused rows of a file, each with what is wrong in a last column.

    `problems` are (row number, column, sentence). Before it is sent again the last column is removed.
    """
    read = read_csv(data)
    by_row: dict[int, list[str]] = defaultdict(list)
    for number, column, sentence in problems:
        if number is not None:
            by_row[number].append(f"{column}: {sentence}" if column else sentence)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*read.columns, PROBLEM_COLUMN])
    for number in sorted(by_row.keys() & read.rows.keys()):
        writer.writerow([*map(_safe, read.rows[number]), " ".join(by_row[number])])
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell

"""Reads the files in which CMS publishes NCCI pairs, MUE and add-on codes: tab- or comma-separated, a header after a
copyright notice. Codes and figures only; no words of theirs are kept. Plain.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

PAIRS, UNITS, ADD_ONS = "pairs", "units", "add_ons"

_DAY: Final = timedelta(days=1)
_CODE: Final = re.compile(r"[A-Z0-9]\d{3}[A-Z0-9]")
# The header stands within the first rows; what stands before it is the notice.
_HEADER_WITHIN: Final = 40
_NO_DATE: Final = frozenset({"", "*", "0"})
_PAYER_SAYS: Final = "CCCCC"  # in the place of a primary code: the payer says what will do

Row = tuple[object, ...]


class Layout(NamedTuple):
    """What a file is: its kind, of whom it speaks, its quarter (None where its name does not say), its columns."""

    kind: str
    table: str
    quarter_on: date | None
    columns: tuple[int, ...]
    delimiter: str
    header_line: int


class FileProblem(NamedTuple):
    """What is wrong in a file, and in which line."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


def layout_of(path: Path) -> Layout | None:
    """The layout of a file by its header; None when it is none of those known."""
    for delimiter in "\t,":
        with path.open(encoding="latin-1", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter)
            for row, _number in zip(reader, range(_HEADER_WITHIN), strict=False):
                found = _known(path.name, [_plain(cell) for cell in row])
                if found is not None:
                    kind, table, columns = found
                    return Layout(kind, table, quarter_of(path.name), columns, delimiter, reader.line_num)
    return None


def quarter_of(name: str) -> date | None:
    """The first day of the quarter that a published file's name tells: ccipra-v322r0-f1, Eff_04-01-2026, V2026Q2."""
    if found := re.search(r"cci(?:pra|oph)-v(\d\d)(\d)", name, re.IGNORECASE):
        return _quarter(1994 + int(found[1]), int(found[2]) + 1)
    if found := re.search(r"Eff[_-](\d\d)-(\d\d)-(\d{4})", name, re.IGNORECASE):
        return _quarter(int(found[3]), (int(found[1]) + 2) // 3)
    if found := re.search(r"(\d{4})[-_]?Q([1-4])", name, re.IGNORECASE):
        return _quarter(int(found[1]), int(found[2]))
    return None


def rows_of(path: Path, layout: Layout, problems: list[FileProblem]) -> Iterator[Row]:
    """The rows of a file in the order of its table's columns, as a stream; what is wrong goes to `problems`."""
    read = {PAIRS: _pair, UNITS: _units, ADD_ONS: _add_on}[layout.kind]
    most = max(layout.columns)
    with path.open(encoding="latin-1", newline="") as stream:
        reader = csv.reader(stream, delimiter=layout.delimiter)
        for row in reader:
            # A header may go on in the next lines: those begin with an empty cell.
            if reader.line_num <= layout.header_line or not row or not row[0].strip():
                continue
            try:
                if len(row) <= most:
                    raise ValueError(f"it has {len(row)} cells, of which number {most + 1} is wanted")
                found = read([row[column].strip() if column >= 0 else "" for column in layout.columns])
            except ValueError as error:
                problems.append(FileProblem(path.name, reader.line_num, str(error)))
                continue
            if found is not None:
                yield found


def _known(name: str, header: Sequence[str]) -> tuple[str, str, tuple[int, ...]] | None:
    """Kind, table and columns of a header row, if it is one."""
    if len(header) < 3:
        return None
    if header[:2] in (["column 1", "column 2"], ["column1", "column2"]):
        table = "outpatient" if "oph" in name.lower() else "practitioner" if "pra" in name.lower() else ""
        return PAIRS, table, (0, 1, 3, 4, 5)
    values = _column(header, "mue values")
    if header[:1] and header[0].startswith("hcpcs") and values >= 0:
        said = header[values]
        table = "outpatient" if "outpatient" in said else "dme" if "dme" in said else "practitioner"
        return UNITS, table, (0, values, _column(header, "adjudication indicator"))
    if "add on code" in header:
        names = ("add on code", "primary code", "aoc edit type", "aoc edit eff dt")
        columns = [_column(header, wanted) for wanted in names]
        ends = [_column(header, wanted) for wanted in ("aoc edit del dt", "aoc del dt", "primary code del dt")]
        return (ADD_ONS, "", (*columns, *ends)) if min(columns) >= 0 else None
    return None


def _pair(cells: list[str]) -> Row | None:
    one, two, starts, ends, indicator = cells
    if indicator not in ("0", "1", "9"):
        raise ValueError(f"{indicator or 'nothing'} is no modifier indicator")
    period = _period(_day(starts), _day(ends))
    codes = _code(one), _code(two)
    # 9, or an end on the first day: the edit was withdrawn and never held.
    return None if indicator == "9" or starts == ends else (*codes, indicator, period)


def _units(cells: list[str]) -> Row:
    code, most, adjudication = cells
    if not most.isdigit():
        raise ValueError(f"{most or 'nothing'} is no number of units")
    if adjudication[:1] not in ("1", "2", "3"):
        raise ValueError(f"{adjudication or 'nothing'} is no adjudication indicator")
    return _code(code), int(most), adjudication[:1]


def _add_on(cells: list[str]) -> Row | None:
    code, primary, kind, starts, *ends = cells
    if kind not in ("1", "2", "3"):
        raise ValueError(f"{kind or 'nothing'} is no type of add-on edit")
    last = min((day for day in map(_day, ends) if day is not None), default=None)
    begins = _day(starts)
    period = _period(begins, last)
    primary_code = "" if primary.upper() in ("", _PAYER_SAYS) else _code(primary)
    return None if begins is not None and begins == last else (_code(code), primary_code, kind, period)


def _code(text: str) -> str:
    code = text.upper()
    if not _CODE.fullmatch(code):
        raise ValueError(f"{text or 'nothing'} is no procedure code")
    return code


def _day(text: str) -> date | None:
    """20260401, or by the number of the day in the year 2026091."""
    if text in _NO_DATE:
        return None
    try:
        if len(text) == 7:
            return date(int(text[:4]), 1, 1) + _DAY * (int(text[4:]) - 1)
        return date.fromisoformat(text) if len(text) == 8 and text.isdigit() else _refuse(text)
    except ValueError as error:
        raise ValueError(f"{text} is no day") from error


def _refuse(text: str) -> date:
    raise ValueError(text)


def _period(starts: date | None, last: date | None) -> str:
    """As the database writes a range; the day of deletion is the last on which the edit holds."""
    if starts and last and last < starts:
        raise ValueError(f"ends on {last}, before it begins")
    return f"[{starts or ''},{last + _DAY if last else ''})"


def _quarter(year: int, number: int) -> date | None:
    return date(year, 3 * number - 2, 1) if 1 <= number <= 4 else None


def _column(header: Sequence[str], words: str) -> int:
    """Where a column stands whose name has these words; -1 where none does."""
    return next((at for at, name in enumerate(header) if words in name), -1)


def _plain(cell: str) -> str:
    """A header's words without what files put between them."""
    return " ".join(re.sub(r"[^a-z0-9*]+", " ", cell.lower()).split())

"""Reads published files line by line: columns are found by their headings, of which publishers stack several lines.

What moved, is missing or is wrong is said with its line. Texts of codes are licensed and not read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from plans.networks.take_over import Table

Cells = Mapping[str, str]
_MOST_PROBLEMS = 100
_HEADINGS_WITHIN = 40  # lines: titles and notices stand before the headings
_NOT_NAMES = re.compile(r"[^A-Z0-9]")


class LineProblem(NamedTuple):
    """What is wrong in a line (the file's first is 1)."""

    line_number: int
    message: str


@dataclass(slots=True)
class Report:
    """What a reader noticed: problems, and how many lines had nothing to load."""

    problems: list[LineProblem] = field(default_factory=list)
    skipped_count: int = 0

    def fault(self, line_number: int, message: str) -> None:
        """Note a problem; after a hundred nobody reads on."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(LineProblem(line_number, message))


class Into(NamedTuple):
    """Where rows go: the schedule's id for rates, the name of the table of localities for others."""

    schedule_id: int | None = None
    localities: str = ""
    qualifying: bool = False  # conversion factors of those who take part in an alternative payment model


class Layout(NamedTuple):
    """One kind of file. `whole`: what of the table it says all of, by column; `gather`: makes rows of several lines."""

    name: str
    table: Table
    first_heading: str  # by which the line of headings is known; blank: fixed columns without headings
    columns: Mapping[str, tuple[str, ...]]  # our name → headings, the first that is there counts
    read: Callable[[int, Cells, Into, Report], Iterator[Sequence[Any]]]
    whole: Mapping[str, str] = {}
    optional: frozenset[str] = frozenset()
    gather: Callable[[Iterable[tuple[int, Sequence[Any]]]], Iterator[tuple[int, Sequence[Any]]]] | None = None


def rows_of(layout: Layout, lines: Iterable[str], into: Into, report: Report) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a file, line by line, each with the number of its line."""
    numbered = enumerate(lines, start=1)
    if not layout.first_heading:
        for number, line in numbered:
            for row in layout.read(number, {"line": line.rstrip("\r\n")}, into, report):
                yield number, row
        return
    head: list[tuple[int, str]] = []
    for number, line in numbered:
        head.append((number, line))
        if _first_cell(line) == layout.first_heading:
            break
        if number >= _HEADINGS_WITHIN:
            break
    if not head or _first_cell(head[-1][1]) != layout.first_heading:
        report.fault(1, f"no line begins with the heading {layout.first_heading}: this is no {layout.name} file")
        return
    delimiter = "\t" if "\t" in head[-1][1] else ","
    places = _places(layout, list(csv.reader((line for _n, line in head), delimiter=delimiter)), head[-1][0], report)
    if report.problems:
        return
    counted = _Counted(numbered, head[-1][0])
    for cells in csv.reader(counted, delimiter=delimiter):
        number = counted.line_number
        if not any(cell.strip() for cell in cells):
            continue
        named = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        for row in layout.read(number, named, into, report):
            yield number, row


class _Counted:
    """Lines for the CSV reader, which may take several for a row; the number is that of the last."""

    def __init__(self, numbered: Iterator[tuple[int, str]], line_number: int) -> None:
        self._numbered = numbered
        self.line_number = line_number

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        self.line_number, line = next(self._numbered)
        return line


def _first_cell(line: str) -> str:
    return _name(re.split("[,\t]", line.lstrip("\ufeff"), maxsplit=1)[0])


def _name(heading: str) -> str:
    return _NOT_NAMES.sub("", heading.upper())


def _places(layout: Layout, head: list[list[str]], number: int, report: Report) -> dict[str, int]:
    """Where our columns stand. A heading may be stacked: its words are those of the last line, or of the last few."""
    width = len(head[-1])
    stacked = [
        [_name("".join(row[at] for row in head[-depth:] if at < len(row))) for at in range(width)]
        for depth in range(1, min(4, len(head)) + 1)
    ]
    places: dict[str, int] = {}
    for name, headings in layout.columns.items():
        found = [
            at
            for wanted in headings
            for at in range(width)
            if any(re.fullmatch(wanted, names[at]) for names in stacked)
        ]
        if found:
            places[name] = found[0]
        elif name not in layout.optional:
            report.fault(number, f"no column has the heading {headings[0]}")
    return places


def number_in(text: str, name: str, line_number: int, report: Report) -> Decimal | None:
    """Dollars and thousands are understood; a lone point, NA or nothing is no number."""
    cleaned = text.replace("$", "").replace(",", "").strip()
    if cleaned in ("", ".", "NA", "N/A"):
        return None
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        report.fault(line_number, f"{name}: {text[:20]} is no number")
        return None
    return number


def code_in(text: str, longest: int, line_number: int, report: Report) -> str:
    """A code of letters and digits, or blank and a problem."""
    code = text.strip().upper()
    if not code or len(code) > longest or not code.isalnum():
        report.fault(line_number, f"{text[:20]} is no code")
        return ""
    return code

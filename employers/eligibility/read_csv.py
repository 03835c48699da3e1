"""Reads an enrolment CSV: every row becomes a record, and whatever can not be read is named with its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from employers.facts import CoverageRecord, MemberRecord, RecordFault
from employers.models import Coverage
from tpa.foundation.values.identifiers import digits_of, is_ssn

REQUIRED: Final = ("subscriber_number", "relationship", "last_name", "first_name", "birth_date")
LONGEST: Final = {
    "subscriber_number": 80, "last_name": 60, "first_name": 35, "middle_name": 25, "member_number": 80, "address": 120,
    "city": 60, "state": 2, "zip": 15, "email": 254, "division": 30,
}  # fmt: skip
COLUMNS: Final = (
    *("subscriber_number", "relationship", "last_name", "first_name", "middle_name", "birth_date", "sex", "ssn"),
    *("member_number", "address", "city", "state", "zip", "email", "hire_date", "disabled", "division", "plan", "tier"),
    *("start_date", "end_date", "action", "reason"),
)
"""The columns there can be, in any order; `start_date` and `end_date` are the first and the last day of coverage."""

_RELATIONSHIPS: Final = {
    "18": "18", "self": "18", "employee": "18", "subscriber": "18", "01": "01", "1": "01", "spouse": "01",
    "husband": "01", "wife": "01", "domestic partner": "01", "19": "19", "child": "19", "son": "19", "daughter": "19",
    "stepchild": "19", "g8": "G8", "other": "G8",
}  # fmt: skip
_SEXES: Final = {"": "", "f": "F", "female": "F", "m": "M", "male": "M", "u": "U", "unknown": "U", "x": "U"}
_YES_NO: Final = {
    "": None,
    "y": True,
    "yes": True,
    "true": True,
    "1": True,
    "n": False,
    "no": False,
    "false": False,
    "0": False,
}
_ACTIONS: Final = {"": "set", "set": "set", "add": "set", "change": "set", "end": "end", "reinstate": "reinstate"}
_FORMATS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d")
# A cell that a spreadsheet would take for a formula is written with an apostrophe before it; reading takes it off.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class ReadCsv:
    """What stands in a file: its records, or (with faults of the header) none; `rows` are the cells by row number."""

    columns: list[str] = field(default_factory=list)
    records: list[MemberRecord] = field(default_factory=list)
    rows: dict[int, list[str]] = field(default_factory=dict)
    faults: list[RecordFault] = field(default_factory=list)


def read_csv(data: bytes) -> ReadCsv:
    """Read a file in UTF-8 or Windows-1252, with commas, semicolons or tabs. Never raises on content."""
    read = ReadCsv()
    lines = _lines(_text(data))
    header = next(lines, (1, []))[1]
    read.columns = [cell.strip().lower().replace(" ", "_") for cell in header]
    read.faults = _header_faults(read.columns)
    if read.faults:
        return read
    seen: set[tuple[str, ...]] = set()
    for number, cells in lines:
        read.rows[number] = cells
        read.records.append(_record(number, cells, read.columns, seen))
    if not read.records:
        read.faults.append(RecordFault("", "file.no_rows"))
    return read


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error:
        yield number + 1, []  # a quote that is never closed swallows the rest: no row of a file is that long


def _header_faults(columns: list[str]) -> list[RecordFault]:
    faults = [RecordFault(name, "column.unknown") for name in columns if name not in COLUMNS]
    faults += [RecordFault(name, "column.missing") for name in REQUIRED if name not in columns]
    faults += [RecordFault(name, "column.twice") for name in set(columns) if name and columns.count(name) > 1]
    return faults


def _record(number: int, cells: list[str], columns: list[str], seen: set[tuple[str, ...]]) -> MemberRecord:
    faults: list[RecordFault] = []
    if len(cells) != len(columns):
        return MemberRecord(row_number=number, subscriber_number="", faults=(RecordFault("", "row.length"),))
    cell = dict.fromkeys(COLUMNS, "") | dict(zip(columns, map(_plain, cells), strict=True))
    take = _Taker(cell, faults)
    relationship = take.word("relationship", _RELATIONSHIPS, "relationship.unknown")
    for name in REQUIRED:
        if not cell[name]:
            faults.append(RecordFault(name, "cell.missing"))
    for name, longest in LONGEST.items():
        if len(cell[name]) > longest:
            faults.append(RecordFault(name, "cell.too_long"))
    ssn = digits_of(cell["ssn"])
    if ssn and not is_ssn(ssn):
        faults.append(RecordFault("ssn", "ssn.wrong"))
    if cell["email"] and "@" not in cell["email"].strip("@"):
        faults.append(RecordFault("email", "email.wrong"))
    identity = tuple(cell[name].lower() for name in (*REQUIRED, "plan", "start_date"))
    if identity in seen:
        faults.append(RecordFault("", "row.twice"))
    seen.add(identity)
    starts_on, last_on = take.day("start_date"), take.day("end_date")
    ends_on = last_on + timedelta(days=1) if last_on and last_on < date.max else None
    action = take.word("action", _ACTIONS, "action.unknown") or "set"
    return MemberRecord(
        row_number=number,
        subscriber_number=cell["subscriber_number"],
        action=action,
        relationship=relationship or "18",
        last_name=cell["last_name"],
        first_name=cell["first_name"],
        middle_name=cell["middle_name"],
        birth_on=take.day("birth_date"),
        sex=take.word("sex", _SEXES, "sex.unknown") or "",
        own_number=cell["member_number"] if relationship != "18" else "",
        ssn=ssn,
        address_line=cell["address"],
        city=cell["city"],
        state=cell["state"].upper(),
        postal_code=cell["zip"],
        email=cell["email"],
        is_disabled=take.word("disabled", _YES_NO, "disabled.unknown"),
        hired_on=take.day("hire_date"),
        division=cell["division"],
        starts_on=starts_on,
        ends_on=ends_on,
        because=cell["reason"],
        coverages=_coverages(take, action, starts_on, ends_on),
        faults=tuple(faults),
    )


def _coverages(take: _Taker, action: str, starts_on: date | None, ends_on: date | None) -> tuple[CoverageRecord, ...]:
    """A row that says nothing of coverage is about the person only."""
    plan, tier = take.cell["plan"], take.cell["tier"].upper()
    if tier and tier not in Coverage.Tier.values:
        take.faults.append(RecordFault("tier", "tier.unknown"))
    if not (plan or tier or (action == "set" and (starts_on or ends_on))):
        return ()
    kind = "end" if action == "end" else "set"
    return (CoverageRecord(plan_codes=(plan,), action=kind, tier=tier, starts_on=starts_on, ends_on=ends_on),)


@dataclass(slots=True)
class _Taker:
    """Turns the cells of one row into values, noting what can not be."""

    cell: Mapping[str, str]
    faults: list[RecordFault]

    def word(self, name: str, words: Mapping[str, Any], code: str) -> Any:
        text = self.cell[name].lower()
        if text not in words:
            if text:
                self.faults.append(RecordFault(name, code))
            return None
        return words[text]

    def day(self, name: str) -> date | None:
        text = self.cell[name]
        if not text:
            return None
        for read in _READERS:
            try:
                return read(text)
            except ValueError:
                continue
        self.faults.append(RecordFault(name, "date.wrong"))
        return None


def _reader(layout: str) -> Callable[[str], date]:
    return lambda text: datetime.strptime(text, layout).date()


_READERS: Final = tuple(map(_reader, _FORMATS))


def _plain(text: str) -> str:
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text

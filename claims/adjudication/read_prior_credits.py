"""Reads a prior carrier's file of what members have used up: every row, or what is wrong with it by row and column."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import cents

REQUIRED: Final = ("subscriber_number", "bucket", "plan_year", "amount")
COLUMNS: Final = (*REQUIRED, "person_number", "first_name", "birth_date")
"""The columns there can be, in any order. A member is named by `person_number`, or by `first_name` and `birth_date`."""

_MOST = Decimal("999999999.99")


class CreditRow(NamedTuple):
    """One statement: so much of a bucket in the plan year that begins on `year_on`."""

    row_number: int
    subscriber_number: str
    person_number: str
    first_name: str
    birth_on: date | None
    bucket: str
    year_on: date
    amount: Decimal


class RowFault(NamedTuple):
    """What is wrong with a row, and in which column."""

    row_number: int
    column: str
    problem: str


def read_prior_credits(content: bytes) -> tuple[list[CreditRow], list[RowFault]]:
    """The rows that can be read and the faults of the others. Raises Invalid for what is no such file at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("credits.not_text", "The file is not UTF-8 text.") from error
    reader = csv.DictReader(io.StringIO(text))
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    if missing or unknown or len(set(columns)) != len(columns):
        what = f"missing: {', '.join(missing) or 'none'}; not known: {', '.join(unknown) or 'none'}"
        raise Invalid("credits.columns", f"The columns are not those of a file of prior credits ({what}).")
    reader.fieldnames = columns
    rows: list[CreditRow] = []
    faults: list[RowFault] = []
    for number, cells in enumerate(reader, start=2):
        if None in cells:
            faults.append(RowFault(number, "", "has more cells than the header"))
            continue
        found = _row(number, {name: (value or "").strip() for name, value in cells.items()}, faults)
        if found is not None:
            rows.append(found)
    return rows, faults


def _row(number: int, cells: dict[str, str], faults: list[RowFault]) -> CreditRow | None:
    before = len(faults)
    for name in ("subscriber_number", "bucket"):
        if not cells[name]:
            faults.append(RowFault(number, name, "is empty"))
    year_on = _day(number, "plan_year", cells["plan_year"], faults)
    person, birth = cells.get("person_number", ""), cells.get("birth_date", "")
    birth_on = _day(number, "birth_date", birth, faults) if birth else None
    if not person and not (cells.get("first_name") and birth):
        faults.append(RowFault(number, "person_number", "name the member by it, or by first_name and birth_date"))
    amount = _amount(number, cells["amount"], faults)
    if len(faults) > before or year_on is None or amount is None:
        return None
    return CreditRow(
        row_number=number,
        subscriber_number=cells["subscriber_number"],
        person_number=person.zfill(2) if person else "",
        first_name=cells.get("first_name", ""),
        birth_on=birth_on,
        bucket=cells["bucket"],
        year_on=year_on,
        amount=amount,
    )


def _day(number: int, column: str, text: str, faults: list[RowFault]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(RowFault(number, column, f"{text or 'nothing'} is no day such as 2026-01-01"))
        return None


def _amount(number: int, text: str, faults: list[RowFault]) -> Decimal | None:
    """Whole cents, not negative."""
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
        is_amount = amount.is_finite() and 0 <= amount <= _MOST and amount == cents(amount)
    except InvalidOperation:
        is_amount = False
    if not is_amount:
        faults.append(RowFault(number, "amount", f"{text or 'nothing'} is no amount of dollars and cents"))
        return None
    return cents(amount)

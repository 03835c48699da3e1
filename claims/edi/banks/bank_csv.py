"""Reads a bank's CSV by a layout, which is kept for each account: which column says what, in which form. Plain."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from claims.edi.banks.statement import Statement, StatementLine, Unreadable, check_adds_up, check_number_of, decoded
from tpa.foundation.values.money import ZERO

_REST: Final = "\0"  # what a row has more than the columns
SIGNS: Final = ("signed", "reversed", "two columns", "marked")
"""`signed`: one column, what came is positive. `reversed`: what went is. `two columns`: one for what came, one for what
went, neither signed. `marked`: one column without sign, another that says by a word that money went."""


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How an account's CSV is to be read; columns are named as its first row names them. `kinds` are pairs of what a
    line's type begins with and what it is (`statement.KINDS`)."""

    booked_column: str
    amount_column: str = ""
    in_column: str = ""
    out_column: str = ""
    mark_column: str = ""
    out_mark: str = "DR"
    balance_column: str = ""
    type_column: str = ""
    check_column: str = ""
    reference_column: str = ""
    text_column: str = ""
    sign: str = "signed"
    date_format: str = "%m/%d/%Y"
    delimiter: str = ","
    is_newest_first: bool = False
    skip_rows_count: int = 0
    kinds: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> CsvLayout:
        """A layout as it is kept. Raises ValueError for words that it does not have, or that contradict each other."""
        names = {one.name for one in fields(cls)}
        unknown = sorted(set(told) - names)
        if unknown:
            raise ValueError(f"a layout has no {', '.join(unknown)}")
        kinds = tuple((str(begins), str(kind)) for begins, kind in told.get("kinds", ()))
        layout = cls(**{**told, "kinds": kinds})
        layout.check()
        return layout

    def check(self) -> None:
        wanted = {
            "signed": ("amount_column",),
            "reversed": ("amount_column",),
            "two columns": ("in_column", "out_column"),
            "marked": ("amount_column", "mark_column", "out_mark"),
        }
        if self.sign not in wanted:
            raise ValueError(f"the sign is one of: {', '.join(SIGNS)}")
        missing = [name for name in ("booked_column", *wanted[self.sign]) if not getattr(self, name)]
        if missing:
            raise ValueError(f"the layout leaves open: {', '.join(missing)}")
        if len(self.delimiter) != 1:
            raise ValueError("the delimiter is one character")
        if "%d" not in self.date_format or "%m" not in self.date_format or "%y" not in self.date_format.lower():
            raise ValueError("the form of dates names day, month and year")


@dataclass(frozen=True, slots=True)
class CsvWords:
    """What a CSV does not say of itself: which account it is of, and, where it has no balance column, its balances."""

    account_number: str
    opening_amount: Decimal | None = None
    closing_amount: Decimal | None = None


def read_bank_csv(data: bytes, layout: CsvLayout, words: CsvWords) -> Statement:
    """The one statement of a CSV. Raises Unreadable with the line."""
    text = decoded(data)
    skipped = text.splitlines(keepends=True)[: layout.skip_rows_count]
    body = text[sum(map(len, skipped)) :]
    reader = csv.DictReader(io.StringIO(body, newline=""), delimiter=layout.delimiter, restkey=_REST, restval="")
    try:
        _check_columns(reader.fieldnames or (), layout)
        rows = [
            (reader.line_num + layout.skip_rows_count, {name: str(value).strip() for name, value in row.items()})
            for row in reader
            if any(str(value).strip() for value in row.values())
        ]
    except csv.Error as error:
        raise Unreadable(reader.line_num + layout.skip_rows_count, str(error)) from None
    if not rows:
        raise Unreadable(1, "the file holds no movement")
    if layout.is_newest_first:
        rows.reverse()
    lines = tuple(_line(number, row, layout) for number, row in rows)
    moved = sum((one.amount for one in lines), ZERO)
    if layout.balance_column:
        opening, closing = _by_balances(rows, lines, layout)
    elif words.closing_amount is not None:
        opening = words.closing_amount - moved if words.opening_amount is None else words.opening_amount
        closing = words.closing_amount
    else:
        raise Unreadable(0, "the file has no balance column: say the closing balance with it")
    days = [one.booked_on for one in lines]
    statement = Statement(
        account_number=words.account_number,
        routing_number="",
        number="",
        starts_on=min(days),
        ends_on=max(days),
        opening_amount=opening,
        closing_amount=closing,
        lines=lines,
        opening_is_told=words.opening_amount is not None,
    )
    if words.opening_amount not in (None, opening) or words.closing_amount not in (None, closing):
        raise Unreadable(0, f"the file goes from {opening} to {closing}, and other balances were said with it")
    check_adds_up(statement, line=rows[-1][0])
    return statement


def _check_columns(there: Any, layout: CsvLayout) -> None:
    wanted = {
        getattr(layout, one.name)
        for one in fields(layout)
        if one.name.endswith("_column") and getattr(layout, one.name)
    }
    missing = sorted(wanted - set(there))
    if missing:
        raise Unreadable(layout.skip_rows_count + 1, f"the column {missing[0]} is missing")


def _by_balances(
    rows: list[tuple[int, dict[str, str]]], lines: tuple[StatementLine, ...], layout: CsvLayout
) -> tuple[Decimal, Decimal]:
    """The balance after each line, each following from the one before."""
    told = [_money(number, row[layout.balance_column]) for number, row in rows]
    opening = balance = told[0] - lines[0].amount
    for one, after in zip(lines, told, strict=True):
        balance += one.amount
        if balance != after:
            raise Unreadable(one.line, f"the balance is {after}, and the lines before make {balance}")
    return opening, balance


def _line(number: int, row: Mapping[str, str], layout: CsvLayout) -> StatementLine:
    amount = _amount(number, row, layout)
    if not amount:
        raise Unreadable(number, "the line moves no money")
    told = _cell(row, layout.type_column)
    text = _cell(row, layout.text_column)
    check_number = check_number_of(_cell(row, layout.check_column))
    kind = next((kind for begins, kind in layout.kinds if (told or text).upper().startswith(begins.upper())), "other")
    return StatementLine(
        line=number,
        booked_on=_day(number, row[layout.booked_column], layout.date_format),
        amount=amount,
        kind="check" if check_number and kind == "other" else kind,
        type_code=told[:35],
        customer_reference=_cell(row, layout.reference_column)[:80],
        check_number=check_number,
        text=text,
    )


def _cell(row: Mapping[str, str], column: str) -> str:
    return row[column] if column else ""


def _amount(number: int, row: Mapping[str, str], layout: CsvLayout) -> Decimal:
    if layout.sign == "two columns":
        came, went = row[layout.in_column], row[layout.out_column]
        return abs(_money(number, came or "0")) - abs(_money(number, went or "0"))
    amount = _money(number, row[layout.amount_column])
    if layout.sign == "marked":
        return -abs(amount) if row[layout.mark_column].upper() == layout.out_mark.upper() else abs(amount)
    return -amount if layout.sign == "reversed" else amount


def _money(number: int, text: str) -> Decimal:
    """Dollars with sign, commas or parentheses, as spreadsheets write them."""
    plain = text.replace("$", "").replace(",", "").replace(" ", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    digits = plain.removeprefix("-").removeprefix("+")
    whole, _, part = digits.partition(".")
    if not (whole + part).isdigit() or not (whole + part).isascii() or len(part) > 2 or len(whole) > 12:
        raise Unreadable(number, f"“{text[:20]}” is no amount")
    return round(Decimal(plain), 2) + ZERO


def _day(number: int, text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        raise Unreadable(number, f"“{text[:20]}” is no date of the form {form}") from None

"""What a bank is told of checks, in the layout it wants, and what it answers to one that is presented. Plain."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("positive_pay.yaml")
_ASCII_FROM, _ASCII_TO = " ", "~"


@dataclass(frozen=True, slots=True)
class CheckTold:
    """One record: a check was issued, or (`is_void`) is not to be paid."""

    routing_number: str
    account_number: str
    check_number: str
    issued_on: date
    amount: Decimal
    payee: str
    is_void: bool = False


def layouts() -> list[str]:
    """The names of the layouts that are known."""
    return sorted(_layouts())


def write_positive_pay_file(layout: str, told: Sequence[CheckTold]) -> bytes:
    """The file in a layout; issues and voids in the order given. Raises KeyError for a layout that is not known."""
    says = _layouts()[layout]
    if says["kind"] == "csv":
        return _csv(says, told)
    lines = ["".join(_fixed(field, _value(field, one)) for field in says["fields"]) for one in told]
    if says.get("trailer"):
        lines.append("".join(_fixed(field, _sum(field, told)) for field in says["trailer"]))
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def answer_presented(told: Iterable[CheckTold], check_number: str, amount: Decimal) -> str:
    """What the bank does with a check that is presented: `pay`, or an exception that it asks us about.

    `exception not issued`, `exception void`, `exception amount mismatch`. A void that was told counts, whenever.
    """
    records = [one for one in told if one.check_number.lstrip("0") == check_number.lstrip("0")]
    if not any(not one.is_void for one in records):
        return "exception not issued"
    if any(one.is_void for one in records):
        return "exception void"
    return "pay" if records[0].amount == amount else "exception amount mismatch"


def _csv(says: Mapping[str, Any], told: Sequence[CheckTold]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=says["separator"], lineterminator="\r\n")
    if says["heading"]:
        writer.writerow([field["title"] for field in says["fields"]])
    for one in told:
        writer.writerow([_harmless(str(_value(field, one))) for field in says["fields"]])
    return out.getvalue().encode("utf-8")


def _harmless(text: str) -> str:
    """No spreadsheet takes a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text


def _value(field: Mapping[str, Any], one: CheckTold) -> Any:
    if field["is"] == "record":
        return field["void"] if one.is_void else field["issue"]
    value = getattr(one, field["is"])
    if isinstance(value, date):
        return value.strftime(field["as"])
    return value


def _sum(field: Mapping[str, Any], told: Sequence[CheckTold]) -> Any:
    match field["is"]:
        case "letter":
            return field["letter"]
        case "blank":
            return ""
        case "count":
            return str(len(told))
        case "issue_amount" | "void_amount":
            wants_void = field["is"] == "void_amount"
            return sum((one.amount for one in told if one.is_void == wants_void), Decimal(0))
    return _value(field, told[0])


def _fixed(field: Mapping[str, Any], value: Any) -> str:
    width, fill = field["width"], field.get("fill", " ")
    if isinstance(value, Decimal):
        text = str(int(value * 100))
        assert len(text) <= width, "an amount is never cut"
    else:
        plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
        text = "".join(mark if _ASCII_FROM <= mark <= _ASCII_TO else " " for mark in plain).upper()
    text = text[-width:] if field.get("left") else text[:width]
    return text.rjust(width, fill) if field.get("left") else text.ljust(width, fill)


@lru_cache(maxsize=1)
def _layouts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    return found

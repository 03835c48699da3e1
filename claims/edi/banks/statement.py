"""A bank's statement as plain facts, whatever format it came in. What can not be read is told with its line. Plain."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from tpa.foundation.values.money import ZERO

KINDS: Final = (
    "opening", "deposit", "ach", "check", "wire", "transfer", "returned", "correction", "fee", "interest", "other",
)  # fmt: skip
"""What a line is, in words that all formats share; the sign of its amount says whether it came or went."""


class Unreadable(ValueError):
    """The file does not say what a statement must say. `line` counts from 1; 0 where no line is to blame."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement: what came is positive. `type_code` is the bank's own word, `line` its place in the file."""

    line: int
    booked_on: date
    amount: Decimal
    kind: str
    type_code: str = ""
    bank_reference: str = ""
    customer_reference: str = ""
    check_number: str = ""
    text: str = ""
    value_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of one account between two balances. `number` is the bank's name for it, empty where it has none.

    `opening_is_told`: false where the file says only how it ended; then the opening balance is reckoned from it.
    """

    account_number: str
    routing_number: str
    number: str
    starts_on: date
    ends_on: date
    opening_amount: Decimal
    closing_amount: Decimal
    lines: tuple[StatementLine, ...]
    opening_is_told: bool = True

    @property
    def fingerprint(self) -> str:
        """The same for the same movements and balances, in whatever file and words they come."""
        told = [self.account_number, self.starts_on, self.ends_on, self.opening_amount, self.closing_amount]
        lines = sorted(
            (one.booked_on.isoformat(), str(one.amount), one.type_code, one.bank_reference, one.customer_reference)
            for one in self.lines
        )
        return hashlib.sha256(repr(([str(part) for part in told], lines)).encode()).hexdigest()


def check_adds_up(statement: Statement, *, line: int) -> None:
    """Opening balance and movements make the closing balance. Raises Unreadable at the line that closes it."""
    moved = sum((one.amount for one in statement.lines), ZERO)
    if statement.opening_amount + moved != statement.closing_amount:
        raise Unreadable(
            line,
            f"account …{statement.account_number[-4:]}: opening {statement.opening_amount} and movements {moved} make"
            f" {statement.opening_amount + moved}, and the closing balance is {statement.closing_amount}",
        )


def check_number_of(*told: str) -> str:
    """The first of the references that is a number, without its leading zeros."""
    for text in told:
        digits = text.strip().lstrip("0")
        if digits.isascii() and digits.isdigit() and len(digits) <= 15:
            return digits
    return ""


def decoded(data: bytes, encodings: Sequence[str] = ("utf-8-sig", "latin-1")) -> str:
    """The text of a file, in the first encoding that fits."""
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(0, "the file is not text")

"""All that matching may look at, and all that it may say. Plain.

A *line* is the bank's, an *item* is the book's: a posting that moved money which may be spent. Both carry what is still
open of them, with the sign of the money: what came is positive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

_WORD: Final = re.compile(r"[A-Z0-9]+")
_SHORTEST_WORD: Final = 5


def reference_of(text: str) -> str:
    """A reference in the form in which references are compared: letters and digits, no leading zeros."""
    return "".join(_WORD.findall(text.upper())).lstrip("0")


def references_of(*references: str, text: str = "") -> frozenset[str]:
    """References as they stand; of running text also each longer word, for banks hide references in it."""
    whole = {reference_of(one) for one in (*references, text)}
    words = {word.lstrip("0") for word in _WORD.findall(text.upper()) if len(word) >= _SHORTEST_WORD}
    return frozenset((whole | words) - {""})


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of the bank of which something is open."""

    line_id: int
    booked_on: date
    amount: Decimal
    kind: str
    is_whole: bool = True
    check_number: str = ""
    type_code: str = ""
    text: str = ""
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A posting of the book of which something is open.

    `kind` is the posting's; `method` check or ach where it is a payment or takes one back; `batch` names the ACH file
    that it went in; `reverses_id` the posting that it takes back.
    """

    item_id: int
    posted_on: date
    amount: Decimal
    kind: str
    is_whole: bool = True
    method: str = ""
    check_number: str = ""
    batch: str = ""
    reverses_id: int | None = None
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PostingRule:
    """Of lines of this kind with these words: they are posted by themselves, up to an amount."""

    rule_id: int
    line_kind: str
    words: str
    limit_amount: Decimal
    starts_on: date
    ends_on: date | None = None

    def speaks_of(self, line: OpenLine) -> bool:
        """Does it say what this line is?"""
        return (
            line.kind == self.line_kind
            and self.words.upper() in f"{line.type_code} {line.text}".upper()
            and abs(line.amount) <= self.limit_amount
            and self.starts_on <= line.booked_on
            and (self.ends_on is None or line.booked_on < self.ends_on)
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed of an account: within how many days book and bank may speak of the same money, and its rules."""

    window_days: int = 5
    rules: tuple[PostingRule, ...] = ()


Part = tuple[int, Decimal]
"""An id, and how much of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match: its lines and items come to the same. `difference_amount`: the bank paid so much more, or less."""

    rule: str
    lines: tuple[Part, ...] = ()
    items: tuple[Part, ...] = ()
    difference_amount: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ToPost:
    """A line that a rule says how to post."""

    line_id: int
    rule_id: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What matching found, in an order that depends on nothing but what was found."""

    matches: tuple[Found, ...]
    to_post: tuple[ToPost, ...]


def total(parts: Iterable[Part]) -> Decimal:
    """What parts come to."""
    return sum((amount for _id, amount in parts), Decimal("0.00"))

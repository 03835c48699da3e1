"""Writes interchanges: ISA, GS, ST and their trailers around segments, counting what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tpa.foundation.x12.tokens import Delimiters

STANDARD = Delimiters()


class Out(Protocol):
    """Where bytes go: an open file, or whatever takes them as one does."""

    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom: ISA qualifier and id of each, and the codes of GS02/GS03 (the ids, when not given)."""

    sender: tuple[str, str]
    receiver: tuple[str, str]
    sender_code: str = ""
    receiver_code: str = ""

    def turned(self) -> Parties:
        """The same two, answering."""
        return Parties(self.receiver, self.sender, self.receiver_code, self.sender_code)


@dataclass(frozen=True, slots=True)
class OutSet:
    """A transaction set to write: its segments without ST and SE. `convention` is ST03; "" leaves it out (835)."""

    identifier: str
    control_number: str
    convention: str
    segments: Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class OutGroup:
    functional_id: str
    control_number: int
    version: str
    sets: Iterable[OutSet]


def write_interchange(
    out: Out,
    *,
    parties: Parties,
    control_number: int,
    at: datetime,
    groups: Iterable[OutGroup] = (),
    before_groups: Sequence[Sequence[str]] = (),
    usage: str = "P",
    delimiters: Delimiters = STANDARD,
    line_breaks: bool = False,
) -> None:
    """Write one interchange to `out` as UTF-8, group by group and set by set (nothing is kept in memory).

    `control_number` becomes ISA13 (1 to 999999999); control numbers are the caller's to give out, once each.
    `before_groups` takes TA1 segments. A value that holds a terminator or element separator raises ValueError:
    text from elsewhere goes through `clean_text` first.
    """
    write = _SegmentWriter(out, delimiters, line_breaks).write
    isa13 = f"{control_number:09}"
    write(
        [
            *("ISA", "00", " " * 10, "00", " " * 10),
            *(parties.sender[0], f"{parties.sender[1]:15}", parties.receiver[0], f"{parties.receiver[1]:15}"),
            *(f"{at:%y%m%d}", f"{at:%H%M}", delimiters.repetition, "00501", isa13, "0", usage, delimiters.component),
        ]
    )
    for segment in before_groups:
        write(segment)
    groups_count = 0
    for group in groups:
        groups_count += 1
        sender = parties.sender_code or parties.sender[1]
        receiver = parties.receiver_code or parties.receiver[1]
        number = str(group.control_number)
        stamp = (f"{at:%Y%m%d}", f"{at:%H%M%S}")
        write(["GS", group.functional_id, sender, receiver, *stamp, number, "X", group.version])
        sets_count = 0
        for item in group.sets:
            sets_count += 1
            write(["ST", item.identifier, item.control_number, item.convention])
            segments_count = 2
            for segment in item.segments:
                write(segment)
                segments_count += 1
            write(["SE", str(segments_count), item.control_number])
        write(["GE", str(sets_count), number])
    write(["IEA", str(groups_count), isa13])


def clean_text(text: str, delimiters: Delimiters = STANDARD) -> str:
    """Text fit for an element: delimiters and control characters become blanks, blanks at the ends go."""
    marks = {delimiters.element, delimiters.repetition, delimiters.component, delimiters.segment}
    if not text.isprintable() or not marks.isdisjoint(text):
        text = "".join(" " if mark in marks or not mark.isprintable() else mark for mark in text)
    return text.strip()


class _SegmentWriter:
    def __init__(self, out: Out, delimiters: Delimiters, line_breaks: bool) -> None:
        self.out = out
        self.element = delimiters.element
        self.segment = delimiters.segment
        self.end = delimiters.segment + ("\n" if line_breaks else "")

    def write(self, segment: Sequence[str]) -> None:
        text = self.element.join(segment)
        if text.count(self.element) != len(segment) - 1 or self.segment in text:
            raise ValueError(f"a value of {segment[0]} holds a delimiter")
        self.out.write((text.rstrip(self.element) + self.end).encode())

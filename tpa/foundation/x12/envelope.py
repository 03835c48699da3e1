"""Walks the envelopes of an X12 file: interchanges, groups and transaction sets, their places and their faults.

One pass looks only for envelope segments, at the speed of a byte search; what lies between ST and SE is not split.
Each transaction set is given by offset and length, so that any worker can read it again on its own (`tokens.read_set`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from tpa.foundation.x12.envelope_model import EnvelopeFinding, Group, Interchange, SetRef, element_of
from tpa.foundation.x12.envelope_rules import check_isa, gs_fault
from tpa.foundation.x12.tokens import BLANKS, Delimiters, read_isa
from tpa.foundation.x12.window import Window

__all__ = ["EnvelopeFinding", "Group", "Interchange", "SetRef", "interchanges", "transaction_sets"]

_LONGEST_ENVELOPE_SEGMENT = 512
_BLANK_BYTES = BLANKS.encode()


def interchanges(stream: BinaryIO) -> Iterator[Interchange | EnvelopeFinding]:
    """Every interchange of the file, complete with groups, sets and findings, one after the other.

    Bytes that belong to none come as an EnvelopeFinding of level "file". Never raises on content.
    """
    window = Window(stream)
    ordinal = 0
    while window.skip_blanks():
        start = window.offset
        header = read_isa(window.peek(512))
        if header is None:
            window.seek_isa()
            note = f"{window.offset - start} bytes belong to no interchange"
            yield EnvelopeFinding("file", "noise", "ISA", start, note)
            continue
        ordinal += 1
        interchange = Interchange(ordinal, start, ("ISA", *header.elements), header.delimiters)
        check_isa(interchange)
        if interchange.delimiters.faults():
            # Without delimiters nothing can be told apart; go on with the next header, if any.
            window.seek_isa()
        else:
            window.at += header.length - 1  # on the terminator of the ISA
            _Walk(interchange, window).run()
        interchange.length = window.offset - start
        yield interchange
    if not ordinal and not window.offset:
        yield EnvelopeFinding("file", "empty", "ISA", 0, "the file is empty")


def transaction_sets(stream: BinaryIO) -> Iterator[SetRef | EnvelopeFinding]:
    """All sets of the file in order, with every finding of the envelopes around them (before the sets they cover)."""
    for interchange in interchanges(stream):
        if isinstance(interchange, EnvelopeFinding):
            yield interchange
            continue
        yield from interchange.findings
        for group in interchange.groups:
            yield from group.findings
            for reference in group.sets:
                yield from reference.findings
                yield reference


@lru_cache(maxsize=64)
def _envelope_pattern(element: bytes, terminator: bytes) -> re.Pattern[bytes]:
    names = rb"(ISA|IEA|GS|GE|ST|SE|TA1)"
    return re.compile(re.escape(terminator) + rb"[\r\n\t ]*" + names + re.escape(element))


@dataclass(frozen=True, slots=True)
class _Event:
    """One envelope segment; `strays` tells that something else stood between it and the one before."""

    offset: int
    segment: tuple[str, ...]
    strays: bool
    terminated: bool


class _Walk:
    """Reads one interchange from its ISA terminator to its IEA, filling in what it finds."""

    def __init__(self, interchange: Interchange, window: Window) -> None:
        self.interchange = interchange
        self.window = window
        self.group: Group | None = None
        self.set: SetRef | None = None
        self.group_numbers: set[str] = set()
        self.set_numbers: set[str] = set()
        self.end = interchange.delimiters.segment.encode("latin-1")

    def run(self) -> None:
        for event in self._events():
            name = event.segment[0]
            if name == "ISA":
                # The interchange before was not closed; leave the window on the new ISA.
                self._close_group(event.offset)
                self._fault("022", "IEA", event.offset, "another ISA comes before the IEA")
                return
            if self.set is None and event.strays:
                self._fault("024", name, event.offset, "segments stand outside any transaction set")
            if not event.terminated and not self._is_whole_trailer(event):
                break
            if name in ("ST", "SE"):
                self._transaction_set(event)
            elif name in ("GS", "GE"):
                self._functional_group(event)
            elif name == "TA1":
                self._acknowledgment(event)
            else:
                self._trailer(event)
                return
        self._close_group(self.window.offset)
        self._fault("023", "IEA", self.window.offset, "the file ends before the IEA")

    def _events(self) -> Iterator[_Event]:
        """Envelope segments in order. Leaves the window on the terminator of the one given last (on an ISA itself)."""
        delimiters, window = self.interchange.delimiters, self.window
        search = _envelope_pattern(delimiters.element.encode(), self.end).search
        blank = _BLANK_BYTES + self.end
        strays = False
        while True:
            match = search(window.data, window.at)
            if match is None:
                # All but the last, perhaps unfinished, segment has been looked at; a runaway one is let go of.
                last = max(window.at, window.data.rfind(self.end, window.at))
                if len(window.data) - last > _LONGEST_ENVELOPE_SEGMENT:
                    last = len(window.data) - 1
                strays = strays or bool(window.data[window.at : last].strip(blank))
                window.at = last
                if not window.fill():
                    window.finish()
                    return
                continue
            strays = strays or bool(window.data[window.at : match.start()].strip(blank))
            window.at = match.start(1)
            offset = window.offset
            if match[1] == b"ISA":
                yield _Event(offset, ("ISA",), strays, True)
                return
            text, mark, _ = window.peek(_LONGEST_ENVELOPE_SEGMENT).partition(self.end)
            window.at += len(text)
            yield _Event(offset, _split(text, delimiters, bool(mark)), strays, bool(mark))
            strays = False

    def _transaction_set(self, event: _Event) -> None:
        after = self.window.offset + 1
        if event.segment[0] == "ST":
            self._close_set(event.offset)
            if self.group is None:
                self._fault("022", "ST", event.offset, "a transaction set stands outside any group")
                return
            self.set = SetRef(self.group, len(self.group.sets) + 1, event.offset, 0, event.segment)
            self.group.sets.append(self.set)
            self._check_st(self.set)
        elif self.set is None:
            self._fault("022", "SE", event.offset, "an SE without its ST")
        else:
            self.set.se = event.segment
            self.set.length = after - self.set.offset
            if element_of(event.segment, 2) != self.set.control_number:
                self._set_fault("3", "SE", event.offset, "SE02 is not ST02")
            self.set = None

    def _functional_group(self, event: _Event) -> None:
        if event.segment[0] == "GS":
            self._close_group(event.offset)
            self.group = Group(self.interchange, len(self.interchange.groups) + 1, event.offset, event.segment)
            self.interchange.groups.append(self.group)
            self._check_gs(self.group)
            return
        self._close_set(event.offset)
        group = self.group
        if group is None:
            self._fault("022", "GE", event.offset, "a GE without its GS")
            return
        group.ge = event.segment
        if element_of(event.segment, 2) != group.control_number:
            self._group_fault(group, "4", "GE", event.offset, "GE02 is not GS06")
        if not _counts(element_of(event.segment, 1), len(group.sets)):
            self._group_fault(group, "5", "GE", event.offset, f"GE01 is not the {len(group.sets)} sets present")
        self.group = None

    def _acknowledgment(self, event: _Event) -> None:
        if self.group is not None or self.interchange.groups:
            self._fault("022", "TA1", event.offset, "a TA1 after the first GS")
        else:
            self.interchange.acknowledgments.append(event.segment)

    def _trailer(self, event: _Event) -> None:
        self._close_group(event.offset)
        self.window.peek(1)
        self.window.at = min(self.window.at + 1, len(self.window.data))
        interchange = self.interchange
        interchange.iea = event.segment
        if element_of(event.segment, 2) != interchange.control_number:
            self._fault("001", "IEA", event.offset, "IEA02 is not ISA13")
        if not _counts(element_of(event.segment, 1), len(interchange.groups)):
            self._fault("021", "IEA", event.offset, f"IEA01 is not the {len(interchange.groups)} groups present")

    def _is_whole_trailer(self, event: _Event) -> bool:
        """The very last terminator of a file is often lost; an IEA that says what it must has lost nothing else."""
        return event.segment == ("IEA", str(len(self.interchange.groups)), self.interchange.control_number)

    def _close_set(self, offset: int) -> None:
        if self.set is not None:
            self.set.length = offset - self.set.offset
            self._set_fault("2", "SE", offset, "no SE closes the set")
            self.set = None

    def _close_group(self, offset: int) -> None:
        self._close_set(offset)
        if self.group is not None:
            self._group_fault(self.group, "3", "GE", offset, "no GE closes the group")
            self.group = None

    def _check_gs(self, group: Group) -> None:
        fault = gs_fault(group.gs)
        if fault:
            self._fault("024", "GS", group.offset, fault)
        number = group.control_number
        if not (number.isdigit() and len(number) <= 9):
            self._group_fault(group, "6", "GS", group.offset, "GS06 is not a number of one to nine digits")
        if number in self.group_numbers:
            self._group_fault(group, "19", "GS", group.offset, "GS06 stands on an earlier group too")
        self.group_numbers.add(number)
        self.set_numbers.clear()

    def _check_st(self, reference: SetRef) -> None:
        number = reference.control_number
        if len(reference.identifier) != 3:
            self._set_fault("6", "ST", reference.offset, "ST01 is no transaction set identifier")
        if not 4 <= len(number) <= 9:
            self._set_fault("7", "ST", reference.offset, "ST02 is not four to nine characters long")
        elif number in self.set_numbers:
            self._set_fault("23", "ST", reference.offset, "ST02 stands on an earlier set of the group too")
        self.set_numbers.add(number)

    def _fault(self, code: str, segment: str, offset: int, note: str) -> None:
        self.interchange.findings.append(EnvelopeFinding("interchange", code, segment, offset, note))

    def _group_fault(self, group: Group, code: str, segment: str, offset: int, note: str) -> None:
        group.findings.append(EnvelopeFinding("group", code, segment, offset, note))

    def _set_fault(self, code: str, segment: str, offset: int, note: str) -> None:
        if self.set is not None:
            self.set.findings.append(EnvelopeFinding("set", code, segment, offset, note))


def _split(text: bytes, delimiters: Delimiters, terminated: bool) -> tuple[str, ...]:
    decoded = text.decode("latin-1")
    return tuple((decoded if terminated else decoded.rstrip(BLANKS)).split(delimiters.element))


def _counts(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) == count

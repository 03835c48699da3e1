"""Looks at a segment element by element and says what is wrong with it: the slow, telling way.

The fast way is `patterns`: a segment that matches its pattern has no fault and never comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tpa.foundation.x12.clock import is_date, is_time, reads_as
from tpa.foundation.x12.guide import ElementUse, Relation, SegmentUse
from tpa.foundation.x12.tokens import Delimiters

# Amounts (element 782) have at most ten digits, two of them cents, sent or implied (the guides' B.1.1.3.1.2).
AMOUNT = "782"
AMOUNT_DIGITS = 10

# What no element may hold, for a class of a regular expression: control characters and undecodable bytes.
CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_CONTROL = re.compile(f"[{CONTROLS}]")

DATE_FORMATS = {"D8": "%Y%m%d", "DT": "%Y%m%d%H%M", "TM": "%H%M"}


@dataclass(frozen=True, slots=True)
class ElementFault:
    """`code` is IK403; `component` and `repeat` count from 1, 0 where there is none."""

    code: str
    element: int
    component: int
    repeat: int
    number: str
    value: str
    note: str
    trigger: int = 0  # the element of the segment that makes this one wanted or unwanted


def element_faults(use: SegmentUse, segment: list[str], delimiters: Delimiters) -> Iterator[ElementFault]:
    """Every fault of the elements of one segment, in order."""
    present: set[int] = set()
    before = ""
    for index, element in enumerate(use.elements, start=1):
        text = segment[index] if index < len(segment) else ""
        if not text.strip(" "):
            if element.usage == "R":
                yield ElementFault("1", index, 0, 0, _number(element), "", "must be sent")
            before = ""
            continue
        present.add(index)
        if element.usage == "N":
            yield ElementFault("I10", index, 0, 0, _number(element), text, "is not used here")
        else:
            yield from _repetitions(element, text, before, index, delimiters)
        before = text
    if any(segment[len(use.elements) + 1 :]):
        index = next(i for i in range(len(use.elements) + 1, len(segment)) if segment[i])
        yield ElementFault("3", index, 0, 0, "", segment[index], f"{use.id} has only {len(use.elements)} elements")
    for relation, blamed in _broken(use.relations, present):
        trigger = next((index for index in relation.elements if index in present and index != blamed), 0)
        value = segment[blamed] if blamed < len(segment) else ""
        number = _number(use.elements[blamed - 1])
        yield ElementFault(_relation_code(relation), blamed, 0, 0, number, value, _relation_note(relation), trigger)


def _repetitions(element: ElementUse, text: str, before: str, index: int, marks: Delimiters) -> Iterator[ElementFault]:
    pieces = text.split(marks.repetition) if marks.repetition else [text]
    if len(pieces) > element.repeats:
        note = f"may be sent {element.repeats} times"
        yield ElementFault("12", index, 0, element.repeats + 1, _number(element), text, note)
        return
    for turn, piece in enumerate(pieces, start=1):
        repeat = turn if element.repeats > 1 else 0
        if element.parts:
            yield from _composite(element, piece, index, repeat, marks)
        elif marks.component in piece:
            yield ElementFault("13", index, 0, repeat, element.number, piece, "is no composite")
        else:
            code, note = value_fault(element, piece, before)
            if code:
                yield ElementFault(code, index, 0, repeat, element.number, piece, note)


def _composite(element: ElementUse, text: str, index: int, repeat: int, marks: Delimiters) -> Iterator[ElementFault]:
    pieces = text.split(marks.component)
    present: set[int] = set()
    before = ""
    for place, part in enumerate(element.parts, start=1):
        piece = pieces[place - 1] if place <= len(pieces) else ""
        if not piece.strip(" "):
            if part.usage == "R":
                yield ElementFault("1", index, place, repeat, part.number, "", "must be sent")
        else:
            present.add(place)
            if part.usage == "N":
                yield ElementFault("I10", index, place, repeat, part.number, piece, "is not used here")
            else:
                code, note = value_fault(part, piece, before)
                if code:
                    yield ElementFault(code, index, place, repeat, part.number, piece, note)
        before = piece
    if any(pieces[len(element.parts) :]):
        yield ElementFault("13", index, 0, repeat, "", text, f"has only {len(element.parts)} components")
    for relation, blamed in _broken(element.relations, present):
        number = element.parts[blamed - 1].number
        yield ElementFault(_relation_code(relation), index, blamed, repeat, number, "", _relation_note(relation), index)


def value_fault(element: ElementUse, value: str, before: str = "") -> tuple[str, str]:
    """The IK403 code of one value and why, or ("", ""). `before` is the element ahead of it: it tells a date's form."""
    if _CONTROL.search(value):
        return "6", "holds a control character"
    if element.codes:
        return ("", "") if value in element.codes else ("7", f"is none of {' '.join(sorted(element.codes)[:40])}")
    if element.kind == "R" or element.kind[0] == "N":
        return _number_fault(element, value)
    if len(value) < element.shortest:
        return "4", f"is shorter than {element.shortest}"
    if len(value) > element.longest:
        return "5", f"is longer than {element.longest}"
    if element.kind == "DT":
        return ("", "") if is_date(value) else ("8", "is no date")
    if element.kind == "TM":
        return ("", "") if is_time(value) else ("9", "is no time")
    if element.kind == "ID" and value != value.strip(" "):
        return "7", "is no code"
    if element.number == "1251":
        return _period_fault(value, before)
    return "", ""


def _number_fault(element: ElementUse, value: str) -> tuple[str, str]:
    bare = value[1:] if value[0] == "-" else value
    whole, point, decimals = bare.partition(".")
    if not (whole + decimals).isdecimal() or not bare.isascii() or (point and element.kind != "R"):
        return "6", "is no number"
    digits = len(whole) + len(decimals)
    if element.number == AMOUNT:
        if len(decimals) > 2:
            return "I12", "has fractions of a cent"
        if len(whole) > AMOUNT_DIGITS - 2 or digits > AMOUNT_DIGITS:
            return "5", f"has more than {AMOUNT_DIGITS} digits, cents included"
    if digits < element.shortest:
        return "4", f"is shorter than {element.shortest}"
    if digits > element.longest:
        return "5", f"is longer than {element.longest}"
    if element.decimals >= 0 and len(decimals) > element.decimals:
        return "5", f"has more than {element.decimals} decimals"
    return "", ""


def _period_fault(value: str, form: str) -> tuple[str, str]:
    if form == "RD8":
        # The guides' own examples send a single day where a range is meant; so may others.
        first, dash, last = value.partition("-")
        return ("", "") if is_date(first) and (not dash or is_date(last)) else ("8", "is no range of dates")
    layout = DATE_FORMATS.get(form)
    if layout is None or reads_as(value, layout):
        return "", ""
    return ("9", "is no time HHMM") if form == "TM" else ("8", f"is no {form}")


def _broken(relations: tuple[Relation, ...], present: set[int]) -> Iterator[tuple[Relation, int]]:
    for relation in relations:
        blamed = relation.breaks(present)
        if blamed:
            yield relation, blamed


def _number(element: ElementUse) -> str:
    return "" if element.parts else element.number


def _relation_code(relation: Relation) -> str:
    return "10" if relation.kind == "E" else "2"


def _relation_note(relation: Relation) -> str:
    elements = ", ".join(f"{index:02}" for index in relation.elements)
    asks = {"P": "all or none", "R": "at least one", "E": "only one", "C": "the first asks for the others"}
    return f"of elements {elements}: {asks.get(relation.kind, 'the first asks for one of the others')}"

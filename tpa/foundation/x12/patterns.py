"""Compiles each line of a guide to one regular expression: what it matches has no fault.

It need not match all that is right (29 February, odd blanks, exotic relations): what it does not match is looked at
again by `elements`, which has the last word. So a pattern may be too strict, never too lax; tests hold it to that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tpa.foundation.x12.elements import AMOUNT, AMOUNT_DIGITS, CONTROLS
from tpa.foundation.x12.guide import ElementUse, Relation, SegmentUse
from tpa.foundation.x12.tokens import Delimiters

_YEAR = r"(?:1[89]|20)\d\d"
_DATE = (
    rf"{_YEAR}(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)(?:0[1-9]|[12]\d|30)|02(?:0[1-9]|1\d|2[0-8]))"
)
_CLOCK = r"(?:[01]\d|2[0-3])[0-5]\d"
_PERIODS = {"D8": _DATE, "RD8": f"{_DATE}(?:-{_DATE})?", "DT": _DATE + _CLOCK, "TM": _CLOCK}


@lru_cache(maxsize=8192)
def segment_pattern(use: SegmentUse, delimiters: Delimiters) -> re.Pattern[str]:
    """The pattern of a segment's elements joined by the element separator, the segment id first."""
    items = [_element(element, delimiters) for element in use.elements]
    end = re.escape(delimiters.element)
    body = _sequence(use.elements, items, use.relations, delimiters.element, leading=True)
    return re.compile(f"{use.id}{body}{end}*", re.ASCII)


def left_to_relations(relations: Sequence[Relation], elements: Sequence[ElementUse]) -> tuple[Relation, ...]:
    """The relations that the pattern does not hold: those to be asked one by one."""
    return tuple(relation for relation in relations if not _is_pair(relation, elements))


def _is_pair(relation: Relation, elements: Sequence[ElementUse]) -> bool:
    first, *others = relation.elements
    both_optional = all(elements[index - 1].usage == "S" for index in relation.elements)
    return relation.kind == "P" and others == [first + 1] and both_optional


def _sequence(
    elements: Sequence[ElementUse],
    items: list[str],
    relations: Sequence[Relation],
    separator: str,
    *,
    leading: bool,
) -> str:
    """Items in a row; those at the end may be left off as far as nothing required stands there."""
    mark = re.escape(separator)
    pairs = {relation.elements[0] for relation in relations if _is_pair(relation, elements)}
    tail, needed = "", False
    index = len(elements)
    while index:
        element = elements[index - 1]
        if index - 1 in pairs:
            index -= 1
            here = f"(?:{_period(elements[index - 1], items, index, mark)}|{mark})"
        elif element.usage == "R" and index > 1 and elements[index - 1].number == "1251" and _dated(elements, index):
            index, needed = index - 1, True
            here = _period(elements[index - 1], items, index, mark)
        elif element.usage == "R":
            needed = True
            here = items[index - 1]
        else:
            here = f"(?:{items[index - 1]})?" if element.usage == "S" else ""
        before = mark if leading or index > 1 else ""
        tail = before + here + tail if needed else f"(?:{before}{here}{tail})?"
        index -= 1
    return tail


def _dated(elements: Sequence[ElementUse], index: int) -> bool:
    form = elements[index - 2]
    return form.number == "1250" and form.usage == "R" and bool(form.codes)


def _period(form: ElementUse, items: list[str], index: int, mark: str) -> str:
    """Two elements that go together; a date's form picks the pattern of the date."""
    if form.number == "1250" and form.codes:
        choices = (f"{code}{mark}{_PERIODS[code]}" for code in sorted(form.codes) if code in _PERIODS)
        return f"(?:{'|'.join(choices)})"
    return f"{items[index - 1]}{mark}{items[index]}"


def _element(element: ElementUse, delimiters: Delimiters) -> str:
    if element.usage == "N":
        return ""
    if not element.parts:
        return _simple(element, delimiters)
    parts = [_simple(part, delimiters) if part.usage != "N" else "" for part in element.parts]
    body = _sequence(element.parts, parts, element.relations, delimiters.component, leading=False)
    if left_to_relations(element.relations, element.parts):
        return r"(?!)"  # relations inside a composite are left to the slow way; none of our guides has one alive
    return f"(?:{body})"


def _simple(element: ElementUse, delimiters: Delimiters) -> str:
    low, high = element.shortest, element.longest
    if element.codes:
        return f"(?:{'|'.join(re.escape(code) for code in sorted(element.codes))})"
    if element.number == AMOUNT:
        return rf"-?(?:\d{{1,{AMOUNT_DIGITS - 2}}}(?:\.\d{{0,2}})?|\.\d{{1,2}})"
    if element.kind == "R":
        # Only lengths that cannot be over the limit; the rest is counted by the slow way.
        decimals = element.decimals if element.decimals >= 0 else 3
        whole = max(1, high - decimals)
        return rf"-?\d{{{low},{whole}}}(?:\.\d{{0,{decimals}}})?"
    if element.kind[0] == "N":
        return rf"-?\d{{{low},{high}}}"
    if element.kind == "DT":
        return _DATE
    if element.kind == "TM":
        return rf"{_CLOCK}(?:[0-5]\d\d{{0,2}})?"
    if element.number == "1251":
        return r"(?!)"
    marks = re.escape(delimiters.element + delimiters.component + delimiters.repetition)
    if element.kind == "ID":
        return rf"[^{marks}\x00-\x20\x7f-\U0010ffff]{{{low},{high}}}"
    return rf"(?! )[^{marks}{CONTROLS}]{{{low},{high}}}"

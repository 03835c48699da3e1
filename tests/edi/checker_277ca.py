"""Checks a 277CA (005010X214) on its own: structure, levels, statuses, totals that add up. Shares no code with ours.

Written after what two open checkers agree on, because the map of pyx12 rejects valid files. Reads raw text.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

_ACCEPTING = {"A0", "A1", "A2", "A5"}
_REJECTING = {"A3", "A4", "A6", "A7", "A8"}
# Status codes whose published wording asks for an entity, as far as this system uses them.
_WITH_ENTITY = {"16", "19", "26", "97", "125", "153", "158", "164", "183", "500", "562"}
_LEVELS = {"20": "", "21": "20", "19": "21", "PT": "19"}
_ORDER = {
    "20": ["HL", "NM1", "TRN", "DTP"],
    "21": ["HL", "NM1", "TRN", "STC", "QTY", "AMT"],
    "19": ["HL", "NM1", "TRN", "STC", "REF", "QTY", "AMT"],
    "PT": ["HL", "NM1", "TRN", "STC", "REF", "DTP", "SVC"],
}
_NEEDS = {
    "20": {"NM1", "TRN", "DTP"},
    "21": {"NM1", "TRN", "STC"},
    "19": {"NM1"},
    "PT": {"NM1", "TRN", "STC", "DTP"},
}
_TOTALS = {"21": ("90", "AA"), "19": ("QA", "QC")}


@dataclass
class _Level:
    number: str
    parent: str
    code: str
    has_children: str
    segments: list[list[str]] = field(default_factory=list)

    def all(self, name: str) -> list[list[str]]:
        return [segment for segment in self.segments if segment[0] == name]


def check_277ca(text: str) -> list[str]:
    """What is wrong with the first interchange's 277CA sets; empty when nothing is."""
    element, component, end = text[3], text[104], text[105]
    segments = [raw.strip("\r\n ").split(element) for raw in text.split(end) if raw.strip("\r\n ")]
    found: list[str] = []
    group = next(segment for segment in segments if segment[0] == "GS")
    if group[1] != "HN" or group[8] != "005010X214":
        found.append(f"GS is {group[1]} {group[8]}")
    current: list[list[str]] = []
    for segment in segments:
        if segment[0] == "ST":
            current = []
        current.append(segment)
        if segment[0] == "SE":
            if segment[1] != str(len(current)) or segment[2] != current[0][2]:
                found.append(f"SE {segment[1:]} closes {len(current)} segments of ST {current[0][2]}")
            found += _check_set(current, component)
    return found


def _check_set(segments: list[list[str]], component: str) -> list[str]:
    found: list[str] = []
    if segments[0][1:] != ["277", segments[0][2], "005010X214"]:
        found.append(f"ST {segments[0][1:]}")
    bht = segments[1]
    if bht[0] != "BHT" or bht[1:3] != ["0085", "08"] or not bht[3] or bht[6] != "TH" or not _is_day(bht[4]):
        found.append(f"BHT {bht}")
    levels: list[_Level] = []
    for segment in segments[2:-1]:
        if segment[0] == "HL":
            levels.append(_Level(segment[1], segment[2], segment[3], segment[4] if len(segment) > 4 else ""))
        if not levels:
            found.append(f"{segment[0]} stands before the first HL")
        else:
            levels[-1].segments.append(segment)
    found += _check_levels(levels)
    for level in levels:
        found += [f"HL {level.number}: {problem}" for problem in _check_level(level, component)]
    return found + _check_totals(levels, component)


def _check_levels(levels: list[_Level]) -> list[str]:
    found = []
    by_number: dict[str, _Level] = {}
    children: dict[str, int] = defaultdict(int)
    for place, level in enumerate(levels, start=1):
        if level.number != str(place):
            found.append(f"HL {level.number} should be {place}")
        parent = by_number.get(level.parent)
        if (parent.code if parent else "") != _LEVELS.get(level.code, "?"):
            found.append(f"HL {level.number} of {level.code} under {parent.code if parent else 'nothing'}")
        by_number[level.number] = level
        children[level.parent] += 1
    for level in levels:
        wanted = "" if level.code == "PT" else "1" if children[level.number] else "0"
        if level.has_children != wanted:
            found.append(f"HL {level.number} says {level.has_children!r} of children, not {wanted!r}")
    return found


def _check_level(level: _Level, component: str) -> list[str]:
    found = []
    names = [segment[0] for segment in level.segments]
    order = _ORDER[level.code]
    places = [order.index(name) if name in order else -1 for name in names if name not in ("SVC",)]
    if -1 in places or places != sorted(places):
        found.append(f"segments {names}")
    found += [f"lacks {name}" for name in sorted(_NEEDS[level.code] - set(names))]
    for segment in level.all("NM1"):
        if not segment[3] or (len(segment) > 8 and bool(segment[8]) != (len(segment) > 9 and bool(segment[9]))):
            found.append(f"name {segment}")
    for segment in level.all("TRN"):
        if len(segment) < 3 or not segment[2] or segment[1] != ("2" if level.code in ("21", "PT") else "1"):
            found.append(f"trace {segment}")
    for segment in level.all("DTP"):
        if not all(_is_day(day) for day in segment[3].split("-")) or ("-" in segment[3]) != (segment[2] == "RD8"):
            found.append(f"date {segment}")
    for segment in level.all("STC"):
        found += _check_status(segment, level, component)
    if level.code == "PT":
        accepted = level.all("STC")[0][3] == "WQ"
        numbers = [segment[2] for segment in level.all("REF") if segment[1] == "1K"]
        if accepted != bool(numbers):
            found.append(f"{'accepted' if accepted else 'rejected'} with the claim numbers {numbers}")
    return found


def _check_status(segment: list[str], level: _Level, component: str) -> list[str]:
    found = []
    action = segment[3]
    for place in (1, 10, 11):
        if place >= len(segment) or not segment[place]:
            continue
        category, code, entity, *_rest = [*segment[place].split(component), ""]
        right = _ACCEPTING if action == "WQ" else _REJECTING
        if category not in right:
            found.append(f"category {category} with action {action}")
        if not code.isdigit():
            found.append(f"status code {code!r}")
        if code in _WITH_ENTITY and not entity:
            found.append(f"status {code} without entity")
    if level.code in ("21", "PT") and not _is_day(segment[2]):
        found.append(f"status date {segment[2]}")
    if any(segment[5:10]):
        found.append(f"unused elements of {segment}")
    return found


def _check_totals(levels: list[_Level], component: str) -> list[str]:
    """Counts and amounts of a provider are those of its claims, and the receiver's are the providers'."""
    found = []
    parents = {level.number: level.parent for level in levels}
    for level in levels:
        if level.code not in _TOTALS or not level.all("QTY"):
            continue
        below = [one for one in levels if one.code == "PT" and _is_under(one.number, level.number, parents)]
        counts: dict[str, int] = defaultdict(int)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in below:
            status = one.all("STC")[0]
            counts[status[3]] += 1
            sums[status[3]] += Decimal(status[4])
        told = {segment[1]: Decimal(segment[2]) for segment in [*level.all("QTY"), *level.all("AMT")]}
        accepted, rejected = _TOTALS[level.code]
        wanted = {accepted: counts["WQ"], rejected: counts["U"], "YU": sums["WQ"], "YY": sums["U"]}
        for qualifier, value in wanted.items():
            if told.get(qualifier, Decimal(0)) != value:
                found.append(f"HL {level.number}: {qualifier} says {told.get(qualifier)}, its claims {value}")
        charges = Decimal(level.all("STC")[0][4])
        if charges != sums["WQ"] + sums["U"]:
            found.append(f"HL {level.number}: STC04 {charges} is not all its claims' charges")
    return found


def _is_under(number: str, above: str, parents: dict[str, str]) -> bool:
    while number:
        number = parents.get(number, "")
        if number == above:
            return True
    return False


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True

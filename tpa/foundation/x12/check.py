"""Checks one transaction set against its guide, segment by segment, and hands the segments on in parts.

    check = SetCheck(guide, delimiters)
    for part in check.parts(segments):       # header, billing provider, subscriber, patient, claim …
        …                                    # part.loops[i] is the loop of part.segments[i]
    verdict = check.verdict()

Nothing is read twice: who loads claims takes the parts while they are checked, keeps what it made aside, and lets it
go when the verdict is no. Memory is that of one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tpa.foundation.x12.elements import element_faults
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.guide import Guide, Loop, SegmentUse, dictionary
from tpa.foundation.x12.places import Map, Place, Step, Stray, map_of
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import STANDARD

# A set this wrong is refused whatever else is in it; telling more would only make a 999 nobody reads.
MOST_FINDINGS = 1000
LONGEST_COPY = 99
LONGEST_NAME = 10  # of what stands where a segment id should

# So many texts a place are remembered to have no fault; a file of many providers begins anew now and then.
_MOST_KNOWN = 1000


@dataclass(slots=True)
class Part:
    """A stretch of the set that belongs together: from the opening segment of a `parts` loop of the guide to the next.

    The first part is the header ("" as its loop) with everything before. A claim is one part with all its lines.
    """

    loop: str
    first: int
    unit: tuple[str, str] = ("", "")
    segments: list[list[str]] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.first + len(self.segments) - 1


Rules = Callable[[Part], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What a 999 says of a set: `codes` are IK502 to IK506, `findings` go into IK3 and IK4.

    `business` findings concern single claims of a set that is accepted, for the 277CA.
    """

    accepted: bool
    codes: tuple[str, ...]
    findings: tuple[Finding, ...]
    business: tuple[Finding, ...]
    segments_count: int
    units_count: int


def check_set(
    segments: Iterable[list[str]], guide: Guide, delimiters: Delimiters = STANDARD, *, rules: Rules | None = None
) -> SetVerdict:
    """Check a whole set, ST to SE. `rules` looks at each part when the guide has, for what one claim must obey."""
    check = SetCheck(guide, delimiters, rules=rules)
    for _ in check.parts(segments):
        pass
    return check.verdict()


class SetCheck:
    """The check of one set, underway. `parts` may be run once."""

    def __init__(self, guide: Guide, delimiters: Delimiters = STANDARD, *, rules: Rules | None = None) -> None:
        self.guide = guide
        self.delimiters = delimiters
        self.rules = rules
        self.findings: list[Finding] = []
        self.business: list[Finding] = []
        self.codes: list[str] = []
        self.count = 0
        self.units = 0
        self._map: Map = map_of(guide, delimiters)
        self._part = Part("", 1)
        self._hl_number = 0
        self._hl_levels: list[tuple[int, str]] = []
        self._control_number = ""
        self._closed = False

    def parts(self, segments: Iterable[list[str]]) -> Iterator[Part]:
        """The parts of the set in order, each checked when it is given (only `verdict` speaks for the whole)."""
        atlas = self._map
        key_at, composites = atlas.keys.get, atlas.composite_keys
        component, join = self.delimiters.component, self.delimiters.element.join
        place: Place = atlas.start
        seen = [0]
        counts: list[dict[int, int]] = [{}]
        skips: frozenset[str] = frozenset()
        part = self._part
        keep, keep_loop = part.segments.append, part.loops.append
        ordinal = 0
        for segment in segments:
            ordinal += 1
            name = segment[0]
            if ordinal == 1:
                seen[0] = 1
                self._begin(segment, place)
                keep(segment)
                keep_loop("")
                continue
            index = key_at(name)
            if index is None:
                key = name
            elif index < len(segment):
                value = segment[index]
                key = f"{name} {value.partition(component)[0] if name in composites else value}"
            else:
                key = name + " "
            step = place.steps.get(key)
            if step is None:
                if name in skips:
                    continue
                answer = atlas.step(place, segment)
                if isinstance(answer, Stray):
                    self._stray(answer, segment, ordinal, place)
                    skips = answer.skips or skips
                    continue
                step = answer
            if skips:
                if name in skips:
                    continue
                skips = frozenset()
            for left, needed in step.leaves:
                held = seen.pop()
                counts.pop()
                if held & needed != needed:
                    self._missing(left, needed & ~held, ordinal)
            held = seen[-1]
            if held & step.due != step.due:
                self._missing(step.loop, step.due & ~held, ordinal)
                held |= step.due
            place = step.place
            if held & step.bit:
                times = counts[-1].get(step.bit, 1) + 1
                counts[-1][step.bit] = times
                if times > step.most:
                    self._too_often(step, ordinal)
            seen[-1] = held | step.bit
            if step.enters is not None:
                seen.append(1)
                counts.append({})
            if place.opens_part:
                self._end_part(ordinal)
                yield part
                part = self._part = Part(place.loop, ordinal)
                keep, keep_loop = part.segments.append, part.loops.append
            if place.unit_element:
                self._unit(segment, place)
            text = join(segment)
            if text not in place.known:
                if place.matches(text) is None or (place.relations and len(segment) > place.relations_from):
                    self._elements(segment, place, ordinal)
                elif len(place.known) < _MOST_KNOWN:
                    place.known.add(text)
                else:
                    place.known.clear()
            if place.is_hl:
                self._level(segment, len(seen), ordinal, place)
            keep(segment)
            keep_loop(place.loop)
        self.count = ordinal
        self._end(place, seen)
        self._end_part(ordinal)
        yield part

    def watch(self, segments: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same segments, checked on the way: for a reader that wants a plain stream rather than parts."""
        for part in self.parts(segments):
            yield from part.segments

    def verdict(self) -> SetVerdict:
        codes = list(self.codes)
        if any(not finding.code.startswith("I") for finding in self.findings):
            codes.append("5")
        if any(finding.code.startswith("I") for finding in self.findings):
            codes.append("I5")
        return SetVerdict(
            accepted=not codes,
            codes=tuple(codes[:5]),
            findings=tuple(self.findings),
            business=tuple(self.business),
            segments_count=self.count,
            units_count=self.units,
        )

    def _begin(self, segment: list[str], place: Place) -> None:
        if segment[0] != "ST":
            self.codes.append("6")
        self._control_number = segment[2] if len(segment) > 2 else ""
        self._elements(segment, place, 1)

    def _end(self, place: Place, seen: list[int]) -> None:
        last = self._part.segments[-1] if self._part.segments else [""]
        if last[0] != "SE":
            self.codes.append("2")
            return
        declared = last[1] if len(last) > 1 else ""
        if not (declared.isascii() and declared.isdecimal() and int(declared) == self.count):
            self.codes.append("4")
        if (last[2] if len(last) > 2 else "") != self._control_number:
            self.codes.append("3")

    def _end_part(self, ordinal: int) -> None:
        part = self._part
        if part.unit[1] and part.findings:
            # Found before its unit was named (INS comes before REF 0F): put the name on.
            named = [replace(finding, unit=part.unit) for finding in part.findings]
            self.findings[len(self.findings) - len(named) :] = named
            part.findings = named
        if self.rules is not None:
            for finding in self.rules(part):
                if len(self.business) < MOST_FINDINGS or finding.rejects:
                    self.business.append(finding)

    def _unit(self, segment: list[str], place: Place) -> None:
        self.units += 1
        value = segment[place.unit_element] if place.unit_element < len(segment) else ""
        self._part.unit = (self.guide.unit_name, value)

    def _level(self, segment: list[str], depth: int, ordinal: int, place: Place) -> None:
        """HL01 counts up from 1; HL02 names the HL that this one stands under."""
        expected = self._hl_number + 1
        number = segment[1] if len(segment) > 1 else ""
        if number != str(expected):
            self._add_element("I12", place, ordinal, 1, "628", number, f"should be {expected}")
        # Count on from what was sent, lest one slip be told at every level after it.
        self._hl_number = int(number) if number.isascii() and number.isdecimal() and len(number) < 13 else expected
        while self._hl_levels and self._hl_levels[-1][0] >= depth:
            self._hl_levels.pop()
        parent = self._hl_levels[-1][1] if self._hl_levels else ""
        named = segment[2] if len(segment) > 2 else ""
        if named != parent and parent and named:
            self._add_element("I12", place, ordinal, 2, "734", named, f"should be {parent}")
        self._hl_levels.append((depth, number))

    def _missing(self, loop: Loop, mask: int, ordinal: int) -> None:
        for number, child in enumerate(loop.children):
            if not mask >> number & 1:
                continue
            if isinstance(child, Loop):
                self._add("I7", child.opener.id, ordinal, child.id, f"loop {child.id} is missing")
            else:
                self._add("3", child.id, ordinal, loop.id, "is missing")

    def _too_often(self, step: Step, ordinal: int) -> None:
        use = step.place.use
        if step.enters is None:
            self._add("5", use.id, ordinal, step.loop.id, f"comes more than {step.most} times")
        else:
            self._add("4", use.id, ordinal, step.enters.id, f"loop comes more than {step.most} times")

    def _stray(self, stray: Stray, segment: list[str], ordinal: int, place: Place) -> None:
        if stray.qualifier_at:
            index = stray.qualifier_at
            value = self._map.qualifier(segment, index)
            component = 1 if segment[0] in self._map.composite_keys else 0
            element = next(use for _, use in self.guide.uses() if use.id == segment[0]).elements[index - 1]
            number = element.parts[0].number if component else element.number
            finding = Finding(
                *(
                    "element",
                    "7",
                    segment[0][:LONGEST_NAME],
                    ordinal,
                    place.loop,
                    stray.note,
                    index,
                    component,
                    0,
                    number,
                ),
                value[:LONGEST_COPY],
                self._part.unit,
            )
            self._keep(finding)
            return
        code = "1" if stray.code == "1" and segment[0] not in dictionary().segments else "2"
        self._add(code, segment[0][:LONGEST_NAME], ordinal, place.loop, stray.note)

    def _elements(self, segment: list[str], place: Place, ordinal: int) -> None:
        use: SegmentUse = place.use
        for fault in element_faults(use, segment, self.delimiters):
            self._keep(
                Finding(
                    *("element", fault.code, use.id, ordinal, place.loop, fault.note),
                    *(fault.element, fault.component, fault.repeat, fault.number, fault.value[:LONGEST_COPY]),
                    self._part.unit,
                    fault.trigger,
                )
            )

    def _add(self, code: str, segment_id: str, ordinal: int, loop: str, note: str) -> None:
        self._keep(Finding("segment", code, segment_id, ordinal, loop, note, unit=self._part.unit))

    def _add_element(
        self, code: str, place: Place, ordinal: int, element: int, number: str, value: str, note: str
    ) -> None:
        finding = Finding(
            *("element", code, place.use.id, ordinal, place.loop, note, element, 0, 0, number),
            value[:LONGEST_COPY],
            self._part.unit,
        )
        self._keep(finding)

    def _keep(self, finding: Finding) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
            self._part.findings.append(finding)

"""Implementation guides as data: reads a guide's text table and the dictionary of segments into plain objects.

The form of both tables is described in docs/edi/x12.md, "Guides as data".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

UNBOUNDED = 10**9


@dataclass(frozen=True, slots=True)
class Relation:
    """A syntax note: P all or none, R one at least, E one at most, C the first asks for the rest, L for one of them."""

    kind: str
    elements: tuple[int, ...]

    def breaks(self, present: set[int]) -> int:
        """The element to blame when the relation does not hold among the `present` ones, or 0."""
        missing = [index for index in self.elements if index not in present]
        here = len(self.elements) - len(missing)
        if self.kind == "P":
            return missing[0] if missing and here else 0
        if self.kind == "R":
            return 0 if here else self.elements[0]
        if self.kind == "E":
            return [index for index in self.elements if index in present][1] if here > 1 else 0
        first, others = self.elements[0], missing
        if first not in present:
            return 0
        if self.kind == "C":
            return others[0] if others else 0
        return others[0] if here == 1 else 0


@dataclass(frozen=True, slots=True)
class ElementUse:
    """One element (or composite) at its place in a segment, as the guide wants it."""

    number: str
    kind: str  # AN ID DT TM R N0…N9 B, or "composite"
    shortest: int
    longest: int
    usage: str  # R S N
    codes: frozenset[str] = frozenset()
    decimals: int = -1  # most places after the point; -1 as the type has it
    repeats: int = 1
    parts: tuple[ElementUse, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(eq=False, slots=True)
class SegmentUse:
    """One line of a guide: a segment at its place in a loop."""

    id: str
    position: int
    usage: str
    most: int
    elements: tuple[ElementUse, ...]
    relations: tuple[Relation, ...]
    qualifier_at: int = 0  # which element tells this use from others of the same id; 0 none
    qualifiers: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Loop:
    """A loop and what stands in it, in order. The first child is the segment that opens it."""

    id: str
    position: int
    usage: str
    most: int
    children: list[SegmentUse | Loop] = field(default_factory=list)

    @property
    def opener(self) -> SegmentUse:
        first = self.children[0]
        assert isinstance(first, SegmentUse), f"loop {self.id} does not begin with a segment"
        return first


@dataclass(eq=False, slots=True)
class Guide:
    """A whole guide. `parts` are the loops that a reader takes one by one; `unit` is what a CTX segment names."""

    name: str
    identifier: str
    functional_id: str
    versions: tuple[str, ...]
    parts: frozenset[str]
    unit_segment: str
    unit_qualifier: str
    unit_element: int
    unit_name: str
    root: Loop
    qualifier_at: dict[str, int]
    segment_ids: frozenset[str]

    def uses(self) -> Iterator[tuple[Loop, SegmentUse]]:
        yield from _uses(self.root)


def _uses(loop: Loop) -> Iterator[tuple[Loop, SegmentUse]]:
    for child in loop.children:
        if isinstance(child, Loop):
            yield from _uses(child)
        else:
            yield loop, child


@dataclass(frozen=True, slots=True)
class Dictionary:
    elements: dict[str, tuple[str, int, int]]
    composites: dict[str, tuple[tuple[str, ...], tuple[Relation, ...]]]
    segments: dict[str, tuple[tuple[str, ...], tuple[Relation, ...]]]


@cache
def dictionary() -> Dictionary:
    """The 005010 segments, composites and elements that the guides stand on."""
    book = Dictionary({}, {}, {})
    for line in _lines((Path(__file__).parent / "dictionary.txt").read_text("utf-8")):
        body, _, notes = line.partition(";")
        word, key, *rest = body.split()
        relations = tuple(_relation(note) for note in notes.split())
        if word == "element":
            book.elements[key] = (rest[0], int(rest[1]), int(rest[2]))
        elif word == "composite":
            book.composites[key] = (tuple(rest), relations)
        else:
            book.segments[key] = (tuple(rest), relations)
    return book


def read_guide(path: Path) -> Guide:
    """Read one guide file. A mistake in it raises ValueError with the line: guides ship with us and are tested."""
    heads: dict[str, str] = {}
    lists: dict[str, str] = {}
    root = Loop("", 0, "R", 1)
    open_loops: list[tuple[int, Loop]] = [(-1, root)]
    named: dict[str, Loop] = {}
    for line in _lines(path.read_text("utf-8")):
        indent = len(line) - len(line.lstrip(" "))
        words = line.split()
        if not words[0].isdigit():
            if words[0] == "list":
                lists[words[1]] = words[2]
            else:
                heads[words[0]] = " ".join(words[1:])
            continue
        while open_loops[-1][0] >= indent:
            open_loops.pop()
        parent = open_loops[-1][1]
        position = int(words[0])
        if words[1] == "loop":
            usage, most = _usage(words[3])
            loop = Loop(words[2], position, usage, most)
            named[loop.id] = loop
            parent.children.append(loop)
            open_loops.append((indent, loop))
        elif words[1] == "same":
            same = named[words[2]]
            parent.children.append(Loop(same.id, position, same.usage, same.most, same.children))
        else:
            try:
                parent.children.append(_segment(position, words[1], words[2], words[3:], lists))
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(f"{path.name}: {line.strip()}: {error!r}") from error
    return _guide(heads, root)


def _guide(heads: dict[str, str], root: Loop) -> Guide:
    identifier, functional_id = heads["set"].split()
    unit_segment, unit_element, unit_name = heads.get("unit", " 0 ").split(" ", 2)
    unit_segment, _, unit_qualifier = unit_segment.partition("*")
    guide = Guide(
        name=heads["guide"],
        identifier=identifier,
        functional_id=functional_id,
        versions=tuple(heads["versions"].split()),
        parts=frozenset(heads["parts"].split()),
        unit_segment=unit_segment,
        unit_qualifier=unit_qualifier,
        unit_element=int(unit_element),
        unit_name=unit_name,
        root=root,
        qualifier_at={},
        segment_ids=frozenset(use.id for _, use in _uses(root)),
    )
    _set_qualifiers(guide)
    return guide


def _set_qualifiers(guide: Guide) -> None:
    """Where a segment id stands in several places of a guide, its first coded element tells which is meant."""
    uses: dict[str, dict[int, SegmentUse]] = {}
    for _, use in guide.uses():
        uses.setdefault(use.id, {})[id(use)] = use
    for segment_id, found in uses.items():
        if len(found) < 2:
            continue
        coded = [
            index
            for use in found.values()
            for index, element in enumerate(use.elements[:3], start=1)
            if _leading_codes(element)
        ]
        if not coded:
            continue
        index = min(coded)
        guide.qualifier_at[segment_id] = index
        for use in found.values():
            if index <= len(use.elements):
                use.qualifier_at = index
                use.qualifiers = _leading_codes(use.elements[index - 1])


def _leading_codes(element: ElementUse) -> frozenset[str]:
    return element.parts[0].codes if element.parts else element.codes


def _lines(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = raw.partition("#")[0].rstrip()
        if line:
            yield line


def _usage(word: str) -> tuple[str, int]:
    return word[0], UNBOUNDED if word[1:] == "*" else int(word[1:])


def _relation(note: str) -> Relation:
    return Relation(note[0], tuple(int(note[index : index + 2]) for index in range(1, len(note), 2)))


def _segment(position: int, segment_id: str, usage: str, words: list[str], lists: dict[str, str]) -> SegmentUse:
    base, relations = dictionary().segments[segment_id]
    elements = tuple(_element_uses(base, _tokens(" ".join(words)), lists))
    letter, most = _usage(usage)
    return SegmentUse(segment_id, position, letter, most, elements, _live(relations, elements))


def _tokens(text: str) -> list[str]:
    """Words at the outermost level, parentheses kept together, `x3` written out."""
    tokens: list[str] = []
    depth, start = 0, 0
    for index, mark in enumerate(text + " "):
        depth += (mark == "(") - (mark == ")")
        if mark == " " and depth == 0:
            if index > start:
                word, times = _TIMES.fullmatch(text[start:index]).groups()  # type: ignore[union-attr]
                tokens += [word] * int(times or 1)
            start = index + 1
    return tokens


_TIMES = re.compile(r"(.*?)(?:x(\d+))?", re.DOTALL)
_TOKEN = re.compile(r"([RSN])(?:\((.*)\)|=([^<]+))?(?:<(\d+)(?:\.(\d+))?)?", re.DOTALL)


def _element_uses(base: tuple[str, ...], tokens: list[str], lists: dict[str, str]) -> Iterator[ElementUse]:
    if len(tokens) > len(base):
        raise ValueError(f"{len(tokens)} elements where there are only {len(base)}")
    book = dictionary()
    for number, token in zip(base, [*tokens, *["N"] * (len(base) - len(tokens))], strict=True):
        number, _, repeats = number.partition("*")
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError(f"{token!r} is no element")
        usage, inside, codes, longest, decimals = match.groups()
        if number in book.composites:
            names, relations = book.composites[number]
            parts = tuple(_element_uses(names, _tokens(inside or ""), lists))
            if usage != "N" and inside is None:
                parts = tuple(_element_uses(names, ["S"] * len(names), lists))
            yield ElementUse(
                *(number, "composite", 0, 0, usage, frozenset(), -1, int(repeats or 1)),
                parts,
                _live(relations, parts),
            )
            continue
        kind, low, high = book.elements[number]
        listed = lists[codes[1:]] if codes and codes[0] == "@" else codes
        yield ElementUse(
            *(number, kind, low, min(high, int(longest or high)), usage),
            frozenset(listed.replace("_", " ").split("|")) if listed else frozenset(),
            int(decimals) if decimals else -1,
            int(repeats or 1),
        )


def _live(relations: tuple[Relation, ...], elements: tuple[ElementUse, ...]) -> tuple[Relation, ...]:
    """The relations that the guide's own R and N do not settle already."""
    live = []
    for relation in relations:
        usages = [elements[index - 1].usage for index in relation.elements]
        if relation.kind == "P":
            settled = all(usage == "R" for usage in usages) or all(usage == "N" for usage in usages)
        elif relation.kind == "R":
            settled = "R" in usages
        elif relation.kind == "E":
            settled = sum(usage != "N" for usage in usages) < 2
        else:
            settled = usages[0] == "N" or (relation.kind == "L" and "R" in usages[1:])
            settled = settled or (relation.kind == "C" and all(usage == "R" for usage in usages[1:]))
        if not settled:
            live.append(relation)
    return tuple(live)

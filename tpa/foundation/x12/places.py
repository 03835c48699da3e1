"""Where a segment stands: finds, for the segment that comes next, its place in the guide's tree of loops.

Each answer is worked out once and kept as a `Step`; from then on a segment costs one look-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from tpa.foundation.x12.guide import Guide, Loop, Relation, SegmentUse
from tpa.foundation.x12.patterns import left_to_relations, segment_pattern
from tpa.foundation.x12.tokens import Delimiters


@dataclass(eq=False, slots=True)
class Place:
    """A line of the guide at its place, with the loops around it from the outermost in."""

    use: SegmentUse
    loops: tuple[Loop, ...]
    loop: str
    opens_part: bool
    matches: Callable[[str], re.Match[str] | None]
    relations: tuple[Relation, ...]
    relations_from: int
    unit_element: int
    is_hl: bool
    steps: dict[str, Step] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # texts that matched lately: many segments come again and again


@dataclass(eq=False, slots=True)
class Step:
    """From one place to the next.

    leaves      for each loop that ends here, from the innermost: (the loop, mask of what it had to hold)
    due         mask of what the loop we are then in must have held by now
    bit, most   of the child of that loop that is met, and how often it may be
    enters      the loop that begins, if one does
    """

    place: Place
    leaves: tuple[tuple[Loop, int], ...]
    loop: Loop
    due: int
    bit: int
    most: int
    enters: Loop | None


@dataclass(frozen=True, slots=True)
class Stray:
    """Why a segment has no place: an IK304 code, or IK403 7 for the element `qualifier_at` that should tell it."""

    code: str
    note: str
    qualifier_at: int = 0
    skips: frozenset[str] = frozenset()


class Map:
    """The places of one guide as seen with one set of delimiters."""

    def __init__(self, guide: Guide, delimiters: Delimiters) -> None:
        self.guide = guide
        self.delimiters = delimiters
        self.keys = dict(guide.qualifier_at)
        self.composite_keys = frozenset(
            use.id for _, use in guide.uses() if use.qualifier_at and use.elements[use.qualifier_at - 1].parts
        )
        self._places: dict[tuple[int, tuple[Loop, ...]], Place] = {}
        self.start = self._place(guide.root.opener, (guide.root,))

    def key(self, segment: list[str]) -> str:
        """The look-up key of a segment: its id, and its qualifier where the id alone does not tell."""
        index = self.keys.get(segment[0])
        if index is None:
            return segment[0]
        if index >= len(segment):
            return segment[0] + " "
        return f"{segment[0]} {self.qualifier(segment, index)}"

    def qualifier(self, segment: list[str], index: int) -> str:
        value = segment[index] if index < len(segment) else ""
        return value.partition(self.delimiters.component)[0] if segment[0] in self.composite_keys else value

    def step(self, place: Place, segment: list[str]) -> Step | Stray:
        """Where `segment` goes after `place`; remembered when the guide knows its qualifier."""
        index = self.keys.get(segment[0], 0)
        qualifier = self.qualifier(segment, index) if index else ""
        lookalikes: list[Step] = []
        for depth in range(len(place.loops) - 1, -1, -1):
            found = self._candidates(place, depth, segment[0])
            for step in found:
                if not step.place.use.qualifiers or qualifier in step.place.use.qualifiers:
                    place.steps[self.key(segment)] = step
                    return step
            lookalikes += [step for step in found if step.enters is None]
        return self._stray(place, segment, index, qualifier, lookalikes)

    def _stray(
        self, place: Place, segment: list[str], index: int, qualifier: str, lookalikes: list[Step]
    ) -> Step | Stray:
        segment_id = segment[0]
        if len(lookalikes) == 1:
            # Only one line can be meant, so it is: its wrong qualifier will be told as an element in error.
            return lookalikes[0]
        if lookalikes and not any(qualifier in use.qualifiers for _, use in self.guide.uses() if use.id == segment_id):
            return Stray("7", "is no qualifier known here", index)
        if segment_id not in self.guide.segment_ids:
            return Stray("1", "is no segment of this transaction set")
        earlier = any(
            isinstance(child, SegmentUse)
            and child.id == segment_id
            and (not child.qualifiers or qualifier in child.qualifiers)
            for child in place.loops[-1].children
        )
        note = "comes too late in its loop" if earlier else "is not expected here"
        return Stray("2", note, skips=self._inside(segment_id))

    def _inside(self, segment_id: str) -> frozenset[str]:
        """Segments that may follow in loops which `segment_id` opens: with a stray opener they have no place either."""
        return _followers(self.guide, segment_id)

    def _candidates(self, place: Place, depth: int, segment_id: str) -> list[Step]:
        """Every line for that segment id that can be next in the loop at `depth`, or opens a loop in it."""
        loop = place.loops[depth]
        inner = place.loops[depth + 1] if depth + 1 < len(place.loops) else None
        position = inner.position if inner else place.use.position
        leaves = tuple((left, _required(left, left.children)) for left in reversed(place.loops[depth + 1 :]))
        steps = []
        for number, child in enumerate(loop.children):
            opener = child.opener if isinstance(child, Loop) else child
            if opener.id != segment_id or child.position < position:
                continue
            if child is loop.opener:
                continue
            due = _required(loop, [other for other in loop.children if other.position < child.position])
            if isinstance(child, Loop):
                target = self._place(opener, (*place.loops[: depth + 1], child))
                steps.append(Step(target, leaves, loop, due, 1 << number, child.most, child))
            else:
                target = self._place(child, place.loops[: depth + 1])
                steps.append(Step(target, leaves, loop, due, 1 << number, child.most, None))
        return steps

    def _place(self, use: SegmentUse, loops: tuple[Loop, ...]) -> Place:
        known = self._places.get((id(use), loops))
        if known is not None:
            return known
        guide = self.guide
        relations = left_to_relations(use.relations, use.elements)
        names_unit = use.id == guide.unit_segment and (
            not guide.unit_qualifier or guide.unit_qualifier in use.qualifiers
        )
        place = Place(
            use=use,
            loops=loops,
            loop=loops[-1].id,
            opens_part=loops[-1].id in guide.parts and use is loops[-1].opener,
            matches=segment_pattern(use, self.delimiters).fullmatch,
            relations=relations,
            relations_from=min((_first_telling(relation) for relation in relations), default=0),
            unit_element=guide.unit_element if names_unit else 0,
            is_hl=use.id == "HL",
        )
        self._places[id(use), loops] = place
        return place


@lru_cache(maxsize=64)
def map_of(guide: Guide, delimiters: Delimiters) -> Map:
    return Map(guide, delimiters)


def _first_telling(relation: Relation) -> int:
    """The lowest element that must be there before the relation can be broken; 0 when it always can."""
    if relation.kind == "R":
        return 0
    if relation.kind == "E":
        return sorted(relation.elements)[1]
    return min(relation.elements) if relation.kind == "P" else relation.elements[0]


def _required(loop: Loop, children: list[SegmentUse | Loop]) -> int:
    wanted = {id(child) for child in children if child.usage == "R"}
    return sum(1 << number for number, child in enumerate(loop.children) if id(child) in wanted)


@lru_cache(maxsize=256)
def _followers(guide: Guide, segment_id: str) -> frozenset[str]:
    names: set[str] = set()

    def visit(loop: Loop, inside: bool) -> None:
        opener = loop.children[0]
        inside = inside or (isinstance(opener, SegmentUse) and opener.id == segment_id and loop is not guide.root)
        for child in loop.children:
            if isinstance(child, Loop):
                visit(child, inside)
            elif inside:
                names.add(child.id)

    visit(guide.root, False)
    return frozenset(names - {segment_id, "SE"})

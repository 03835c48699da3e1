"""The guides are data: each can be read, hangs together, and its patterns never let through what its rules forbid."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from claims.edi.guides import INBOUND, OUTBOUND
from employers.edi.guides import INBOUND as ENROLLMENT
from tpa.foundation.x12.elements import element_faults
from tpa.foundation.x12.guide import ElementUse, Guide, Loop, SegmentUse, read_guide
from tpa.foundation.x12.guides import INBOUND as PAYMENTS
from tpa.foundation.x12.guides import OUTBOUND as ANSWERS
from tpa.foundation.x12.patterns import left_to_relations, segment_pattern
from tpa.foundation.x12.tokens import Delimiters

FILES = sorted(set((INBOUND | OUTBOUND | ENROLLMENT | PAYMENTS | ANSWERS)._files.values()))
MARKS = Delimiters()


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def guide(request: pytest.FixtureRequest) -> Guide:
    path: Path = request.param
    return read_guide(path)


def test_every_guide_hangs_together(guide: Guide) -> None:
    assert guide.root.opener.id == "ST"
    last = guide.root.children[-1]
    assert isinstance(last, SegmentUse)
    assert last.id == "SE"
    loops = {loop.id for loop, _ in guide.uses()}
    assert guide.parts <= loops
    assert not guide.unit_segment or guide.unit_segment in guide.segment_ids
    _in_order(guide.root)


def _in_order(loop: Loop) -> None:
    positions = [child.position for child in loop.children]
    assert positions == sorted(positions), f"{loop.id} is out of order"
    assert loop.children[0] is loop.opener
    for child in loop.children:
        assert child.usage in "RSN"
        if isinstance(child, Loop):
            _in_order(child)


def test_every_guide_says_which_sets_it_is_for() -> None:
    for shelf, convention, name in (
        (INBOUND, "005010X222A1", "837P"),
        (INBOUND, "005010X223A3", "837I"),
        (INBOUND, "005010X224A2", "837D"),
        (ENROLLMENT, "005010X220A1", "834"),
        (PAYMENTS, "005010X218", "820"),
        (OUTBOUND, "005010X221A1", "835"),
        (ANSWERS, "005010X231A1", "999"),
    ):
        found = shelf.guide(convention)
        assert found is not None
        assert found.name == name
    assert INBOUND.guide("004010X098A1") is None
    assert "005010X222" not in INBOUND


def test_a_mistake_in_a_guide_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("guide X\nset 837 HC\nversions Y\nparts\n0100 ST R1  R R R R R R\n", "utf-8")
    with pytest.raises(ValueError, match="0100 ST"):
        read_guide(path)


VALUES = [
    *("", " ", "1", "A", "ZZ", "20260229", "20240229", "20260831", "20260801-20260802", "1200", "2561", "-5"),
    *("1.5", "1.555", "12345678901", "0.10", ".5", "5.", "X" * 61, "X" * 300, "é", "a\x07b", "HC", "HC:99213"),
    *("ABK:J020", "ABK:J020:D8:20260101", "D8", "RD8", "AB^CD", "11:B:1", "Y", "XX", "1234567893", " lead", "trail "),
]


def test_what_a_pattern_matches_has_no_fault(guide: Guide) -> None:
    """The pattern is the fast way to say yes. It may say no too often; it may never say yes where the rules say no."""
    chance = random.Random(20261124)
    matched = 0
    for use in {id(use): use for _, use in guide.uses()}.values():
        pattern = segment_pattern(use, MARKS)
        relations = left_to_relations(use.relations, use.elements)
        for _ in range(300):
            segment = [use.id, *(_value(element, chance) for element in use.elements)]
            while len(segment) > 1 and (not segment[-1] or chance.random() < 0.1):
                segment.pop()
            if pattern.fullmatch("*".join(segment)) is None:
                continue
            faults = [
                fault for fault in element_faults(use, segment, MARKS) if not (relations and fault.code in "2 10")
            ]
            assert not faults, segment
            matched += 1
    assert matched > 500, "the patterns match next to nothing: everything would go the slow way"


def _value(element: ElementUse, chance: random.Random) -> str:
    if element.usage == "N":
        return chance.choice(VALUES) if chance.random() < 0.02 else ""
    if element.usage == "S" and chance.random() < 0.4:
        return ""
    if chance.random() < 0.06:
        return chance.choice(VALUES)
    if element.parts:
        parts = [_value(part, chance) for part in element.parts]
        while parts and not parts[-1]:
            parts.pop()
        return ":".join(parts)
    if element.codes:
        return chance.choice(sorted(element.codes))
    samples = {"DT": "20260115", "TM": "1230", "R": "12.5", "N0": "7", "N2": "700"}
    if element.number == "1251":
        return chance.choice(["20260115", "20260115-20260116", "202601151230", "1230"])
    return samples.get(element.kind, "A7" * 40)[: max(element.shortest, min(element.longest, 5), 1)] or "A"

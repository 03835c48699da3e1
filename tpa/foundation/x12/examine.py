"""Examines what an interchange holds: each set against its guide, and what TA1 and 999 have to say about it all.

The policy (docs/edi/x12.md): a fault of the interchange refuses all of it, a fault of a group's envelope the group, a
fault of syntax the set. What is refused is not loaded, not even in part; what stands beside it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tpa.foundation.x12.check import Part, Rules, SetCheck, SetVerdict
from tpa.foundation.x12.envelope_model import Group, Interchange, SetRef
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.guide import Guide
from tpa.foundation.x12.shelf import Shelf
from tpa.foundation.x12.tokens import read_set

RulesFor = Callable[[Guide], Rules | None]


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """What AK2 to IK5 say of one set. `verdict` is None when the set was not looked into."""

    identifier: str
    control_number: str
    convention: str  # ST03 as sent, "" when it was not
    codes: tuple[str, ...]
    findings: tuple[Finding, ...]
    verdict: SetVerdict | None = None

    @property
    def accepted(self) -> bool:
        return not self.codes


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What AK1 and AK9 say of one group. With codes of its own (AK905) nothing of it is accepted."""

    functional_id: str
    control_number: str
    version: str
    declared_count: int
    received_count: int
    codes: tuple[str, ...]
    sets: tuple[SetAnswer, ...]  # empty when the group's kind or version is not ours: they were not looked into

    @property
    def accepted_count(self) -> int:
        return 0 if self.codes else sum(answer.accepted for answer in self.sets)

    @property
    def status(self) -> str:
        """AK901: A all, P some, R none accepted."""
        if self.accepted_count == 0:
            return "R"
        return "A" if self.accepted_count == self.received_count else "P"


def interchange_code(interchange: Interchange) -> str:
    """TA105: "000" for an interchange in order, else the first fault, which refuses it."""
    return interchange.findings[0].code if interchange.findings else "000"


def group_codes(group: Group, shelf: Shelf) -> tuple[str, ...]:
    """AK905 to AK909 of a group's own envelope: its kind, its version, its trailer."""
    codes = [finding.code for finding in group.findings]
    if not shelf.knows_kind(group.functional_id):
        codes.insert(0, "1")
    elif group.version not in shelf:
        codes.insert(0, "2")
    return tuple(dict.fromkeys(codes))[:5]


def guide_of(reference: SetRef, shelf: Shelf) -> tuple[Guide | None, str]:
    """The guide a set is checked against (its group's), or None and the IK502 code why not.

    ST03 repeats GS08. Of a guide with errata some senders name the errata only in one of the two: "005010X224" in a
    group of "005010X224A2" is taken; another guide is not.
    """
    guide = shelf.guide(reference.group.version)
    if guide is None or guide.functional_id != reference.group.functional_id:
        return None, "1"
    if reference.identifier != guide.identifier:
        return None, "1" if len(reference.identifier) == 3 else "6"
    named = reference.st[3] if len(reference.st) > 3 else ""
    if named and _without_errata(named) != _without_errata(reference.group.version):
        return None, "I6"
    return guide, ""


def examine_set(
    stream: BinaryIO, reference: SetRef, shelf: Shelf, *, rules_for: RulesFor | None = None
) -> Iterator[Part | SetAnswer]:
    """The parts of one set as they are checked (to be loaded or not), and last the answer to the whole."""
    envelope = [finding.code for finding in reference.findings]
    guide, code = guide_of(reference, shelf)
    named = reference.st[3] if len(reference.st) > 3 else ""
    place = (reference.identifier, reference.control_number, named)
    if guide is None:
        yield SetAnswer(*place, tuple(dict.fromkeys([code, *envelope])), ())
        return
    check = SetCheck(guide, reference.delimiters, rules=rules_for(guide) if rules_for else None)
    yield from check.parts(read_set(stream, reference.offset, reference.length, reference.delimiters))
    verdict = check.verdict()
    codes = tuple(dict.fromkeys([*envelope, *verdict.codes]))[:5]
    yield SetAnswer(*place, codes, verdict.findings, verdict)


def answer_set(stream: BinaryIO, reference: SetRef, shelf: Shelf, *, rules_for: RulesFor | None = None) -> SetAnswer:
    """The answer to one set, its parts let go."""
    last = deque(examine_set(stream, reference, shelf, rules_for=rules_for), maxlen=1).pop()
    assert isinstance(last, SetAnswer)
    return last


def answer_group(group: Group, sets: tuple[SetAnswer, ...], shelf: Shelf) -> GroupAnswer:
    """Puts the answers to a group's sets together. Of a refused group only the sets with faults are told."""
    codes = group_codes(group, shelf)
    declared = group.ge[1] if len(group.ge) > 1 else ""
    return GroupAnswer(
        functional_id=group.functional_id,
        control_number=group.control_number,
        version=group.version,
        declared_count=int(declared) if declared.isascii() and declared.isdecimal() else len(group.sets),
        received_count=len(group.sets),
        codes=codes,
        sets=sets,
    )


def answer_interchange(
    stream: BinaryIO, interchange: Interchange, shelf: Shelf, *, rules_for: RulesFor | None = None
) -> list[GroupAnswer]:
    """Answers to all groups of an interchange, examined here and now; empty when the interchange itself is refused."""
    if interchange.findings:
        return []
    answers = []
    for group in interchange.groups:
        sets: tuple[SetAnswer, ...] = ()
        if not {"1", "2"} & set(group_codes(group, shelf)):
            sets = tuple(answer_set(stream, reference, shelf, rules_for=rules_for) for reference in group.sets)
        answers.append(answer_group(group, sets, shelf))
    return answers


def _without_errata(convention: str) -> str:
    """ "005010X222A1" → "005010X222"."""
    head, mark, tail = convention.rpartition("A")
    return head if mark and tail.isdecimal() and "X" in head else convention

"""What the envelopes of a file are made of: interchanges, groups, transaction sets and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tpa.foundation.x12.tokens import Delimiters


@dataclass(frozen=True, slots=True)
class EnvelopeFinding:
    """A fault of an envelope. `level` says which answer carries `code`:

    file         no interchange can be made out here, so nobody can be answered (code is a word)
    interchange  TA105
    group        AK905
    set          IK502
    """

    level: str
    code: str
    segment: str
    offset: int
    note: str


@dataclass(slots=True, eq=False)
class SetRef:
    """One ST…SE by its place in the file. `findings` are IK502 faults of its envelope."""

    group: Group
    ordinal: int
    offset: int
    length: int
    st: tuple[str, ...]
    se: tuple[str, ...] = ()
    findings: list[EnvelopeFinding] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        """ST01: "837", "834", …"""
        return element_of(self.st, 1)

    @property
    def control_number(self) -> str:
        return element_of(self.st, 2)

    @property
    def convention(self) -> str:
        """The implementation guide: ST03, or the group's GS08 where ST03 is absent (835)."""
        return element_of(self.st, 3) or self.group.version

    @property
    def delimiters(self) -> Delimiters:
        return self.group.interchange.delimiters


@dataclass(slots=True, eq=False)
class Group:
    """One GS…GE. `gs` and `ge` are whole segments, index 0 the id."""

    interchange: Interchange
    ordinal: int
    offset: int
    gs: tuple[str, ...]
    ge: tuple[str, ...] = ()
    sets: list[SetRef] = field(default_factory=list)
    findings: list[EnvelopeFinding] = field(default_factory=list)

    @property
    def functional_id(self) -> str:
        return element_of(self.gs, 1)

    @property
    def control_number(self) -> str:
        return element_of(self.gs, 6)

    @property
    def version(self) -> str:
        return element_of(self.gs, 8)


@dataclass(slots=True, eq=False)
class Interchange:
    """One ISA…IEA. Any finding of its own means TA1 R: nothing of it may be used, whatever its groups say."""

    ordinal: int
    offset: int
    isa: tuple[str, ...]
    delimiters: Delimiters
    length: int = 0
    iea: tuple[str, ...] = ()
    groups: list[Group] = field(default_factory=list)
    acknowledgments: list[tuple[str, ...]] = field(default_factory=list)  # TA1 segments it carries
    findings: list[EnvelopeFinding] = field(default_factory=list)

    @property
    def control_number(self) -> str:
        return self.isa[13]

    @property
    def sender(self) -> tuple[str, str]:
        """Qualifier and id (ISA05, ISA06), the id without its padding."""
        return self.isa[5], self.isa[6].strip()

    @property
    def receiver(self) -> tuple[str, str]:
        return self.isa[7], self.isa[8].strip()

    @property
    def wants_ta1(self) -> bool:
        return self.isa[14] == "1"

    @property
    def is_test(self) -> bool:
        return self.isa[15] == "T"


def element_of(segment: tuple[str, ...], index: int) -> str:
    """Element `index` of a segment that may be too short to have it."""
    return segment[index] if index < len(segment) else ""

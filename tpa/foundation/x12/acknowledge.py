"""Writes our answers to what we receive: the TA1 of an interchange and the 999 (005010X231A1) of its groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from tpa.foundation.x12.clock import reads_as
from tpa.foundation.x12.envelope_model import Interchange
from tpa.foundation.x12.envelope_rules import QUALIFIERS
from tpa.foundation.x12.examine import GroupAnswer, SetAnswer, interchange_code
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import STANDARD, Out, OutGroup, OutSet, Parties, clean_text, write_interchange

CONVENTION = "005010X231A1"
# The set that each kind of group carries: what AK201 says of an ST01 that is none (the 999 knows no others).
_KINDS = {
    "BE": "834",
    "HB": "271",
    "HC": "837",
    "HI": "278",
    "HN": "277",
    "HP": "835",
    "HR": "276",
    "HS": "270",
    "RA": "820",
}
_LOOP_LENGTH = 4  # IK303: 2010AA is told as 2010
_UNIT_LENGTH = 35
_COPY_LENGTH = 99


def parties_of(interchange: Interchange) -> Parties:
    """The parties of a received interchange, turned round: we answer as the one it was sent to.

    What is not fit to stand in an ISA is made so, lest a TA1 be refused for the fault it reports.
    """
    group = interchange.groups[0].gs if interchange.groups else ()
    codes = [_code(group[index] if index < len(group) else "") for index in (3, 2)]
    return Parties(_party(interchange.receiver), _party(interchange.sender), codes[0], codes[1])


def write_ta1(
    out: Out,
    interchange: Interchange,
    *,
    control_number: int,
    at: datetime,
    usage: str = "",
    code: str = "",
    delimiters: Delimiters = STANDARD,
) -> None:
    """Write the TA1 of one received interchange, in an interchange of its own, no group in it.

    `code` is for what only we know, such as "025" for a control number sent before; by default the first fault found.
    """
    ta105 = code or interchange_code(interchange)
    date, time = interchange.isa[9], interchange.isa[10]
    segment = [
        "TA1",
        _digits(interchange.control_number, 9),
        date if reads_as(date, "%y%m%d") else f"{at:%y%m%d}",
        time if reads_as(time, "%H%M") else f"{at:%H%M}",
        "A" if ta105 == "000" else "R",
        ta105,
    ]
    write_interchange(
        out,
        parties=parties_of(interchange),
        control_number=control_number,
        at=at,
        before_groups=[segment],
        usage=usage or ("T" if interchange.is_test else "P"),
        delimiters=delimiters,
    )


def write_999(
    out: Out,
    interchange: Interchange,
    answers: Iterable[GroupAnswer],
    *,
    control_number: int,
    group_number: int,
    at: datetime,
    usage: str = "",
    delimiters: Delimiters = STANDARD,
) -> None:
    """Write the 999s of one received interchange: one set for each of its groups, all in one group of ours."""
    sets = (
        OutSet("999", f"{number:04}", CONVENTION, acknowledgment(answer, delimiters))
        for number, answer in enumerate(answers, start=1)
    )
    write_interchange(
        out,
        parties=parties_of(interchange),
        control_number=control_number,
        at=at,
        groups=[OutGroup("FA", group_number, CONVENTION, sets)],
        usage=usage or ("T" if interchange.is_test else "P"),
        delimiters=delimiters,
    )


def acknowledgment(answer: GroupAnswer, delimiters: Delimiters = STANDARD) -> Iterator[list[str]]:
    """The segments of one 999, AK1 to AK9 (ST and SE are the envelope's)."""

    def clean(text: str, longest: int) -> str:
        return clean_text(text, delimiters)[:longest].strip()

    control_number = _digits(answer.control_number, 9).lstrip("0") or "0"
    if answer.control_number.isascii() and answer.control_number.isdecimal() and len(answer.control_number) <= 9:
        control_number = answer.control_number
    yield ["AK1", clean(answer.functional_id, 2), control_number, clean(answer.version, 12)]
    for one in answer.sets:
        # A good set in a refused group is not accepted either: its AK9 says all there is to say.
        if answer.codes and one.accepted:
            continue
        # AK202 has at least four characters, even when it answers an ST02 that is too short.
        number = clean(one.control_number, 9).rjust(4, "0")
        identifier = one.identifier if one.identifier in _KINDS.values() else _KINDS.get(answer.functional_id, "")
        yield ["AK2", identifier or clean(one.identifier, 3), number, clean(one.convention, 35)]
        yield from _errors(one, delimiters)
        yield ["IK5", "A" if one.accepted else "R", *one.codes]
    counts = (min(answer.declared_count, 999999), answer.received_count, answer.accepted_count)
    yield ["AK9", answer.status, *map(str, counts), *answer.codes]


def _errors(answer: SetAnswer, delimiters: Delimiters) -> Iterator[list[str]]:
    """IK3, CTX and IK4 of a set, in the order of its segments."""
    ordered = sorted(answer.findings, key=lambda finding: (finding.ordinal, finding.level == "element"))
    for (level, ordinal), group in groupby(ordered, key=lambda finding: (finding.level, finding.ordinal)):
        findings = list(group)
        if level == "element":
            yield from _segment_in_error(findings[0], ordinal, "8", delimiters)
            for finding in findings:
                yield from _element_in_error(finding, delimiters)
        else:
            for finding in findings:
                yield from _segment_in_error(finding, ordinal, finding.code, delimiters)


def _segment_in_error(finding: Finding, ordinal: int, code: str, delimiters: Delimiters) -> Iterator[list[str]]:
    yield ["IK3", _segment_id(finding.segment), str(ordinal), finding.loop[:_LOOP_LENGTH], code]
    unit, value = finding.unit
    value = clean_text(value, delimiters)[:_UNIT_LENGTH].strip()
    if unit and value:
        yield ["CTX", f"{unit}{delimiters.component}{value}"]


def _element_in_error(finding: Finding, delimiters: Delimiters) -> Iterator[list[str]]:
    position = [str(finding.element), str(finding.component or ""), str(finding.repeat or "")]
    place = delimiters.component.join(position).rstrip(delimiters.component)
    copy = _copy(finding.value, delimiters) if finding.code != "6" else ""
    yield ["IK4", place, finding.number, finding.code, copy]
    if finding.trigger:
        where = (_segment_id(finding.segment), str(finding.ordinal), finding.loop[:_LOOP_LENGTH])
        yield ["CTX", "SITUATIONAL TRIGGER", *where, str(finding.trigger)]


def _copy(value: str, delimiters: Delimiters) -> str:
    """IK404: what was sent, exactly or not at all (what holds one of our delimiters cannot be copied)."""
    copy = value[:_COPY_LENGTH].rstrip(" ")
    return copy if copy.isprintable() and clean_text(copy, delimiters) == copy.strip() else ""


def _segment_id(segment_id: str) -> str:
    """IK301 takes two or three letters and digits; what is no segment id at all is told as ZZ."""
    known = "".join(mark for mark in segment_id.upper() if mark.isascii() and mark.isalnum())[:3]
    return known if len(known) > 1 else "ZZ"


def _digits(text: str, length: int) -> str:
    digits = "".join(mark for mark in text if mark in "0123456789")
    return digits[-length:].zfill(length)


def _party(party: tuple[str, str]) -> tuple[str, str]:
    qualifier, number = (clean_text(_ascii(text))[:15] for text in party)
    return qualifier if qualifier in QUALIFIERS else "ZZ", number or "UNKNOWN"


def _code(text: str) -> str:
    """An application's code for GS02 or GS03, "" when it is not fit for one (the ISA's id is taken then)."""
    return text if 2 <= len(text) <= 15 and clean_text(_ascii(text)) == text else ""


def _ascii(text: str) -> str:
    """An ISA is 106 bytes: nothing that UTF-8 writes with more than one."""
    return text.encode("ascii", "ignore").decode()

"""Reads an 834 (005010X220A1): what an employer tells of its people, one record a member loop (2000)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import msgspec

from employers.edi.x834_standing import DATES, medicare_of, standing_of
from employers.facts import CoverageRecord, MemberRecord, OtherCoverageRecord, RecordFault
from tpa.foundation.values.identifiers import digits_of, is_ssn

_DAY: Final = timedelta(days=1)
_ACTIONS: Final = {"021": "set", "001": "set", "030": "set", "024": "end", "025": "reinstate"}
_SPOUSES: Final = frozenset({"01", "53"})
_CHILDREN: Final = frozenset({"19", "17", "09", "10", "15"})
_TIERS: Final = {
    "EMP": "EE", "IND": "EE", "ESP": "ES", "TWO": "ES", "ECH": "EC", "E1D": "EC", "E2D": "EC", "E3D": "EC",
    "E5D": "FAM", "E6D": "FAM", "E7D": "FAM", "E8D": "FAM", "E9D": "FAM", "FAM": "FAM",
}  # fmt: skip
# Disability and long-term care are no health coverage: other people administer them, in the same files.
_OTHER_LINES: Final = frozenset({"LTC", "LTD", "STD"})
# Why something ends or changes (INS04), in our words.
_REASONS: Final = {
    "01": "divorce", "02": "birth", "03": "death", "04": "retirement", "05": "adoption", "06": "strike",
    "07": "end of benefits", "08": "end of employment", "09": "COBRA", "10": "COBRA premium paid", "11": "surgery",
    "14": "voluntary withdrawal", "16": "quit", "17": "disability", "20": "active", "22": "plan change",
    "25": "change of data", "26": "declined coverage", "28": "first enrolment", "32": "marriage", "33": "job change",
    "38": "leave of absence", "43": "change of location", "EC": "other benefit", "XT": "transfer",
}  # fmt: skip
_OTHER_PAYERS: Final = frozenset({"36", "GW", "IN"})


class EnrolmentHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends, about whom, and whether the set holds everybody (`is_full`) or changes only."""

    reference: str = ""
    written_on: date | None = None
    is_full: bool = False
    policy_number: str = ""
    sponsor_name: str = ""
    sponsor_number: str = ""
    group_number: str = ""  # of the first member, where the header names no policy


@dataclass(slots=True)
class _Coverage:
    hd: list[str]
    starts_on: date | None = None
    ends_on: date | None = None
    effective_on: date | None = None
    others: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class _Member:
    ins: list[str]
    fields: dict[str, object] = field(default_factory=dict)
    coverages: list[_Coverage] = field(default_factory=list)
    faults: list[RecordFault] = field(default_factory=list)
    effective_on: date | None = None
    supplemental: str = ""
    speaks_of: str = ""  # the entity of the last NM1: only IL and 74 are the member
    dates: dict[str, date] = field(default_factory=dict)  # by DTP01: those that employment and Medicare go by
    medicare_number: str = ""
    after_coverage: bool = False  # inside LS…LE or a provider loop, where names are not ours


def read_enrolment(segments: Iterable[list[str]]) -> tuple[EnrolmentHeader, Iterator[MemberRecord]]:
    """The header of a set, and its records as they are read. Never raises on content: faults stand in the records.

    Last days (349, 357) are counted in an 834; in the records `ends_on` is the first day after.
    """
    rest = iter(segments)
    heads: list[list[str]] = []
    first: list[str] | None = None
    for segment in rest:
        if segment[0] == "INS":
            first = segment
            break
        heads.append(segment)
    written_on = next((_day(_of(segment, 3)) for segment in heads if segment[0] == "BGN"), None)
    records = _records(first, rest, written_on)
    opening = next(records, None)
    header = _header(heads, opening.group_number if opening else "")
    return header, _chain(opening, records)


def _chain(opening: MemberRecord | None, records: Iterator[MemberRecord]) -> Iterator[MemberRecord]:
    if opening is not None:
        yield opening
        yield from records


def _header(segments: list[list[str]], group_number: str) -> EnrolmentHeader:
    header = EnrolmentHeader(group_number=group_number)
    found: dict[str, object] = {}
    for segment in segments:
        name = segment[0]
        if name == "BGN":
            found["reference"] = _of(segment, 2)
            found["written_on"] = _day(_of(segment, 3))
            found["is_full"] = _of(segment, 8) in ("4", "RX")
        elif name == "REF" and _of(segment, 1) == "38":
            found["policy_number"] = _of(segment, 2)
        elif name == "N1" and _of(segment, 1) == "P5":
            found["sponsor_name"] = _of(segment, 2)
            found["sponsor_number"] = digits_of(_of(segment, 4)) if _of(segment, 3) == "FI" else _of(segment, 4)
    return msgspec.structs.replace(header, **found)


def _records(first: list[str] | None, rest: Iterator[list[str]], written_on: date | None) -> Iterator[MemberRecord]:
    if first is None:
        return
    number = 1
    member = _Member(first)
    subscriber_number = ""
    for segment in rest:
        if segment[0] == "INS":
            record = _record(number, member, subscriber_number, written_on)
            yield record
            number += 1
            if record.relationship == "18":
                subscriber_number = record.subscriber_number
            member = _Member(segment)
        elif segment[0] == "SE":
            break
        else:
            _take(member, segment)
    yield _record(number, member, subscriber_number, written_on)


def _take(member: _Member, segment: list[str]) -> None:
    name = segment[0]
    if name == "HD":
        member.coverages.append(_Coverage(segment))
        member.after_coverage = False
    elif name in ("LS", "LX"):
        member.after_coverage = True
    elif name == "LE":
        member.after_coverage = False
    elif member.after_coverage:
        return
    elif member.coverages:
        _take_of_coverage(member, member.coverages[-1], segment)
    else:
        _take_of_member(member, segment)


def _take_of_member(member: _Member, segment: list[str]) -> None:
    name, code, fields = segment[0], _of(segment, 1), member.fields
    if name == "REF":
        _take_reference(member, code, _of(segment, 2))
    elif name == "DTP":
        _take_date(member, code, _of(segment, 3))
    elif name == "NM1":
        member.speaks_of = code
        if code in ("IL", "74"):
            fields |= {"last_name": _of(segment, 3), "first_name": _of(segment, 4), "middle_name": _of(segment, 5)}
            number = _of(segment, 9)
            if _of(segment, 8) == "34":
                fields["ssn"] = digits_of(number) if is_ssn(digits_of(number)) else ""
            else:
                fields["own_number"] = number
    elif member.speaks_of not in ("IL", "74"):
        return
    elif name == "N3":
        fields["address_line"] = " ".join(filter(None, (code, _of(segment, 2))))
    elif name == "N4":
        fields |= {"city": code, "state": _of(segment, 2)[:2], "postal_code": _of(segment, 3)}
    elif name == "PER":
        for index in (3, 5, 7):
            if _of(segment, index) == "EM":
                fields["email"] = _of(segment, index + 1)
    elif name == "DMG":
        fields["birth_on"] = _date(member, _of(segment, 2), "DMG02")
        fields["sex"] = _of(segment, 3) if _of(segment, 3) in ("F", "M") else "U"


def _take_reference(member: _Member, code: str, value: str) -> None:
    if code == "0F":
        member.fields["subscriber_number"] = value
    elif code == "1L":
        member.fields["group_number"] = value
    elif code == "23":
        member.supplemental = value
    elif code == "DX":
        member.fields["division"] = value
    elif code == "F6":
        member.medicare_number = value


def _take_date(member: _Member, code: str, value: str) -> None:
    if code == "356":
        member.fields["starts_on"] = _date(member, value, "DTP03")
    elif code == "357":
        member.fields["ends_on"] = _after(_date(member, value, "DTP03"))
    elif code == "303":
        member.effective_on = _date(member, value, "DTP03")
    elif code == "336":
        member.fields["hired_on"] = _date(member, value, "DTP03")
    if code in DATES and (day := _day(value)) is not None:
        member.dates[code] = day


def _take_of_coverage(member: _Member, coverage: _Coverage, segment: list[str]) -> None:
    name, code = segment[0], _of(segment, 1)
    if name == "DTP" and not coverage.others:
        value = _of(segment, 3)
        first, _, last = value.partition("-") if _of(segment, 2) == "RD8" else (value, "", "")
        if code == "348":
            coverage.starts_on = _date(member, first, "DTP03")
        elif code == "349":
            coverage.ends_on = _after(_date(member, last or first, "DTP03"))
        elif code == "303":
            coverage.effective_on = _date(member, first, "DTP03")
    elif name == "COB" and _of(segment, 3) != "6":
        order = {"P": True, "S": False, "T": False}.get(code)
        coverage.others.append({"pays_first": order, "policy_number": _of(segment, 2)})
    elif name == "DTP" and coverage.others:
        if code == "344":
            coverage.others[-1]["starts_on"] = _date(member, _of(segment, 3), "DTP03")
        elif code == "345":
            coverage.others[-1]["ends_on"] = _after(_date(member, _of(segment, 3), "DTP03"))
    elif name == "NM1" and coverage.others and code in _OTHER_PAYERS:
        coverage.others[-1] |= {"payer_name": _of(segment, 3), "payer_number": _of(segment, 9)}


def _record(number: int, member: _Member, subscriber_number: str, written_on: date | None) -> MemberRecord:
    relationship = _relationship(_of(member.ins, 1), _of(member.ins, 2))
    fields = dict(member.fields)
    own = fields.pop("own_number", "") or member.supplemental
    if not fields.get("subscriber_number"):
        member.faults.append(RecordFault("REF*0F", "subscriber.missing"))
    action = _ACTIONS.get(_of(member.ins, 3), "")
    if not action:
        member.faults.append(RecordFault("INS03", "action.unknown"))
    fields.setdefault("starts_on", member.effective_on)
    if action == "end":
        fields.setdefault("ends_on", member.effective_on)
    return MemberRecord(
        **{"subscriber_number": ""} | fields,  # type: ignore[arg-type]
        row_number=number,
        action=action or "set",
        relationship=relationship,
        own_number=str(own) if relationship != "18" else "",
        listed_under=subscriber_number if relationship != "18" else "",
        is_disabled={"Y": True, "N": False}.get(_of(member.ins, 10)),
        because=_REASONS.get(_of(member.ins, 4), ""),
        coverages=tuple(
            _coverage(coverage) for coverage in member.coverages if _of(coverage.hd, 3) not in _OTHER_LINES
        ),
        standing=standing_of(member.ins, member.dates, written_on),
        medicare=medicare_of(member.ins, member.dates, member.medicare_number, written_on),
        faults=tuple(member.faults),
    )


def _coverage(coverage: _Coverage) -> CoverageRecord:
    starts_on = coverage.starts_on or coverage.effective_on
    ends_on = coverage.ends_on
    action = "end" if _of(coverage.hd, 1) in ("002", "024") else "set"
    if _of(coverage.hd, 1) == "002":
        ends_on = ends_on or starts_on  # deleted: it never was
    elif action == "end" and ends_on is None:
        ends_on = coverage.effective_on
    return CoverageRecord(
        plan_codes=(_of(coverage.hd, 4), _of(coverage.hd, 3)),
        action=action,
        tier=_TIERS.get(_of(coverage.hd, 5), ""),
        starts_on=starts_on,
        ends_on=ends_on,
        other=tuple(_other(found) for found in coverage.others),
    )


def _other(found: dict[str, object]) -> OtherCoverageRecord:
    name = str(found.get("payer_name") or "another payer")
    return OtherCoverageRecord(
        **found | {"payer_name": name},  # type: ignore[arg-type]
        kind="medicare" if "MEDICARE" in name.upper() else "group",
        because="as the employer's file says",
    )


def _relationship(is_subscriber: str, code: str) -> str:
    if is_subscriber == "Y" or code == "18":
        return "18"
    if code in _SPOUSES:
        return "01"
    return "19" if code in _CHILDREN else "G8"


def _date(member: _Member, text: str, place: str) -> date | None:
    day = _day(text)
    if text and day is None:
        member.faults.append(RecordFault(place, "date.wrong"))
    return day


def _day(text: str) -> date | None:
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _after(last: date | None) -> date | None:
    return None if last is None or last == date.max else last + _DAY


def _of(segment: list[str], index: int) -> str:
    return segment[index].strip() if index < len(segment) else ""

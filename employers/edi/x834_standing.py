"""What an 834 says of employment and Medicare (INS05, INS06, INS08 and their dates): who pays first stands on it.

X12 elements 1216, 1218, 1701 and 584 as 005010X220A1 takes them; current employment status by 42 CFR 411.104.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from employers.facts import MedicareRecord, StandingRecord

ACTIVE, RETIRED, LAID_OFF, CONTINUATION = "active", "retired", "laid_off", "continuation"
MEDICARE_TOLD: Final = "as the employer's file says (INS06)"
"""How the reason of a Medicare coverage ends that a file told: a later file may take it back."""

# Benefits by a right to continue, or of somebody who survives the employee, are no benefits of employment, whatever
# INS08 says; TEFRA is the law by which those who work past 65 keep their plan first.
_BENEFITS: Final = {"C": CONTINUATION, "S": RETIRED}
# On leave and on active military duty employment rights are retained: 42 CFR 411.104(a)(2).
_EMPLOYMENT: Final = {
    **dict.fromkeys(("AC", "FT", "PT", "L1", "AO", "AU"), ACTIVE),
    "RT": RETIRED,
    "TE": LAID_OFF,
}
_PARTS: Final = {"A": "Medicare Part A", "B": "Medicare Part B", "C": "Medicare Parts A and B", "D": "Medicare"}
_NO_MEDICARE: Final = "E"
_REASONS: Final = {"0": "age", "1": "disability", "2": "esrd"}

RETIREMENT, EFFECTIVE, EMPLOYMENT_END, REHIRE = "286", "303", "337", "394"
MEDICARE_BEGIN, MEDICARE_END, COBRA_BEGIN = "338", "339", "340"
DATES: Final = frozenset({RETIREMENT, EFFECTIVE, EMPLOYMENT_END, REHIRE, MEDICARE_BEGIN, MEDICARE_END, COBRA_BEGIN})
"""The dates of a member (DTP01) that are read here."""


def standing_of(ins: Sequence[str], dates: Mapping[str, date], told_on: date | None) -> StandingRecord | None:
    """How the subscriber stands with the employer; None where the segment does not say, or is a dependent's."""
    if not (_of(ins, 1) == "Y" or _of(ins, 2) == "18"):
        return None
    benefits, employment = _of(ins, 5), _of(ins, 8)
    standing = _BENEFITS.get(benefits) or _EMPLOYMENT.get(employment) or (ACTIVE if benefits == "T" else "")
    if not standing:
        return None
    left_on = _after(dates.get(EMPLOYMENT_END))
    exact = {
        ACTIVE: dates.get(REHIRE),
        RETIRED: dates.get(RETIREMENT) or left_on,
        LAID_OFF: left_on,
        CONTINUATION: dates.get(COBRA_BEGIN) or left_on,
    }
    because = " ".join(f"{place} {value}" for place, value in (("INS05", benefits), ("INS08", employment)) if value)
    return StandingRecord(
        standing=standing,
        starts_on=exact[standing] or dates.get(EFFECTIVE),
        told_on=told_on,
        because=f"as the employer's file says ({because})",
    )


def medicare_of(
    ins: Sequence[str], dates: Mapping[str, date], number: str, told_on: date | None
) -> MedicareRecord | None:
    """Whether the member has Medicare, since when and by what; None where the segment does not say.

    The codes of INS06 have one character each, so that they are read whatever parts them.
    """
    status = _of(ins, 6)
    if status[:1] == _NO_MEDICARE:
        return MedicareRecord(is_entitled=False, starts_on=dates.get(EFFECTIVE), told_on=told_on)
    part = _PARTS.get(status[:1])
    if part is None:
        return None
    return MedicareRecord(
        is_entitled=True,
        entitled_by=_REASONS.get(status[2:3], ""),
        policy_number=number,
        starts_on=dates.get(MEDICARE_BEGIN),
        ends_on=_after(dates.get(MEDICARE_END)),
        told_on=told_on,
        because=f"{part}, {MEDICARE_TOLD}",
    )


def _after(last: date | None) -> date | None:
    return None if last is None or last == date.max else last + timedelta(days=1)


def _of(segment: Sequence[str], index: int) -> str:
    return segment[index].strip() if index < len(segment) else ""

"""Takes over what an employer tells of a subscriber's employment and of a member's Medicare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import reduce

from employers.coordination.medicare import AGE, is_of_age
from employers.edi.x834_standing import ACTIVE, MEDICARE_TOLD
from employers.eligibility.other_coverage_row import row_of
from employers.eligibility.roster import Person
from employers.eligibility.timeline import FOREVER, SELF, Span, at, cut, lay
from employers.facts import MedicareRecord, MemberRecord, OrderFacts, OtherCoverageRecord
from employers.models import OtherCoverage
from tpa.foundation.parameters import LegalValue


def take_standing(record: MemberRecord, person: Person, today: date) -> None:
    """From its day on the subscriber stands as told, whatever was told of later days before.

    Who repeats what is believed today says nothing new of the days since; only days before them are filled. Nothing
    recorded means in employment, so that this alone makes no row.
    """
    told = record.standing
    if told is None or person.row.relationship != SELF:
        return
    start = told.starts_on or _first_day(record, person) or told.told_on or today
    line = person.employment
    known = at(line, max(start, today)) or at(line, start)
    span = Span(start, FOREVER, told.standing)
    if known is None and told.standing == ACTIVE:
        return
    if known is not None and known.tier == told.standing:
        person.employment = reduce(lay, line, [span]) if told.starts_on else line
    else:
        person.employment = lay(cut(line, start), span)
    person.employment_because = told.because


def take_medicare(
    record: MemberRecord, person: Person, today: date, ages: Callable[[], Sequence[LegalValue]]
) -> Iterator[str]:
    """Medicare as told from its first day; what an earlier file told is superseded, what a person recorded stays.

    Yields the codes of what somebody must look at. `ages` gives the values of `medicare.age`: who has reached it is
    entitled by it, if no other reason is told.
    """
    told = record.medicare
    if told is None:
        return
    start = told.starts_on or _first_day(record, person) or told.told_on or today
    held = [one for one in _standing(person) if one.kind == OtherCoverage.Kind.MEDICARE and _reaches(one, start)]
    ours = [one for one in held if not one.because.endswith(MEDICARE_TOLD)]
    if ours:
        if not told.is_entitled or any(
            one.pays_first is None and told.entitled_by not in ("", one.entitled_by) for one in ours
        ):
            yield "medicare.differs"
        return
    if not told.is_entitled:
        for row in held:
            person.end_other(row, start)
        return
    entitled_by = told.entitled_by or (held[-1].entitled_by if held else "") or _by_age(person, start, ages)
    row = _row(told, held[-1] if held else None, entitled_by, start)
    if held and _is_same(row, held[-1]):
        return
    if not entitled_by:
        yield "medicare.reason_unknown"
    if entitled_by == "esrd" and told.starts_on is None:
        yield "medicare.begin_unknown"
    for one in held:
        person.end_other(one, row.period.lower)
    person.new_others.append(row)


def _row(told: MedicareRecord, before: OtherCoverage | None, entitled_by: str, start: date) -> OtherCoverage:
    """What is told, and of what is not said what the file before said."""
    starts_on = told.starts_on
    if starts_on is None and before is not None and before.entitled_by == entitled_by:
        starts_on = before.period.lower
    record = OtherCoverageRecord(
        kind="medicare",
        payer_name="Medicare",
        pays_first=None,
        policy_number=told.policy_number or (before.policy_number if before else ""),
        because=told.because,
        starts_on=starts_on or start,
        ends_on=told.ends_on or (before.period.upper if before else None),
        order=OrderFacts(entitled_by=entitled_by, esrd_on=told.starts_on if entitled_by == "esrd" else None),
    )
    return row_of(record, start)


def _standing(person: Person) -> list[OtherCoverage]:
    ended = set(person.ended_others)
    return [*(one for one in person.others if one.pk not in ended), *person.new_others]


def _reaches(row: OtherCoverage, start: date) -> bool:
    """Whether it covers the day or a later one."""
    return row.period.upper is None or start < row.period.upper


def _is_same(one: OtherCoverage, other: OtherCoverage) -> bool:
    names = ("entitled_by", "policy_number", "because")
    period = (one.period.lower, one.period.upper) == (other.period.lower, other.period.upper)
    return period and all(getattr(one, name) == getattr(other, name) for name in names)


def _by_age(person: Person, on: date, ages: Callable[[], Sequence[LegalValue]]) -> str:
    in_force = [one for one in ages() if one.effective.contains(on)]
    return AGE if in_force and is_of_age(person.row.birth_on, on, in_force[-1].value) else ""


def _first_day(record: MemberRecord, person: Person) -> date | None:
    """Of somebody new all is told from the first day of coverage on."""
    if not person.is_new:
        return None
    days = [one.starts_on for one in record.coverages if one.starts_on is not None]
    return min(days, default=record.starts_on)

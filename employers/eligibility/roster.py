"""Families as they stand, held in memory while they are changed, and written back with a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, Final

from psycopg2.extras import DateRange

from employers.eligibility.other_coverage_row import COLUMNS
from employers.eligibility.timeline import FOREVER, SELF, Line, Span, settle
from employers.models import Coverage, Family, Member, OtherCoverage, SubscriberStanding
from tpa.foundation.audit import Actor, Entry, Subjects, record_many
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.encryption import encrypt

SSN_CONTEXT: Final = "employers.member.ssn"
_TEXTS: Final = (
    *("last_name", "first_name", "middle_name", "sex", "own_number", "ssn_index", "address_line", "city", "state"),
    *("postal_code", "email"),
)
FIELDS: Final = (*_TEXTS, "birth_on", "ssn", "is_disabled", "hired_on")
"""What of a member an employer may tell."""

_MEMBER_COLUMNS: Final = ("id", "employer_id", "family_id", "person_number", "relationship", *FIELDS)
_COVERAGE_COLUMNS: Final = (
    *("employer_id", "family_id", "member_id", "plan_id", "division_id", "tier", "period", "recorded_at", "reason"),
)
_STANDING_COLUMNS: Final = ("employer_id", "member_id", "standing", "period", "because", "recorded_at")

_new_keys = count(-1, -1)


@dataclass(slots=True, eq=False)
class Person:
    """A member in work. `key` is the id, or negative until one is given. `lines` are the coverages by plan."""

    key: int
    row: Member
    lines: dict[int, Line] = field(default_factory=dict)
    standing: dict[int, dict[Span, int]] = field(default_factory=dict)  # by plan: what the database holds, with its row
    others: list[OtherCoverage] = field(default_factory=list)
    new_others: list[OtherCoverage] = field(default_factory=list)
    ended_others: list[int] = field(default_factory=list)
    employment: Line = field(default_factory=list)  # how a subscriber stands with the employer; the tier is the word
    employment_rows: dict[Span, int] = field(default_factory=dict)  # what the database holds of it, with its row
    employment_because: str = ""
    changed: set[str] = field(default_factory=set)
    because: str = ""

    @property
    def is_new(self) -> bool:
        return self.key < 0

    def line(self, plan_id: int) -> Line:
        return self.lines.get(plan_id, [])

    def before(self, plan_id: int) -> Line:
        return sorted(self.standing.get(plan_id, {}))

    def set_field(self, name: str, value: Any) -> None:
        """Take over what is told, and remember that it is another."""
        if getattr(self.row, name) != value:
            setattr(self.row, name, value)
            self.changed.add(name)

    @property
    def lines_changed(self) -> bool:
        plans = self.lines.keys() | self.standing.keys()
        return any(self.line(plan_id) != self.before(plan_id) for plan_id in plans)

    def end_other(self, row: OtherCoverage, on: date) -> None:
        """From the day on another payer's cover is no longer so; nothing is left of one that would begin then."""
        if row in self.new_others:
            self.new_others.remove(row)
        else:
            self.ended_others.append(row.pk)
        if row.period.lower < on:
            row.period = DateRange(row.period.lower, on)
            self.new_others.append(row)

    @property
    def retold(self) -> bool:
        """Whether what decides who pays first is another."""
        return bool(self.new_others or self.ended_others) or self.employment_changed

    @property
    def employment_changed(self) -> bool:
        return self.employment != sorted(self.employment_rows)


@dataclass(slots=True, eq=False)
class Household:
    """A family in work. `told` are the tiers that were said, by plan."""

    family: Family
    people: list[Person] = field(default_factory=list)
    told: dict[int, Line] = field(default_factory=dict)

    @property
    def subscriber(self) -> Person | None:
        return next((person for person in self.people if person.row.relationship == SELF), None)

    def settle(self) -> None:
        """Bring all lines of the family into agreement (`timeline.settle`)."""
        relationships = {person.key: person.row.relationship for person in self.people}
        for plan_id in {plan_id for person in self.people for plan_id in (*person.lines, *person.standing)}:
            settled = settle(
                {person.key: person.before(plan_id) for person in self.people},
                {person.key: person.line(plan_id) for person in self.people},
                relationships,
                self.told.get(plan_id, []),
            )
            for person in self.people:
                person.lines[plan_id] = settled[person.key]

    def next_person_number(self) -> str:
        """01 is the subscriber's; the others follow."""
        return f"{max((int(person.row.person_number) for person in self.people), default=1) + 1:02}"


class Roster:
    """The families of one employer that a batch is about."""

    def __init__(self, employer_id: int, at: datetime) -> None:
        self.employer_id = employer_id
        self.at = at
        self.households: dict[str, Household] = {}

    def load(self, subscriber_numbers: Collection[str] = (), *, family_ids: Collection[int] = ()) -> None:
        """Read the families, by number or id, with their members and all that is believed of their coverage now."""
        families = Family.objects.filter(employer=self.employer_id)
        if family_ids:
            families = families.filter(pk__in=family_ids)
        else:
            families = families.filter(subscriber_number__in=subscriber_numbers)
        by_id = {family.pk: Household(family) for family in families}
        people: dict[int, Person] = {}
        for member in Member.objects.filter(family__in=list(by_id)).order_by("family_id", "person_number"):
            people[member.pk] = Person(member.pk, member)
            by_id[member.family_id].people.append(people[member.pk])
        for row in Coverage.objects.filter(member__in=list(people), superseded_at__isnull=True):
            span = Span(row.period.lower, row.period.upper or FOREVER, row.tier, row.division_id)
            people[row.member_id].standing.setdefault(row.plan_id, {})[span] = row.pk
        for other in OtherCoverage.objects.filter(member__in=list(people), superseded_at__isnull=True):
            people[other.member_id].others.append(other)
        for told in SubscriberStanding.objects.filter(member__in=list(people), superseded_at__isnull=True):
            span = Span(told.period.lower, told.period.upper or FOREVER, told.standing)
            people[told.member_id].employment_rows[span] = told.pk
        for person in people.values():
            person.employment = sorted(person.employment_rows)
            person.lines = {plan_id: person.before(plan_id) for plan_id in person.standing}
        for household in by_id.values():
            self.households[household.family.subscriber_number] = household

    def add_household(self, subscriber_number: str) -> Household:
        family = Family(employer_id=self.employer_id, subscriber_number=subscriber_number)
        household = self.households[subscriber_number] = Household(family)
        return household

    def add_person(self, household: Household, relationship: str) -> Person:
        number = "01" if relationship == SELF else household.next_person_number()
        member = Member(employer_id=self.employer_id, person_number=number, relationship=relationship, sex="U")
        person = Person(next(_new_keys), member)
        household.people.append(person)
        return person

    def save(self, *, by: Actor, because: str = "") -> None:
        """Write all that changed, and who was enrolled, changed or covered otherwise into the audit trail."""
        for household in self.households.values():
            household.settle()
        people = [person for household in self.households.values() for person in household.people]
        new = [person for person in people if person.is_new]
        changed = [person for person in people if not person.is_new and person.changed]
        recovered = [person for person in people if person.lines_changed]
        self._give_ids(new)
        self._write_members(new, changed)
        self._write_coverages(recovered)
        restanding = self._write_employment(people)
        retold = self._write_others(people)
        entries = [
            self._entry("employers.member.enrolled", new, by, because),
            self._entry(
                "employers.member.changed",
                changed,
                by,
                because,
                {name for person in changed for name in person.changed},
            ),
            self._entry("employers.coverage.changed", recovered, by, because),
            self._entry("employers.subscriberstanding.recorded", restanding, by, because),
            self._entry("employers.othercoverage.changed", retold, by, because),
        ]
        record_many([entry for entry in entries if entry.about.ids])

    def _give_ids(self, new: list[Person]) -> None:
        households = [household for household in self.households.values() if household.family.pk is None]
        ids = next_ids("employers_family_id_seq", len(households))
        copy_rows(
            "employers_family",
            ("id", "employer_id", "subscriber_number"),
            [
                (pk, self.employer_id, household.family.subscriber_number)
                for pk, household in zip(ids, households, strict=True)
            ],
        )
        for pk, household in zip(ids, households, strict=True):
            household.family.pk = pk
        for household in self.households.values():
            for person in household.people:
                person.row.family_id = household.family.pk
        for pk, person in zip(next_ids("employers_member_id_seq", len(new)), new, strict=True):
            person.row.pk = pk

    def _write_members(self, new: list[Person], changed: list[Person]) -> None:
        copy_rows("employers_member", _MEMBER_COLUMNS, [self._member(person.row) for person in new])
        fields = sorted({name for person in changed for name in person.changed})
        if fields:
            Member.objects.bulk_update([person.row for person in changed], fields, batch_size=500)

    def _member(self, row: Member) -> tuple[Any, ...]:
        told = [encrypt(row.ssn, context=SSN_CONTEXT) if name == "ssn" else getattr(row, name) for name in FIELDS]
        return (row.pk, self.employer_id, row.family_id, row.person_number, row.relationship, *told)

    def _write_coverages(self, people: Iterable[Person]) -> None:
        superseded: list[int] = []
        rows: list[tuple[Any, ...]] = []
        for person in people:
            for plan_id in person.lines.keys() | person.standing.keys():
                standing, line = person.standing.get(plan_id, {}), person.line(plan_id)
                superseded += [pk for span, pk in standing.items() if span not in line]
                rows += [self._coverage(person, plan_id, span) for span in line if span not in standing]
        if superseded:
            Coverage.objects.filter(pk__in=superseded, superseded_at__isnull=True).update(superseded_at=self.at)
        copy_rows("employers_coverage", _COVERAGE_COLUMNS, rows)

    def _coverage(self, person: Person, plan_id: int, span: Span) -> tuple[Any, ...]:
        return (
            self.employer_id,
            person.row.family_id,
            person.row.pk,
            plan_id,
            span.division_id,
            span.tier,
            range_text(span.start, None if span.end == FOREVER else span.end),
            self.at,
            person.because[:60],
        )

    def _write_employment(self, people: Iterable[Person]) -> list[Person]:
        changed = [person for person in people if person.employment_changed]
        superseded = [
            pk for person in changed for span, pk in person.employment_rows.items() if span not in person.employment
        ]
        if superseded:
            SubscriberStanding.objects.filter(pk__in=superseded).update(superseded_at=self.at)
        rows = [
            (
                self.employer_id,
                person.row.pk,
                span.tier,
                range_text(span.start, None if span.end == FOREVER else span.end),
                person.employment_because[:120],
                self.at,
            )
            for person in changed
            for span in person.employment
            if span not in person.employment_rows
        ]
        copy_rows("employers_subscriberstanding", _STANDING_COLUMNS, rows)
        return changed

    def _write_others(self, people: Iterable[Person]) -> list[Person]:
        retold = [person for person in people if person.new_others or person.ended_others]
        ended = [pk for person in retold for pk in person.ended_others]
        if ended:
            OtherCoverage.objects.filter(pk__in=ended, superseded_at__isnull=True).update(superseded_at=self.at)
        rows = [
            (
                self.employer_id,
                person.row.pk,
                *[getattr(other, name) for name in COLUMNS[2:-2]],
                range_text(other.period.lower, other.period.upper),
                self.at,
            )
            for person in retold
            for other in person.new_others
        ]
        copy_rows("employers_othercoverage", COLUMNS, rows)
        return retold

    def _entry(self, action: str, people: list[Person], by: Actor, because: str, fields: Collection[str] = ()) -> Entry:
        about = Subjects.rows(Member, [person.row.pk for person in people], employer_id=self.employer_id)
        reasons: dict[str, int] = defaultdict(int)
        for person in people:
            reasons[person.because] += 1
        detail = {"count": len(people), "reasons": dict(reasons)}
        return Entry(action, by, about, because, fields=tuple(sorted(fields)), detail=detail)


def range_text(starts_on: date, ends_on: date | None) -> str:
    """A period as `COPY` takes it."""
    return f"[{starts_on},{ends_on or ''})"

"""Takes over what an employer tells of its people: the one way by which enrolment changes, for one person or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, reduce

from django.db import transaction
from msgspec.structs import replace

from employers.eligibility.find_person import find_person
from employers.eligibility.hold_enrolment import hold_enrolment
from employers.eligibility.offered_plans import OfferedPlans
from employers.eligibility.other_coverage_row import row_of
from employers.eligibility.problems import MESSAGES
from employers.eligibility.roster import SSN_CONTEXT, Household, Person, Roster
from employers.eligibility.take_standing import take_medicare, take_standing
from employers.eligibility.timeline import FOREVER, SELF, Span, at, cut, lay, reopen
from employers.facts import CoverageRecord, MemberRecord
from employers.models import EligibilityProblem, OtherCoverage
from tpa.foundation.audit import Actor
from tpa.foundation.encryption import blind_index
from tpa.foundation.parameters import values_named
from tpa.foundation.values.identifiers import digits_of

Kind = EligibilityProblem.Kind
_PLAIN = (
    *("last_name", "first_name", "middle_name", "birth_on", "sex", "own_number", "address_line", "city", "state"),
    *("postal_code", "email", "is_disabled", "hired_on"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What an employer's word and our records do not agree on, with its place."""

    row_number: int | None
    place: str
    code: str
    kind: str = Kind.REFUSED
    member_id: int | None = None

    @property
    def message(self) -> str:
        """What to do about it; names nobody."""
        return str(MESSAGES[self.code])


@dataclass(slots=True)
class Applied:
    """What became of the records: a count each (a record counts once), the problems, and whom they were about.

    `mentioned` are the members we held already, refused records included; `member_ids` whom the others are about.
    """

    added_count: int = 0
    changed_count: int = 0
    ended_count: int = 0
    same_count: int = 0
    refused_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    member_ids: list[int] = field(default_factory=list)
    mentioned: set[int] = field(default_factory=set)

    @property
    def row_count(self) -> int:
        return self.added_count + self.changed_count + self.ended_count + self.same_count + self.refused_count

    def add(self, other: Applied) -> None:
        """Count the records of another batch of the same file."""
        self.added_count += other.added_count
        self.changed_count += other.changed_count
        self.ended_count += other.ended_count
        self.same_count += other.same_count
        self.refused_count += other.refused_count
        self.problems += other.problems
        self.member_ids += other.member_ids
        self.mentioned |= other.mentioned


def apply_records(
    *, employer_id: int, records: Sequence[MemberRecord], by: Actor, because: str = "", dry_run: bool = False
) -> Applied:
    """Take over records in their order, in one transaction; a record with a problem is left out and reported.

    Coverage is superseded and never edited. A dry run does all of it but writes nothing. A fixed number of statements,
    however many records; other changes of the employer's enrolment wait.
    """
    with transaction.atomic():
        roster = Roster(employer_id, hold_enrolment(employer_id=employer_id))
        numbers = {number for record in records for number in (record.subscriber_number, record.listed_under)}
        roster.load(numbers - {""})
        batch = _Batch(roster, OfferedPlans(employer_id))
        # Subscribers first: a dependent is enrolled with somebody.
        in_turn = sorted(records, key=lambda record: record.relationship != SELF)
        told = [(record, batch.take(record)) for record in in_turn]
        for household in roster.households.values():
            household.settle()
        for record, person in told:
            batch.count(record, person)
        if not dry_run:
            roster.save(by=by, because=because)
            batch.applied.member_ids = [person.row.pk for _record, person in told if person is not None]
    return batch.applied


class _Batch:
    def __init__(self, roster: Roster, plans: OfferedPlans) -> None:
        self.roster = roster
        self.plans = plans
        self.applied = Applied()
        self.counted: set[int] = set()
        self._ages = cache(lambda: values_named(["medicare.age"]))

    def take(self, record: MemberRecord) -> Person | None:
        """Take over one record; None when it is refused, and then nothing of it is taken."""
        faults = [Problem(record.row_number, fault.place, fault.code) for fault in record.faults]
        if record.relationship != SELF and record.subscriber_number not in self.roster.households:
            record = _under_subscriber(record)
        household = self.roster.households.get(record.subscriber_number)
        person, code = find_person(household, record)
        if person is not None:
            self.applied.mentioned.add(person.key)
        faults += self._faults(record)
        if faults:
            self.applied.problems += faults
            return None
        if code:
            self._refuse(record, "", code)
            return None
        refused = self._refused_coverage(record, household, person)
        if refused:
            self.applied.problems += refused
            return None
        if person is None:
            household = household or self.roster.add_household(record.subscriber_number)
            person = self.roster.add_person(household, record.relationship)
        assert household is not None  # a person was found in it, or it was just made
        self._take_person(record, person)
        self._take_coverages(record, household, person)
        today = self.roster.at.date()
        take_standing(record, person, today)
        for code in take_medicare(record, person, today, self._ages):
            self._note(record, person, code)
        return person

    def count(self, record: MemberRecord, person: Person | None) -> None:
        """What became of a record, once the family is settled."""
        applied = self.applied
        if person is None:
            applied.refused_count += 1
        elif person.is_new and person.key not in self.counted:
            self.counted.add(person.key)
            applied.added_count += 1
            if not any(person.lines.values()):
                self._note(record, person, "coverage.none_given")
        elif person.is_new or person.lines_changed or person.changed or person.retold:
            ended = record.action == "end" or any(coverage.ends_on for coverage in record.coverages)
            applied.ended_count += ended
            applied.changed_count += not ended
            if not ended and not person.is_new:
                self._note(record, person, "member.changed", ", ".join(sorted(self._what_changed(person))))
        else:
            applied.same_count += 1

    def _faults(self, record: MemberRecord) -> list[Problem]:
        """What is wrong with a record by itself."""
        faults = []
        number = record.row_number
        if record.division and record.division not in self.plans.divisions:
            faults.append(Problem(number, "division", "division.unknown"))
        if record.birth_on and record.birth_on > self.roster.at.date():
            faults.append(Problem(number, "birth_date", "birth.future"))
        for coverage in record.coverages:
            days = coverage.starts_on or record.starts_on, coverage.ends_on or record.ends_on
            if coverage.action == "set" and days[0] and days[1] and days[1] <= days[0]:
                faults.append(Problem(number, "end_date", "date.order"))
        return faults

    def _refused_coverage(
        self, record: MemberRecord, household: Household | None, person: Person | None
    ) -> list[Problem]:
        """What is wrong with a record's coverages, before anything of it is taken over."""
        faults = []
        if record.action == "end" and not record.coverages and record.ends_on is None:
            faults.append(Problem(record.row_number, "end_date", "coverage.no_end"))
        for coverage in record.coverages:
            starts_on = coverage.starts_on or record.starts_on
            plan_id, code = self.plans.find(coverage.plan_codes, starts_on)
            line = person.line(plan_id) if person and plan_id else []
            if code:
                faults.append(Problem(record.row_number, "plan", code))
            elif coverage.action == "end" or record.action == "end":
                if coverage.ends_on is None and record.ends_on is None:
                    faults.append(Problem(record.row_number, "end_date", "coverage.no_end"))
            elif starts_on is None and not line:
                faults.append(Problem(record.row_number, "start_date", "coverage.no_start"))
            elif record.relationship != SELF and starts_on is not None and plan_id is not None:
                subscriber = household.subscriber if household else None
                if subscriber is None or at(subscriber.line(plan_id), starts_on) is None:
                    faults.append(Problem(record.row_number, "start_date", "coverage.subscriber_not_covered"))
        return faults

    def _take_person(self, record: MemberRecord, person: Person) -> None:
        for name in _PLAIN:
            value = getattr(record, name)
            if value not in ("", None):
                person.set_field(name, value)
        ssn = digits_of(record.ssn)
        if ssn:
            index = blind_index(ssn, context=SSN_CONTEXT)
            if person.row.ssn_index != index:
                person.set_field("ssn", ssn)
                person.set_field("ssn_index", index)
        person.because = record.because

    def _take_coverages(self, record: MemberRecord, household: Household, person: Person) -> None:
        if not record.coverages:
            self._take_all(record, person)
        for coverage in record.coverages:
            starts_on = coverage.starts_on or record.starts_on
            plan_id, _code = self.plans.find(coverage.plan_codes, starts_on)
            assert plan_id is not None  # else the record was refused
            line = person.line(plan_id)
            if coverage.action == "end" or record.action == "end":
                end = coverage.ends_on or record.ends_on
                assert end is not None
                person.lines[plan_id] = cut(line, end)
            elif record.action == "reinstate" and line:
                person.lines[plan_id] = reopen(line, starts_on)
            else:
                self._set(record, coverage, household, person, plan_id)
            self._take_others(record, coverage, person)

    def _take_all(self, record: MemberRecord, person: Person) -> None:
        """A record that names no coverage is about all of them."""
        for plan_id, line in person.lines.items():
            if record.action == "end" and record.ends_on is not None:
                person.lines[plan_id] = cut(line, record.ends_on)
            elif record.action == "reinstate":
                person.lines[plan_id] = reopen(line, record.starts_on)

    def _set(
        self, record: MemberRecord, coverage: CoverageRecord, household: Household, person: Person, plan_id: int
    ) -> None:
        line = person.line(plan_id)
        start = coverage.starts_on or record.starts_on or line[-1].start
        end = coverage.ends_on or record.ends_on or FOREVER
        known = at(line, max(start, self.roster.at.date())) or at(line, start)
        division_id = self.plans.divisions.get(record.division) or (known.division_id if known else None)
        told = Span(start, end, coverage.tier or (known.tier if known else ""), division_id)
        if known is not None and known[1:] == told[1:]:
            # What is told is what we believe now. A full file repeats the very first day: the history since stays, and
            # only days before it are new.
            person.lines[plan_id] = reduce(lay, line, [told])
            return
        # What is told from a day on holds from there: nothing that stood later stays behind it.
        person.lines[plan_id] = lay(cut(line, start), told)
        if coverage.tier and person.row.relationship == SELF:
            household.told[plan_id] = lay(household.told.get(plan_id, []), Span(start, end, coverage.tier))

    def _take_others(self, record: MemberRecord, coverage: CoverageRecord, person: Person) -> None:
        for other in coverage.other:
            if other.pays_first is None:
                self._note(record, person, "cob.order_unknown")
                continue
            row = row_of(other, coverage.starts_on or record.starts_on or self.roster.at.date())
            if not any(_same_other(row, known) for known in (*person.others, *person.new_others)):
                person.new_others.append(row)

    def _what_changed(self, person: Person) -> set[str]:
        changed = person.changed - {"ssn_index"}
        if person.lines_changed:
            changed.add("coverage")
        if person.new_others or person.ended_others:
            changed.add("other_coverage")
        if person.employment_changed:
            changed.add("standing")
        return changed

    def _refuse(self, record: MemberRecord, place: str, code: str) -> None:
        self.applied.problems.append(Problem(record.row_number, place, code))

    def _note(self, record: MemberRecord, person: Person, code: str, place: str = "") -> None:
        member_id = None if person.is_new else person.key
        self.applied.problems.append(Problem(record.row_number, place[:60], code, Kind.DIFFERS, member_id))


def _under_subscriber(record: MemberRecord) -> MemberRecord:
    """A dependent who stands under a number of his own belongs to the subscriber before him in the file."""
    if not record.listed_under:
        return record
    own_number = record.own_number or record.subscriber_number
    return replace(record, subscriber_number=record.listed_under, own_number=own_number)


def _same_other(one: OtherCoverage, other: OtherCoverage) -> bool:
    """The same payer in the same order on the first day of the one."""
    names = ("payer_name", "policy_number", "pays_first")
    return all(getattr(one, name) == getattr(other, name) for name in names) and one.period.lower in other.period

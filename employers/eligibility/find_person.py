"""Finds in a family the person of whom an employer tells."""

from __future__ import annotations

from employers.eligibility.names import DIFFERENT, SIMILAR, UNKNOWN, compare_birth, compare_first
from employers.eligibility.roster import SSN_CONTEXT, Household, Person
from employers.eligibility.timeline import SELF
from employers.facts import MemberRecord
from tpa.foundation.encryption import blind_index
from tpa.foundation.values.identifiers import digits_of


def find_person(household: Household | None, record: MemberRecord) -> tuple[Person | None, str]:
    """The person, or None when it is somebody new; with a problem's code when it can be neither."""
    is_new = record.action == "set"
    if household is None or household.subscriber is None:
        if record.relationship != SELF:
            return None, "subscriber.unknown"
        return None, "" if is_new else "member.unknown"
    if record.relationship == SELF:
        subscriber = household.subscriber
        strangers = (
            compare_first(subscriber.row.first_name.upper(), record.first_name.upper()) == DIFFERENT
            and compare_birth(subscriber.row.birth_on, record.birth_on) == DIFFERENT
        )
        return (None, "subscriber.other_person") if strangers else (subscriber, "")
    found = _dependents(household, record)
    if len(found) > 1:
        return None, "member.ambiguous"
    if found:
        return found[0], ""
    return None, "" if is_new else "member.unknown"


def _dependents(household: Household, record: MemberRecord) -> list[Person]:
    """The dependents that fit: by Social Security number, by their own number, by name and date of birth."""
    dependents = [person for person in household.people if person.row.relationship != SELF]
    ssn = digits_of(record.ssn)
    if ssn:
        index = blind_index(ssn, context=SSN_CONTEXT)
        if found := [person for person in dependents if person.row.ssn_index == index]:
            return found
    own = [person for person in dependents if record.own_number and person.row.own_number == record.own_number]
    if own:
        return own
    scored = [(_likeness(person, record), person) for person in dependents]
    best = max((score for score, _person in scored), default=0)
    return [person for score, person in scored if score == best and score > 0]


def _likeness(person: Person, record: MemberRecord) -> int:
    row = person.row
    name = compare_first(row.first_name.upper(), record.first_name.upper())
    birth = compare_birth(row.birth_on, record.birth_on)
    if name < SIMILAR or birth < UNKNOWN:
        return 0
    return 4 * name + 2 * birth + (row.relationship == record.relationship) + 1

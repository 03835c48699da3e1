"""What eligibility says to the other floors, and what employers tell it: plain facts about members and their cover."""

from __future__ import annotations

from datetime import date

import msgspec


class CoverageFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member is covered by a plan from `starts_on` to before `ends_on` (None: open)."""

    member_id: int
    plan_id: int
    tier: str
    starts_on: date
    ends_on: date | None = None


class OtherCoverageFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Another payer's cover of a member: `kind` group, medicare or other; `because` says why it `pays_first` or not."""

    member_id: int
    kind: str
    payer_name: str
    payer_number: str = ""
    pays_first: bool = False
    because: str = ""
    starts_on: date
    ends_on: date | None = None


class MemberFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a decision may know of the patient. Relationship as in X12 (18 self, 01 spouse, 19 child)."""

    member_id: int
    family_id: int
    employer_id: int
    relationship: str
    birth_on: date | None = None
    sex: str = "U"
    is_disabled: bool = False


class EnrolledFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An employee enrolled in a plan in a month: what the month is billed by."""

    member_id: int
    family_id: int
    plan_id: int
    tier: str
    division: str = ""  # the division's code


class MonthRule(msgspec.Struct, frozen=True):
    """Whose month it is: who is covered from `starts_until_day` of it or before, and up to `ends_from_day` or after."""

    starts_until_day: int = 1
    ends_from_day: int = 1


ON_THE_FIRST = MonthRule()


class RecordFault(msgspec.Struct, frozen=True):
    """What a reader could not make sense of: `place` is a column or element, `code` one of `eligibility.problems`."""

    place: str
    code: str


class OtherCoverageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Another payer's cover as an employer tells it. `pays_first` None: the order is not known."""

    payer_name: str
    pays_first: bool | None
    kind: str = "group"
    payer_number: str = ""
    policy_number: str = ""
    because: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


class CoverageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One coverage as an employer tells it. `action`: set (so it is on these days), end (no longer from `ends_on`).

    `plan_codes` are the names under which the plan may be known, the most telling first. `ends_on` is the first day
    after, as everywhere inside. A blank tier: as it was, or as the family needs it.
    """

    plan_codes: tuple[str, ...]
    action: str = "set"
    tier: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    other: tuple[OtherCoverageRecord, ...] = ()


class MemberRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What an employer tells of one person, by CSV, 834 or form: blank means nothing is said.

    `action`: set (the person is as told), end (all coverage ends with `ends_on`), reinstate (what ended goes on).
    """

    row_number: int = 1
    subscriber_number: str
    action: str = "set"
    relationship: str = "18"
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    birth_on: date | None = None
    sex: str = ""
    own_number: str = ""
    ssn: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    email: str = ""
    is_disabled: bool | None = None
    hired_on: date | None = None
    division: str = ""
    group_number: str = ""
    listed_under: str = ""  # the subscriber who stands before a dependent in the file
    starts_on: date | None = None
    ends_on: date | None = None
    because: str = ""
    coverages: tuple[CoverageRecord, ...] = ()
    faults: tuple[RecordFault, ...] = ()

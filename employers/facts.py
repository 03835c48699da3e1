"""What eligibility says to the other floors: plain facts about members and their cover."""

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

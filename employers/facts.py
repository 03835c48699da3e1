"""What eligibility says to the other floors, and what employers tell it: plain facts about members and their cover."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class CoverageFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member is covered by a plan from `starts_on` to before `ends_on` (None: open)."""

    member_id: int
    plan_id: int
    tier: str
    starts_on: date
    ends_on: date | None = None


class OrderFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What of another payer's cover decides who pays first; blank: not known.

    `holder` is whose cover it is, seen from the patient: self, spouse, mother, father, mothers_spouse, fathers_spouse
    or other; `our_holder` the same of our subscriber, where it is no parent. `standing` is the holder's with the
    employer behind it: active, retired, laid_off or continuation. `follows`: birthday (as we do), gender, or nothing
    (it does not coordinate). Of a child: `parents` together or apart, `custody` mother, father or joint,
    `responsible` by court decree mother, father or both, heeded from `responsible_from_on`: when the plan knew of it,
    or with the next plan year where benefits were paid before. Medicare: `entitled_by` age, disability or esrd.
    """

    holder: str = ""
    our_holder: str = ""
    holder_birth_on: date | None = None
    standing: str = ""
    since_on: date | None = None
    follows: str = "birthday"
    parents: str = ""
    custody: str = ""
    responsible: str = ""
    responsible_from_on: date | None = None
    entitled_by: str = ""
    esrd_on: date | None = None
    employee_count: int | None = None


class OtherCoverageFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Another payer's cover of a member: `kind` group, medicare or other; `because` says why it `pays_first` or not.

    With `order` neither is said: who pays first is derived from it, for each day of service.
    """

    member_id: int
    kind: str
    payer_name: str
    payer_number: str = ""
    pays_first: bool = False
    because: str = ""
    starts_on: date
    ends_on: date | None = None
    order: OrderFacts | None = None
    is_hdhp_with_hsa: bool = False  # it is a high-deductible plan, and the member puts money into an HSA


class StandingFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a subscriber stands with the employer in a period: active, retired, laid_off or continuation."""

    standing: str
    starts_on: date
    ends_on: date | None = None


class HeadcountFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How many employees, full- and part-time, an employer had on each working day of a period."""

    employee_count: int
    starts_on: date
    ends_on: date | None = None


class LegalFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A number of the law as it stood on the day of service."""

    name: str
    value: Decimal
    citation: str = ""


class OurSideFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What of our own subscriber and employer decides who pays first. Periods in order; no standing said: active."""

    subscriber_birth_on: date | None = None
    subscriber_sex: str = "U"
    covered: tuple[tuple[date, date | None], ...] = ()  # the subscriber's periods of coverage, first day and day after
    standings: tuple[StandingFact, ...] = ()
    headcounts: tuple[HeadcountFact, ...] = ()
    law: tuple[LegalFact, ...] = ()


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
    order: OrderFacts | None = None  # what the order follows from
    is_hdhp_with_hsa: bool = False
    answered_on: date | None = None  # the day the member answered about other coverage


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


class StandingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a subscriber stands with the employer, as an employer tells it: from `starts_on`, or where no day is said,
    by `told_on` at the latest."""

    standing: str
    starts_on: date | None = None
    told_on: date | None = None
    because: str = ""


class MedicareRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a member has Medicare, as an employer tells it; blank or None: not said."""

    is_entitled: bool
    entitled_by: str = ""
    policy_number: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    told_on: date | None = None
    because: str = ""


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
    standing: StandingRecord | None = None
    medicare: MedicareRecord | None = None
    faults: tuple[RecordFault, ...] = ()

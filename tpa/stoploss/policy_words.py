"""What a stop-loss policy says, as it is entered: the input of `draft_policy`. Every number is the policy's."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tpa.foundation.values.money import ZERO
from tpa.foundation.values.periods import Period
from tpa.stoploss.reckoning.terms import EVERYTHING, Windows


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who insures, and where letters go."""

    name: str
    address_line: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """When the carrier is told, and again: `triggers` are (from, to, name) of diagnoses without dots, inclusive."""

    percent: Decimal
    stay_days: int
    follow_up_days: int
    follow_up_amount: Decimal
    triggers: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """Proof of loss after so many days (`unit` days or business_days); payments that a window would lose go first."""

    proof_days: int
    proof_unit: str
    radar_days: int


@dataclass(frozen=True, slots=True)
class PaidTerms:
    """What the policy calls paid, and where. A payment that did not arrive and was made again counts from the day it
    was made again (`reissue`), or from the day it first went out (`first`)."""

    section: str = ""
    reissued_counts_from: str = "reissue"


@dataclass(frozen=True, slots=True)
class AdvanceTerms:
    """Advance funding: above an amount, so long before the window ends, paid on within so many business days."""

    least_amount: Decimal
    lead_days: int
    pay_within_days: int


@dataclass(frozen=True, slots=True)
class SpecificWords:
    """The specific coverage. `lasers`: (member, amount), None leaves the person out."""

    section: str
    windows: Windows
    deductible_amount: Decimal
    lasers: tuple[tuple[int, Decimal | None], ...] = ()
    corridor_amount: Decimal = ZERO
    reimburse_percent: Decimal = EVERYTHING
    most_amount: Decimal | None = None
    benefits: tuple[str, ...] = ("medical", "drug")


@dataclass(frozen=True, slots=True)
class AggregateWords:
    """The aggregate coverage. `factors`: (tier, dollars a month)."""

    section: str
    windows: Windows
    factors: tuple[tuple[str, Decimal], ...]
    corridor_percent: Decimal = EVERYTHING
    minimum_percent: Decimal = ZERO
    minimum_floor_amount: Decimal = ZERO
    quoted_month_amount: Decimal = ZERO
    person_limit_amount: Decimal | None = None
    counts_lasers: bool = False
    reimburse_percent: Decimal = EVERYTHING
    most_amount: Decimal | None = None
    has_accommodation: bool = False
    benefits: tuple[str, ...] = ("medical", "drug")


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A whole policy. `terminal_months_count`: terminal liability; `benefit_names`: the plan's of drugs and vision;
    `recovery_priority`: whose recovered money is first (carrier, shared, plan); `paid`: when a claim is paid."""

    number: str
    carrier: Carrier
    term: Period
    notice: NoticeTerms
    clock: ClockTerms
    specific: SpecificWords | None = None
    aggregate: AggregateWords | None = None
    advance: AdvanceTerms | None = None
    terminal_months_count: int = 0
    benefit_names: dict[str, str] = field(default_factory=dict)
    recovery_priority: str = "carrier"
    paid: PaidTerms = PaidTerms()

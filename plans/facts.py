"""What plans, networks, contracts and edit tables say to the other floors: prices, terms, participation, edits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec


class _Fact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Base of what is said: immutable, compared by value, written without what is at its default. No fact points in
    a circle: the cycle collector need not walk through them."""


class ParticipationFact(_Fact, frozen=True, kw_only=True):
    """A provider takes part in a network from `starts_on` to before `ends_on`, paid by a schedule."""

    provider_id: int
    network: str  # the network's code, as plans name it
    schedule_id: int
    starts_on: date
    ends_on: date | None = None


class DayTier(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day's amount through a day of the stay, that day counted; without it for all further days."""

    amount: Decimal
    through_day: int | None = None


class PartFact(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a procedure's values those of a part of it, or of another that it holds: units, or dollars for each unit."""

    code: str = ""
    work: Decimal | None = None
    practice: Decimal | None = None
    facility_practice: Decimal | None = None
    malpractice: Decimal | None = None
    amount: Decimal | None = None


class ValuesFact(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a table says of a code beside a price: the factors of a formula, and payment indicators as published."""

    work: Decimal | None = None  # relative value units
    practice: Decimal | None = None
    facility_practice: Decimal | None = None
    malpractice: Decimal | None = None
    base_units: Decimal | None = None  # of anaesthesia
    weight: Decimal | None = None  # of a DRG
    mean_days: Decimal | None = None  # of a DRG: the geometric mean length of stay
    transfer: str = ""  # of a DRG: post_acute or special
    status: str = ""
    multiple: str = ""
    bilateral: str = ""
    assistant: str = ""
    co_surgeon: str = ""
    team: str = ""
    percentiles: dict[str, Decimal] = {}  # of charges
    tiers: tuple[DayTier, ...] = ()
    base: PartFact | None = None  # of an endoscopy: that of its family which all the others hold
    technical: PartFact | None = None  # of imaging: what is paid for the taking of the image


class LocalityFact(_Fact, frozen=True, kw_only=True):
    """What is paid more or less where the service was: geographic indices, and the factor for anaesthesia."""

    locality: str
    work: Decimal | None = None
    practice: Decimal | None = None
    malpractice: Decimal | None = None
    anaesthesia_amount: Decimal | None = None


class RateFact(_Fact, frozen=True, kw_only=True):
    """One price. `method` as in plans.models.FeeRate; `percent` of billed or of the `reference_amount`.

    `reference_method` says how the reference prices: an amount for a unit (fee), a day, a case, or a formula. `values`
    and `place` are then the reference's.
    """

    rate_id: int
    schedule: str  # the schedule's code
    method: str
    code_kind: str = "procedure"
    code: str = ""
    modifier: str = ""
    place_of_service: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    reference_schedule: str = ""
    reference_amount: Decimal | None = None
    reference_method: str = "fee"
    starts_on: date
    ends_on: date | None = None
    locality: str = ""
    values: ValuesFact | None = None
    place: LocalityFact | None = None


CodeRange = tuple[str, str]


class _EditRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the rows of edit tables: in force from `starts_on` to before `ends_on`."""

    starts_on: date | None = None
    ends_on: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Does it apply to a service of this day?"""
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on < self.ends_on)


class ProcedurePairFact(_EditRow, frozen=True, kw_only=True):
    """A procedure-to-procedure edit: with column one, column two is not paid. `indicator` 0 never, 1 unless a modifier
    tells them apart, 9 the edit was withdrawn."""

    column_one: str
    column_two: str
    indicator: str


class UnitMaximumFact(_EditRow, frozen=True, kw_only=True):
    """The most units of a procedure. `adjudication` 1 a line, 2 a day by policy, 3 a day by clinical experience."""

    table: str
    code: str
    most: int
    adjudication: str


class AddOnFact(_EditRow, frozen=True, kw_only=True):
    """A procedure that only adds to another: by `kind` to one of `primaries` (1), to what the payer accepts (2), or to
    either (3). Of the primaries only those that were done stand in a claim's facts."""

    code: str
    kind: str
    primaries: tuple[str, ...] = ()


class CodeRule(_EditRow, frozen=True, kw_only=True):
    """Whom and where codes fit. `of` procedure or diagnosis; what is blank is not asked. `leads` False: never the
    first diagnosis. `unless_modifiers` and `unless_conditions` say that the provider knows."""

    of: str
    codes: tuple[CodeRange, ...]
    sexes: tuple[str, ...] = ()
    from_age: int | None = None
    under_age: int | None = None
    places: tuple[str, ...] = ()
    leads: bool = True
    unless_modifiers: tuple[str, ...] = ()
    unless_conditions: tuple[str, ...] = ()

    def holds(self, code: str) -> bool:
        """Is it about this code? A short code holds all that begin with it."""
        return any(first <= code[: len(first)] and code[: len(last)] <= last for first, last in self.codes)


class ModifierRule(_EditRow, frozen=True, kw_only=True):
    """What a modifier means to the edits: whether it tells a pair apart, which procedures it goes with (none named:
    any), and which modifiers it contradicts."""

    modifier: str
    tells_apart: bool = False
    codes: tuple[CodeRange, ...] = ()
    not_with: tuple[str, ...] = ()

    def fits(self, code: str) -> bool:
        """May this procedure carry it?"""
        return not self.codes or any(f <= code[: len(f)] and code[: len(t)] <= t for f, t in self.codes)


class BillRule(_EditRow, frozen=True, kw_only=True):
    """What bills of some types must or must not say. `bill_types` are three digits or their beginning; `needs` are
    names: admitted_on, discharge_status; `procedure_with` are revenue codes that want a procedure."""

    name: str
    bill_types: tuple[str, ...]
    frequencies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    statuses_not: tuple[str, ...] = ()
    revenue_codes_not: tuple[CodeRange, ...] = ()
    procedure_with: tuple[CodeRange, ...] = ()
    counts_nights: bool = False  # units of accommodation are no more than the nights of the statement

    def is_about(self, bill_type: str, frequency: str) -> bool:
        """Does it speak of bills of this type and frequency?"""
        return bill_type.startswith(self.bill_types) and (not self.frequencies or frequency in self.frequencies)


class InvalidCode(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A code that no claim may carry for a service of this day; `ended_on` is the first day it was gone."""

    code_set: str
    code: str
    on: date
    ended_on: date | None = None


class EditFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Of the edit tables, the rows that speak of one claim and its day."""

    pairs: tuple[ProcedurePairFact, ...] = ()
    maximums: tuple[UnitMaximumFact, ...] = ()
    add_ons: tuple[AddOnFact, ...] = ()
    codes: tuple[CodeRule, ...] = ()
    modifiers: tuple[ModifierRule, ...] = ()
    bills: tuple[BillRule, ...] = ()
    invalid: tuple[InvalidCode, ...] = ()


class _Term(_Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a contract's terms: a word that is not known is an error, never passed over."""


class LesserOf(_Term, frozen=True, kw_only=True):
    """Whether billed caps the price: each line, the claim's lines together, or never; not for the methods named."""

    level: Literal["line", "claim", "never"] = "line"
    except_methods: tuple[str, ...] = ()
    section: str = ""


class ModifierTerm(_Term, frozen=True, kw_only=True):
    """Services with one of these modifiers are paid so many per cent of the price.

    `indicator` names one of the published indicators, `values` those under which the term holds; without it it always
    does. `before_ranking`: multiple procedures are ranked by the price that it leaves.
    """

    modifiers: tuple[str, ...]
    percent: Decimal
    indicator: Literal["", "bilateral", "assistant", "co_surgeon", "team"] = ""
    values: tuple[str, ...] = ()
    before_ranking: bool = False
    section: str = ""


class RankTerm(_Term, frozen=True, kw_only=True):
    """Several procedures of one day by one provider: the dearest at the first per cent, the next at the second, …

    What belongs to it is said by ranges of codes, by values of the published indicator, or both. `endoscopies` are the
    values under which those of one family are first paid together: the dearest whole, the others beyond their base.
    With a `part` only that part of each price is ranked and reduced, whoever of the practice rendered it.
    """

    percents: tuple[Decimal, ...]
    codes: tuple[CodeRange, ...] = ()
    indicators: tuple[str, ...] = ()
    endoscopies: tuple[str, ...] = ()
    part: Literal["", "practice", "technical", "professional"] = ""
    section: str = ""


class RelativeTerm(_Term, frozen=True, kw_only=True):
    """The relative-value formula: dollars a unit, and the places of service where the facility's values count."""

    conversion_amount: Decimal
    facility_places: tuple[str, ...] = ()
    section: str = ""


class AnaesthesiaTerm(_Term, frozen=True, kw_only=True):
    """Base and time units: minutes to a unit, how parts of one count (tenth, up, exact), dollars a unit.

    Without dollars the locality's factor counts. `status_units`: what a modifier of physical status adds;
    `flat_units`: what with a modifier counts instead of the procedure's base units.
    """

    minutes_per_unit: Decimal
    parts: Literal["tenth", "up", "exact"] = "tenth"
    conversion_amount: Decimal | None = None
    status_units: dict[str, Decimal] = {}
    flat_units: dict[str, Decimal] = {}
    section: str = ""


class DrgTerm(_Term, frozen=True, kw_only=True):
    """What a DRG's weight is multiplied with: a base amount, its labor share adjusted by a wage index."""

    base_amount: Decimal
    labor_percent: Decimal = Decimal(0)
    wage_index: Decimal = Decimal(1)
    section: str = ""


class TransferTerm(_Term, frozen=True, kw_only=True):
    """Who is discharged to these (patient status) was transferred: paid by the day, up to the whole case.

    A day is the case's amount over the DRG's mean stay; the first counts `first_days` times. `post_acute_statuses`
    count for DRGs that are published as such; for special ones `special_percent` of the case and of the days.
    """

    statuses: tuple[str, ...] = ()
    post_acute_statuses: tuple[str, ...] = ()
    first_days: Decimal = Decimal(1)
    special_percent: Decimal | None = None
    section: str = ""


class OutlierTerm(_Term, frozen=True, kw_only=True):
    """A stay that is far dearer than its price. `on` cost: charges times the ratio beyond price and threshold; on
    charge: charges beyond the threshold. `covers` excess: a per cent of what lies beyond is added; all: a per cent of
    all charges is paid instead. The first that fits the DRG counts.
    """

    on: Literal["cost", "charge"]
    threshold_amount: Decimal
    percent: Decimal
    cost_to_charge_rate: Decimal | None = None
    covers: Literal["excess", "all"] = "excess"
    drgs: tuple[CodeRange, ...] = ()
    section: str = ""


class ContractFact(_Term, frozen=True, kw_only=True):
    """What a fee schedule's contract says beyond its prices, for some days. What it leaves out, a reference may say."""

    contract_id: int
    schedule: str
    starts_on: date
    ends_on: date | None = None
    lesser_of: LesserOf | None = None
    repricing: Literal["", "ours", "repricer", "lower"] = ""  # whose price holds; blank: as the plan's tier says
    modifiers: tuple[ModifierTerm, ...] = ()
    multiple_procedures: tuple[RankTerm, ...] = ()
    relative_values: RelativeTerm | None = None
    anaesthesia: AnaesthesiaTerm | None = None
    drg: DrgTerm | None = None
    transfer: TransferTerm | None = None
    outliers: tuple[OutlierTerm, ...] = ()
    locality_by: str = ""  # zip3, zip5 or state of the service; else the table of localities that is meant
    indicators_from: str = ""  # the schedule whose published values its own prices go with

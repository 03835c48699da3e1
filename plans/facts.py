"""What plans, networks and edit tables say to the other floors: prices, participation, edits that apply; plain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class ParticipationFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A provider takes part in a network from `starts_on` to before `ends_on`, paid by a schedule."""

    provider_id: int
    network: str  # the network's code, as plans name it
    schedule_id: int
    starts_on: date
    ends_on: date | None = None


class RateFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One price. `method` as in plans.models.FeeRate; `percent` of billed or of the `reference_amount`.

    `reference_method` says what the reference's amount is for: fee (a unit), per_diem (a day) or case_rate (the case).
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

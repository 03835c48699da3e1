"""A claim as submitted, whatever door it came through: plain, frozen, the same for 837, API and paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

ZERO = Decimal("0.00")


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Base of all plain facts: immutable, compared by value, written without what is at its default. No fact points in
    a circle: the cycle collector need not walk through them."""


class SubmittedPerson(Fact, frozen=True, kw_only=True):
    """A subscriber or patient as named on the claim."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    number: str = ""  # NM109 of the subscriber
    birth_on: date | None = None
    sex: str = "U"
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


class SubmittedProvider(Fact, frozen=True, kw_only=True):
    """A provider as named on the claim. `entity` is 1 for a person, 2 for an organisation."""

    name: str
    first_name: str = ""
    entity: str = "2"
    npi: str = ""
    tin: str = ""
    taxonomy_code: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


class PriorAdjustment(Fact, frozen=True, kw_only=True):
    """One CAS of another payer: positive reduces what that payer paid."""

    group: str
    carc: str
    amount: Decimal


class OtherPayerLine(Fact, frozen=True, kw_only=True):
    """What another payer did with one line (loop 2430: SVD, CAS, DTP*573)."""

    payer_number: str
    paid_amount: Decimal
    paid_on: date | None = None
    adjustments: tuple[PriorAdjustment, ...] = ()
    remaining_member_amount: Decimal | None = None


class OtherPayer(Fact, frozen=True, kw_only=True):
    """Another payer of the claim (loop 2320): `sequence` P, S, T as in SBR01; amounts from AMT and CAS."""

    name: str
    number: str = ""
    sequence: str = "P"
    filing_indicator: str = ""
    paid_amount: Decimal | None = None
    paid_on: date | None = None
    remaining_member_amount: Decimal | None = None
    not_covered_amount: Decimal | None = None
    adjustments: tuple[PriorAdjustment, ...] = ()
    relationship: str = ""  # of the patient to that payer's subscriber
    group_number: str = ""
    subscriber_number: str = ""
    subscriber_last_name: str = ""
    subscriber_first_name: str = ""
    claim_number: str = ""  # that payer's own (REF*F8 in 2330B)


class Repricing(Fact, frozen=True, kw_only=True):
    """An external repricer's word (HCP): both amounts are kept."""

    method: str
    allowed_amount: Decimal
    savings_amount: Decimal | None = None
    organisation: str = ""
    reject_reason: str = ""  # HCP13


class SubmittedLine(Fact, frozen=True, kw_only=True):
    """One service line. `service_to` is inclusive, as submitted. Diagnosis pointers count from 1."""

    number: int
    billed_amount: Decimal
    service_from: date
    service_to: date
    units_count: Decimal = Decimal(1)
    unit_basis: str = "UN"  # UN units, MJ minutes, DA days
    procedure_qualifier: str = ""  # HC, AD, HP …
    procedure_code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    place_of_service: str = ""
    diagnosis_pointers: tuple[int, ...] = ()
    rendering_npi: str = ""
    ndc: str = ""
    authorization_number: str = ""
    is_emergency: bool = False
    tooth_numbers: tuple[str, ...] = ()
    control_number: str = ""  # REF*6R, echoed on the 835
    not_covered_amount: Decimal = ZERO  # institutional SV207
    repricing: Repricing | None = None
    other_payers: tuple[OtherPayerLine, ...] = ()
    tooth_surfaces: tuple[str, ...] = ()  # one for each tooth number, "" where none is named
    oral_cavity_codes: tuple[str, ...] = ()
    ndc_units_count: Decimal | None = None
    ndc_unit: str = ""  # F2, GR, ME, ML, UN
    note: str = ""


class OccurrenceFact(Fact, frozen=True, kw_only=True):
    """An occurrence (HI*BH) or occurrence span (HI*BI) of an institutional claim; `last_on` is inclusive."""

    code: str
    on: date
    last_on: date | None = None


class ValueFact(Fact, frozen=True, kw_only=True):
    """A value code (HI*BE) of an institutional claim. The figure is not always money."""

    code: str
    amount: Decimal


class Submission(Fact, frozen=True, kw_only=True):
    """All that a claim says. Kind P, I or D. `frequency_code` 1 original, 7 replacement, 8 void."""

    kind: str
    patient_control_number: str
    billed_amount: Decimal
    subscriber: SubmittedPerson
    billing_provider: SubmittedProvider
    lines: tuple[SubmittedLine, ...]
    patient: SubmittedPerson | None = None  # None: the subscriber is the patient
    relationship: str = "18"  # of the patient to the subscriber, X12 individual relationship code
    frequency_code: str = "1"
    facility_code: str = ""  # place of service (P, D) or the first two digits of the type of bill (I)
    group_number: str = ""
    payer_number: str = ""
    payer_name: str = ""
    payer_sequence: str = "P"  # SBR01: P when we are first
    filing_indicator: str = ""
    original_claim_number: str = ""  # REF*F8
    authorization_number: str = ""  # REF*G1
    referral_number: str = ""  # REF*9F
    benefits_assigned: bool = True  # CLM08
    accident_codes: tuple[str, ...] = ()  # AA auto, EM employment, OA other
    accident_on: date | None = None
    diagnoses: tuple[str, ...] = ()  # principal first, without dots
    admitting_diagnosis: str = ""
    procedures: tuple[str, ...] = ()  # ICD-10-PCS, principal first
    drg_code: str = ""
    admitted_on: date | None = None
    discharged_on: date | None = None
    discharge_status: str = ""
    admission_type: str = ""
    statement_from: date | None = None
    statement_to: date | None = None
    member_paid_amount: Decimal | None = None  # AMT*F5
    rendering_provider: SubmittedProvider | None = None
    facility: SubmittedProvider | None = None
    referring_npi: str = ""
    attending_npi: str = ""
    repricing: Repricing | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    notes: tuple[str, ...] = ()
    clearinghouse_number: str = ""  # REF*D9, echoed on the 277CA
    submission_type: str = "CH"  # BHT06: CH to be paid, RP for the record, 31 subrogation demand
    is_predetermination: bool = False  # CLM19 PB: asks what would be paid
    delay_reason_code: str = ""  # CLM20
    pay_to: SubmittedProvider | None = None  # another address, or the plan that paid and wants it back (2010AB, AC)
    condition_codes: tuple[str, ...] = ()
    occurrences: tuple[OccurrenceFact, ...] = ()
    values: tuple[ValueFact, ...] = ()
    external_causes: tuple[str, ...] = ()
    missing_teeth: tuple[str, ...] = ()  # DN2: extracted or missing
    is_orthodontic: bool = False  # DN1

    @property
    def service_from(self) -> date:
        """First day of service of any line."""
        return min(line.service_from for line in self.lines)

    @property
    def service_to(self) -> date:
        """Last day of service of any line, inclusive."""
        return max(line.service_to for line in self.lines)

    def rendering_npi_of(self, line: SubmittedLine) -> str:
        """Who rendered a line, as far as the claim says: on the line, else on the claim."""
        return line.rendering_npi or (self.rendering_provider.npi if self.rendering_provider else "")

"""A claim as partners send it: the fields of claims.facts.Submission, described and checked."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from claims.facts import Submission
from claims.models import Claim
from tpa.foundation.api.fields import Choice, Day, Flag, Matching, Money, Npi, Part, SignedMoney, Text, Units, Whole

_DIAGNOSIS: Final = "^[A-Z][0-9][0-9A-Z]{1,5}$"


@extend_schema_field({"type": "array", "items": {"type": "string", "pattern": _DIAGNOSIS}, "maxItems": 25})
class Diagnoses(serializers.ListField):
    """ICD-10-CM codes."""

    child = Matching(_DIAGNOSIS)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=25, **options)


def _texts(length: int, most: int, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=length), max_length=most, required=False, **options)


class PersonInput(Part):
    """A subscriber or patient."""

    last_name = Text(max_length=60)
    first_name = Text(max_length=35, required=False)
    middle_name = Text(max_length=25, required=False)
    number = Text(max_length=80, required=False, help_text="on the card; the subscriber's is wanted")
    birth_on = Day(required=False)
    sex = Choice(["F", "M", "U"], required=False)
    address_line = Text(max_length=120, required=False)
    city = Text(max_length=60, required=False)
    state = Text(max_length=2, required=False)
    postal_code = Text(max_length=15, required=False)


class ProviderInput(Part):
    """Who bills, renders, or where it was rendered."""

    name = Text(max_length=120, help_text="organisation or last name")
    first_name = Text(max_length=35, required=False)
    entity = Choice(["1", "2"], required=False, help_text="1 person, 2 organisation")
    npi = Npi(help_text="ten digits, the last of which checks the others")
    tin = Matching("^[0-9]{9}$", required=False)
    taxonomy_code = Text(max_length=10, required=False)
    address_line = Text(max_length=120, required=False)
    city = Text(max_length=60, required=False)
    state = Text(max_length=2, required=False)
    postal_code = Text(max_length=15, required=False)


class PriorAdjustmentInput(Part):
    """Why another payer did not pay a part: positive reduces what it paid."""

    group = Choice(["CO", "CR", "OA", "PI", "PR"])
    carc = Matching("^[A-Z0-9]{1,5}$")
    amount = SignedMoney()


class OtherPayerInput(Part):
    """A payer before or after us, and what it did with the whole claim."""

    name = Text(max_length=60)
    number = Text(max_length=80, required=False)
    sequence = Choice(["P", "S", "T"], required=False, help_text="first, second, third")
    filing_indicator = Text(max_length=2, required=False, help_text="MB Medicare B, CI commercial …")
    paid_amount = Money(required=False)
    paid_on = Day(required=False)
    remaining_member_amount = Money(required=False)
    not_covered_amount = Money(required=False)
    adjustments = PriorAdjustmentInput(many=True, required=False)
    relationship = Text(max_length=2, required=False, help_text="of the patient to that payer's subscriber")
    group_number = Text(max_length=50, required=False)
    subscriber_number = Text(max_length=80, required=False)
    subscriber_last_name = Text(max_length=60, required=False)
    subscriber_first_name = Text(max_length=35, required=False)
    claim_number = Text(max_length=50, required=False, help_text="that payer's own")


class OtherPayerLineInput(Part):
    """What another payer did with one line."""

    payer_number = Text(max_length=80, help_text="the number of one of other_payers")
    paid_amount = Money()
    paid_on = Day(required=False)
    adjustments = PriorAdjustmentInput(many=True, required=False)
    remaining_member_amount = Money(required=False)


class OccurrenceInput(Part):
    """An occurrence code with its day, or an occurrence span with both."""

    code = Matching("^[A-Z0-9]{2}$")
    on = Day()
    last_on = Day(required=False, help_text="of a span: the last day, inclusive")


class ValueInput(Part):
    """A value code; not every figure is money."""

    code = Matching("^[A-Z0-9]{2}$")
    amount = Money()


class LineInput(Part):
    """One service."""

    number = Whole(min_value=1, max_value=999)
    billed_amount = Money()
    service_from = Day()
    service_to = Day(help_text="last day, inclusive")
    units_count = Units(required=False, help_text="1 where nothing is said")
    unit_basis = Choice(["UN", "MJ", "DA"], required=False, help_text="units, minutes, days")
    procedure_qualifier = Matching("^[A-Z]{2}$", required=False, help_text="HC where nothing is said")
    procedure_code = Matching("^[A-Z0-9]{3,10}$", required=False)
    modifiers = serializers.ListField(child=Matching("^[A-Z0-9]{2}$"), max_length=4, required=False)
    revenue_code = Matching("^[0-9]{4}$", required=False)
    place_of_service = Matching("^[0-9A-Z]{2}$", required=False)
    diagnosis_pointers = serializers.ListField(
        child=Whole(min_value=1, max_value=12), max_length=4, required=False, help_text="1 is the first of diagnoses"
    )
    rendering_npi = Npi(required=False)
    ndc = Matching("^[0-9]{11}$", required=False)
    ndc_units_count = Units(required=False)
    ndc_unit = Choice(["F2", "GR", "ME", "ML", "UN"], required=False)
    authorization_number = Text(max_length=50, required=False)
    is_emergency = Flag(required=False)
    tooth_numbers = _texts(2, 32)
    tooth_surfaces = _texts(5, 32, help_text="one for each tooth number")
    oral_cavity_codes = _texts(3, 5)
    control_number = Text(max_length=50, required=False, help_text="yours; it comes back on the remittance")
    not_covered_amount = Money(required=False)
    other_payers = OtherPayerLineInput(many=True, required=False)
    note = Text(max_length=80, required=False)


class ClaimInput(Part):
    """A professional, institutional or dental claim."""

    kind = Choice(Claim.Kind.choices)
    patient_control_number = Text(max_length=38, help_text="yours; it comes back on the remittance")
    billed_amount = Money(help_text="the sum of the lines")
    subscriber = PersonInput()
    patient = PersonInput(required=False, help_text="when not the subscriber")
    relationship = Matching(
        "^[0-9A-Z]{2}$", required=False, help_text="of the patient to the subscriber: 01 spouse, 19 child …"
    )
    group_number = Text(max_length=50, required=False, help_text="the employer's, on the card")
    billing_provider = ProviderInput()
    rendering_provider = ProviderInput(required=False)
    facility = ProviderInput(required=False)
    pay_to = ProviderInput(required=False)
    referring_npi = Npi(required=False)
    attending_npi = Npi(required=False)
    lines = LineInput(many=True, min_length=1, max_length=999)
    frequency_code = Choice(["1", "7", "8"], required=False, help_text="1 original, 7 replaces, 8 voids")
    original_claim_number = Text(max_length=50, required=False, help_text="our number, for 7 and 8")
    facility_code = Matching(
        "^[0-9A-Z]{2}$", required=False, help_text="place of service, or the first two digits of the type of bill"
    )
    payer_sequence = Choice(["P", "S", "T"], required=False, help_text="whether we are first, second or third")
    other_payers = OtherPayerInput(many=True, max_length=10, required=False)
    member_paid_amount = Money(required=False)
    authorization_number = Text(max_length=50, required=False)
    referral_number = Text(max_length=50, required=False)
    benefits_assigned = Flag(required=False, help_text="false: the member is paid")
    accident_codes = serializers.ListField(
        child=Choice(["AA", "EM", "OA"]), max_length=3, required=False, help_text="auto, employment, other"
    )
    accident_on = Day(required=False)
    diagnoses = Diagnoses(help_text="the principal one first, without dots")
    admitting_diagnosis = Matching(_DIAGNOSIS, required=False)
    external_causes = Diagnoses()
    procedures = serializers.ListField(
        child=Matching("^[0-9A-HJ-NP-Z]{7}$"), max_length=25, required=False, help_text="ICD-10-PCS, principal first"
    )
    drg_code = Matching("^[0-9]{3,4}$", required=False)
    admitted_on = Day(required=False)
    admission_type = Matching("^[0-9]$", required=False)
    discharged_on = Day(required=False)
    discharge_status = Matching("^[0-9]{2}$", required=False)
    statement_from = Day(required=False)
    statement_to = Day(required=False, help_text="inclusive")
    condition_codes = serializers.ListField(child=Matching("^[A-Z0-9]{2}$"), max_length=24, required=False)
    occurrences = OccurrenceInput(many=True, max_length=24, required=False)
    values = ValueInput(many=True, max_length=24, required=False)
    missing_teeth = _texts(2, 35)
    is_orthodontic = Flag(required=False)
    is_predetermination = Flag(required=False, help_text="asks what would be paid (dental)")
    delay_reason_code = Matching("^[0-9]{1,2}$", required=False)
    notes = _texts(80, 10)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What several fields say together; what the claim says is checked where every door's claims are."""
        if "patient" in given and "relationship" not in given:
            told = ErrorDetail(_("Say how the patient is related to the subscriber."), code="required")
            raise serializers.ValidationError({"relationship": [told]})
        twice = ErrorDetail(_("Another line has this number."), code="twice")
        numbers: set[int] = set()
        faults: dict[Any, Any] = {}
        for place, line in enumerate(given["lines"]):
            if line["number"] in numbers:
                faults[place] = {"number": [twice]}
            numbers.add(line["number"])
        if faults:
            raise serializers.ValidationError({"lines": faults})
        return given


def submission_of(checked: dict[str, Any]) -> Submission:
    """The plain submission that checked input describes."""
    return msgspec.convert(checked, Submission)

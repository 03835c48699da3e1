"""A claim as partners send it: the fields of claims.facts.Submission, described and checked."""

from __future__ import annotations

from typing import Any

import msgspec
from rest_framework import serializers

from claims.facts import Submission
from claims.models import Claim


class _Part(serializers.Serializer[Any]):
    """A part that refuses fields it does not know: a misspelt field must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: "There is no such field." for name in unknown}, code="unknown")
        return value


class Money(serializers.DecimalField):
    """Dollars with at most two places, as a string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)


class PersonInput(_Part):
    last_name = serializers.CharField(max_length=60)
    first_name = serializers.CharField(max_length=35, required=False)
    middle_name = serializers.CharField(max_length=25, required=False)
    number = serializers.CharField(max_length=80, required=False, help_text="member number; the subscriber's is wanted")
    birth_on = serializers.DateField(required=False)
    sex = serializers.ChoiceField(["F", "M", "U"], required=False)


class ProviderInput(_Part):
    name = serializers.CharField(max_length=120)
    first_name = serializers.CharField(max_length=35, required=False)
    entity = serializers.ChoiceField(["1", "2"], required=False, help_text="1 person, 2 organisation")
    npi = serializers.RegexField(r"^\d{10}$")
    tin = serializers.RegexField(r"^\d{9}$", required=False)
    taxonomy_code = serializers.CharField(max_length=10, required=False)
    address_line = serializers.CharField(max_length=120, required=False)
    city = serializers.CharField(max_length=60, required=False)
    state = serializers.CharField(max_length=2, required=False)
    postal_code = serializers.CharField(max_length=15, required=False)


class LineInput(_Part):
    number = serializers.IntegerField(min_value=1, max_value=999)
    billed_amount = Money(min_value=0)
    service_from = serializers.DateField()
    service_to = serializers.DateField(help_text="last day, inclusive")
    units_count = serializers.DecimalField(max_digits=12, decimal_places=3, required=False)
    unit_basis = serializers.ChoiceField(["UN", "MJ", "DA"], required=False)
    procedure_qualifier = serializers.CharField(max_length=2, required=False)
    procedure_code = serializers.CharField(max_length=10, required=False)
    modifiers = serializers.ListField(child=serializers.CharField(min_length=2, max_length=2), max_length=4, required=False)
    revenue_code = serializers.CharField(max_length=4, required=False)
    place_of_service = serializers.CharField(max_length=2, required=False)
    diagnosis_pointers = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=4, required=False)
    rendering_npi = serializers.RegexField(r"^\d{10}$", required=False)
    ndc = serializers.CharField(max_length=48, required=False)
    authorization_number = serializers.CharField(max_length=50, required=False)
    is_emergency = serializers.BooleanField(required=False)
    tooth_numbers = serializers.ListField(child=serializers.CharField(max_length=2), required=False)


class ClaimInput(_Part):
    kind = serializers.ChoiceField(Claim.Kind.choices)
    patient_control_number = serializers.CharField(max_length=38, help_text="yours; it comes back on the remittance")
    billed_amount = Money(min_value=0, help_text="the sum of the lines")
    subscriber = PersonInput()
    patient = PersonInput(required=False, help_text="when not the subscriber")
    relationship = serializers.CharField(max_length=2, required=False, help_text="of the patient; 18 is the subscriber")
    billing_provider = ProviderInput()
    rendering_provider = ProviderInput(required=False)
    facility = ProviderInput(required=False)
    lines = LineInput(many=True, min_length=1, max_length=999)
    frequency_code = serializers.ChoiceField(["1", "7", "8"], required=False, help_text="1 original, 7 replaces, 8 voids")
    original_claim_number = serializers.CharField(max_length=50, required=False, help_text="our number, for 7 and 8")
    facility_code = serializers.CharField(max_length=2, required=False)
    group_number = serializers.CharField(max_length=50, required=False)
    authorization_number = serializers.CharField(max_length=50, required=False)
    referral_number = serializers.CharField(max_length=50, required=False)
    benefits_assigned = serializers.BooleanField(required=False)
    accident_codes = serializers.ListField(child=serializers.ChoiceField(["AA", "EM", "OA"]), required=False)
    accident_on = serializers.DateField(required=False)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=8), required=False)
    drg_code = serializers.CharField(max_length=4, required=False)
    admitted_on = serializers.DateField(required=False)
    discharged_on = serializers.DateField(required=False)
    statement_from = serializers.DateField(required=False)
    statement_to = serializers.DateField(required=False)


def submission_of(checked: dict[str, Any]) -> Submission:
    """The plain submission that checked input describes."""
    return msgspec.convert(checked, Submission)

"""What the API says of a claim: how it stands, its lines as decided, what it waits for, how it was paid, and why."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.models import Claim, ClaimLine, Decision, Payment
from tpa.foundation.api.ids import IdOutput
from tpa.foundation.api.outputs import Dollars


class ClaimOutput(serializers.Serializer[Claim]):
    """A claim and where it stands. Amounts are null until it is decided."""

    claim_number = serializers.CharField()
    status = serializers.ChoiceField(Claim.Status.choices)
    kind = serializers.ChoiceField(Claim.Kind.choices, help_text="professional, institutional or dental")
    employer = IdOutput("employer", "employer_id")
    member = IdOutput("member", "member_id", help_text="the patient")
    patient_control_number = serializers.CharField(help_text="the provider's number")
    service_from = serializers.DateField()
    service_to = serializers.DateField(help_text="last day, inclusive")
    received_on = serializers.DateField()
    due_on = serializers.DateField(help_text="the day by which the law wants it decided")
    currency = serializers.SerializerMethodField()
    billed_amount = Dollars()
    allowed_amount = Dollars(allow_null=True)
    member_amount = Dollars(allow_null=True, help_text="all the member owes")
    plan_paid_amount = Dollars(allow_null=True)

    @extend_schema_field({"type": "string", "const": "USD"})
    def get_currency(self, claim: Claim) -> str:
        return "USD"


class AdjustmentOutput(serializers.Serializer[Any]):
    """Why a part of billed was not paid: group code, CARC, amount, RARCs."""

    group = serializers.CharField()
    carc = serializers.CharField()
    amount = serializers.CharField()
    rarcs = serializers.ListField(child=serializers.CharField())


class LineOutput(serializers.Serializer[Any]):
    """One line as decided: billed = plan paid + adjustments. A reversal carries the figures negated."""

    number = serializers.IntegerField()
    procedure_code = serializers.CharField()
    modifiers = serializers.SerializerMethodField()
    revenue_code = serializers.CharField()
    place_of_service = serializers.CharField()
    tooth_numbers = serializers.SerializerMethodField()
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    units_count = serializers.DecimalField(max_digits=12, decimal_places=3)
    benefit = serializers.CharField(help_text="the benefit of the plan under which it was decided")
    network_tier = serializers.CharField()
    billed_amount = Dollars()
    allowed_amount = Dollars()
    not_covered_amount = Dollars()
    copay_amount = Dollars()
    deductible_amount = Dollars()
    coinsurance_amount = Dollars()
    other_payer_amount = Dollars()
    member_amount = Dollars()
    plan_paid_amount = Dollars()
    adjustments = serializers.SerializerMethodField()

    def get_modifiers(self, line: ClaimLine) -> list[str]:
        return line.modifiers.split(":") if line.modifiers else []

    def get_tooth_numbers(self, line: ClaimLine) -> list[str]:
        return line.tooth_numbers.split(":") if line.tooth_numbers else []

    @extend_schema_field(AdjustmentOutput(many=True))
    def get_adjustments(self, line: ClaimLine) -> list[dict[str, Any]]:
        names = ("group", "carc", "amount", "rarcs")
        return [dict(zip(names, adjustment, strict=True)) for adjustment in line.adjustments]


class PendOutput(serializers.Serializer[Any]):
    """A question that waits for a person."""

    reason = serializers.CharField()
    line_number = serializers.IntegerField(allow_null=True, help_text="null: the whole claim")
    opened_at = serializers.DateTimeField()


class PaidOutput(serializers.Serializer[Any]):
    """What a payment gave for the claim, or took back: then negative."""

    trace_number = serializers.CharField(source="payment.trace_number", help_text="stands on the remittance")
    method = serializers.ChoiceField(Payment.Method.choices, source="payment.method")
    paid_on = serializers.DateField(source="payment.paid_on")
    amount = Dollars()


class ClaimDetailOutput(ClaimOutput):
    """The claim with the lines of its last decision, none before the first."""

    decision_number = serializers.IntegerField(allow_null=True)
    outcome = serializers.ChoiceField(Decision.Outcome.choices, allow_null=True)
    lines = LineOutput(many=True)
    waits_for = PendOutput(many=True)
    payments = PaidOutput(many=True)


class StepOutput(serializers.Serializer[Any]):
    """One step: the rule, the clause of the plan it follows, its inputs, and what it added to which figure."""

    rule = serializers.CharField()
    title = serializers.CharField(help_text="the rule's name in words")
    says = serializers.CharField(help_text="the whole step as a sentence")
    clause = serializers.CharField(help_text="section of the plan document; empty where no clause speaks")
    figure = serializers.CharField(help_text="empty for a step that only notes")
    figure_title = serializers.CharField(help_text="the figure's name in words")
    amount = serializers.CharField(allow_null=True)
    inputs = serializers.DictField(child=serializers.CharField())


class ExplainedAdjustmentOutput(AdjustmentOutput):
    """The same, and what the member reads of it."""

    says = serializers.CharField()


class LineTraceOutput(serializers.Serializer[Any]):
    """The steps of one line; those of a figure add up to it. Then what they leave unpaid."""

    number = serializers.IntegerField()
    benefit = serializers.CharField(help_text="the benefit of the plan under which it was decided")
    network_tier = serializers.CharField()
    steps = StepOutput(many=True)
    adjustments = ExplainedAdjustmentOutput(many=True)


class ExplainedQuestionOutput(serializers.Serializer[Any]):
    """What a person must answer before the claim can be decided."""

    reason = serializers.CharField()
    says = serializers.CharField()
    line_number = serializers.IntegerField(allow_null=True, help_text="null: the whole claim")
    queue = serializers.CharField()
    evidence = serializers.DictField(child=serializers.CharField())


class ExplanationOutput(serializers.Serializer[Any]):
    """Why the last decision says what it says."""

    claim_number = serializers.CharField()
    decision_number = serializers.IntegerField()
    outcome = serializers.ChoiceField(Decision.Outcome.choices)
    plan_hash = serializers.CharField(help_text="of the plan version that was applied")
    engine_version = serializers.CharField()
    lines = LineTraceOutput(many=True)
    questions = ExplainedQuestionOutput(many=True)

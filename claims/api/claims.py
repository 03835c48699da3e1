"""/api/v1/claims: send a claim, list and read claims, and why each cent came out as it did."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.adjudication.selectors import explanation_of, last_decision
from claims.api.submissions import ClaimInput, submission_of
from claims.intake.submit_claim import submit_claim
from claims.models import Claim, ClaimLine
from claims.tasks import ring_for_decision
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.preconditions import etag_of
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role

_MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class ClaimOutput(serializers.Serializer[Claim]):
    """A claim and where it stands. Amounts are null until it is decided."""

    claim_number = serializers.CharField()
    status = serializers.ChoiceField(Claim.Status.choices)
    kind = serializers.ChoiceField(Claim.Kind.choices)
    patient_control_number = serializers.CharField()
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.SerializerMethodField()
    billed_amount = serializers.DecimalField(**_MONEY)
    allowed_amount = serializers.DecimalField(**_MONEY, allow_null=True)
    member_amount = serializers.DecimalField(**_MONEY, allow_null=True)
    plan_paid_amount = serializers.DecimalField(**_MONEY, allow_null=True)

    def get_currency(self, claim: Claim) -> str:
        return "USD"


class AdjustmentOutput(serializers.Serializer[Any]):
    """Why a part of billed was not paid."""

    group = serializers.CharField()
    carc = serializers.CharField()
    amount = serializers.DecimalField(**_MONEY)
    rarcs = serializers.ListField(child=serializers.CharField())


class LineOutput(serializers.Serializer[ClaimLine]):
    """One line as decided: billed = plan paid + adjustments."""

    number = serializers.IntegerField()
    procedure_code = serializers.CharField()
    revenue_code = serializers.CharField()
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    units_count = serializers.DecimalField(max_digits=12, decimal_places=3)
    benefit = serializers.CharField()
    network_tier = serializers.CharField()
    billed_amount = serializers.DecimalField(**_MONEY)
    allowed_amount = serializers.DecimalField(**_MONEY)
    not_covered_amount = serializers.DecimalField(**_MONEY)
    copay_amount = serializers.DecimalField(**_MONEY)
    deductible_amount = serializers.DecimalField(**_MONEY)
    coinsurance_amount = serializers.DecimalField(**_MONEY)
    other_payer_amount = serializers.DecimalField(**_MONEY)
    member_amount = serializers.DecimalField(**_MONEY)
    plan_paid_amount = serializers.DecimalField(**_MONEY)
    adjustments = serializers.SerializerMethodField()

    @extend_schema(responses=AdjustmentOutput(many=True))
    def get_adjustments(self, line: ClaimLine) -> list[dict[str, Any]]:
        names = ("group", "carc", "amount", "rarcs")
        return [dict(zip(names, adjustment, strict=True)) for adjustment in line.adjustments]


class ClaimDetailOutput(ClaimOutput):
    """The claim with the lines of its last decision, none before the first."""

    decision_number = serializers.IntegerField(allow_null=True)
    lines = LineOutput(many=True)


class ClaimQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    status = serializers.ChoiceField(Claim.Status.choices, required=False)
    patient_control_number = serializers.CharField(max_length=38, required=False)


class StepOutput(serializers.Serializer[Any]):
    """One step of a line's trace: the rule, the plan clause it follows, its inputs, and what it added to which figure."""

    rule = serializers.CharField()
    clause = serializers.CharField()
    figure = serializers.CharField()
    amount = serializers.DecimalField(**_MONEY, allow_null=True)
    inputs = serializers.DictField(child=serializers.CharField())


class LineTraceOutput(serializers.Serializer[Any]):
    """The steps of one line; those of a figure add up to it."""

    number = serializers.IntegerField()
    steps = StepOutput(many=True)


class ExplanationOutput(serializers.Serializer[Any]):
    """Why the last decision says what it says."""

    claim_number = serializers.CharField()
    decision_number = serializers.IntegerField()
    outcome = serializers.CharField()
    plan_hash = serializers.CharField()
    engine_version = serializers.CharField()
    lines = LineTraceOutput(many=True)


def claims_of(scope: Scope) -> QuerySet[Claim]:
    """The claims that exist for a caller: all of their employers', or for a partner those it sent itself."""
    claims = Claim.objects.visible_to(scope).defer("submission")
    if scope.roles.isdisjoint(CLAIMS_STAFF):
        claims = claims.filter(sent_by_id=scope.user_id)
    return claims


def claim_for(scope: Scope, claim_number: str) -> Claim:
    """One claim that the caller may read; the reading is recorded. Raises NotFound."""
    claim = claims_of(scope).filter(claim_number=claim_number).first()
    if claim is None:
        raise NotFound("claim.no_such_claim", _("There is no such claim."))
    record_read(claim, by=scope.actor, purpose="api")
    return claim


@requires(*CLAIMS_STAFF, Role.PARTNER)
class Claims(ApiView):
    """Send one claim; list claims."""

    scope_name = "claims"
    query_serializer = ClaimQuery
    pages = Pages

    @extend_schema(operation_id="claims_list", responses=ClaimOutput(many=True))
    def get(self, request: Request) -> Response:
        wanted = self.query(request)
        claims = claims_of(request.scope).filter(**wanted)
        response = self.page(claims, ClaimOutput)
        numbers = [item["claim_number"] for item in response.data["items"]]
        ids = Claim.objects.filter(claim_number__in=numbers).values_list("pk", flat=True)
        record_read(Subjects.rows(Claim, ids), by=request.scope.actor, purpose="api list")
        return response

    @extend_schema(operation_id="claims_send", request=ClaimInput, responses={201: ClaimOutput})
    def post(self, request: Request) -> Response:
        given = ClaimInput(data=request.data)
        given.is_valid(raise_exception=True)
        accepted = submit_claim(submission=submission_of(given.validated_data), origin="api", by=request.scope)
        ring_for_decision(accepted.family_id)
        claim = Claim.objects.get(pk=accepted.claim_id)
        where = reverse("claims_api:claim", args=[claim.claim_number])
        return Response(ClaimOutput(claim).data, status=status.HTTP_201_CREATED, headers={"Location": where})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneClaim(ApiView):
    """One claim with the lines of its last decision."""

    scope_name = "claims"

    @extend_schema(operation_id="claims_read", responses=ClaimDetailOutput)
    def get(self, request: Request, claim_number: str) -> Response:
        claim = claim_for(request.scope, claim_number)
        decision = last_decision(claim)
        lines = list(decision.lines.order_by("number")) if decision else []
        shown = {
            **ClaimOutput(claim).data,
            "decision_number": decision.number if decision else None,
            "lines": LineOutput(lines, many=True).data,
        }
        return Response(shown, headers={"ETag": etag_of("claim", claim.pk, claim.revision)})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class Explanation(ApiView):
    """Why: each line's steps with clause, inputs and arithmetic."""

    scope_name = "claims"

    @extend_schema(operation_id="claims_explain", responses=ExplanationOutput)
    def get(self, request: Request, claim_number: str) -> Response:
        claim = claim_for(request.scope, claim_number)
        decision = last_decision(claim)
        if decision is None:
            raise NotFound("claim.not_decided", _("This claim has not been decided yet."))
        return Response(ExplanationOutput(msgspec.to_builtins(explanation_of(decision))).data)

"""/api/v1/claims/…/rates: out-of-network rates of a claim's lines, agreed with the provider or determined."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claims import claim_for
from claims.disputes.record_rate import AGREED, DETERMINED, OutOfNetworkRate, rates_recorded, record_rate
from tpa.foundation.access import requires, scope_of
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.views import ApiView
from tpa.foundation.models import Role


class RateOutput(serializers.Serializer[Any]):
    """A rate as it was recorded; of a line the last one counts."""

    line_number = serializers.IntegerField()
    amount = Dollars(help_text="for the line in all")
    because = serializers.CharField(help_text="how it came about, and where it is written")
    recorded_at = serializers.DateTimeField(source="at")


class RateInput(serializers.Serializer[Any]):
    """So much for a line in all, of which plan and member each bear their part."""

    line_number = serializers.IntegerField(min_value=1, max_value=9999)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    how = serializers.ChoiceField([AGREED, DETERMINED])
    because = serializers.CharField(max_length=280, help_text="where it is written")


@requires(Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
class Rates(ApiView):
    """Out-of-network rates of a claim."""

    scope_name = "claims"

    @extend_schema(operation_id="rates_list", summary="List a claim's rates", responses=RateOutput(many=True))
    def get(self, request: Request, claim_number: str) -> Response:
        """In the order in which they were recorded."""
        claim = claim_for(scope_of(request), claim_number)
        return Response(RateOutput(rates_recorded(claim), many=True).data)

    @extend_schema(operation_id="rates_record", summary="Record a rate", request=RateInput, responses={201: RateOutput})
    def post(self, request: Request, claim_number: str) -> Response:
        """A fact of the claim's next decision: ask for a reprocessing list, which pays the difference."""
        given = RateInput(data=request.data)
        given.is_valid(raise_exception=True)
        scope, said = scope_of(request), given.validated_data
        claim = claim_for(scope, claim_number)
        rate = OutOfNetworkRate(said["line_number"], said["amount"], said["how"])
        row = record_rate(claim_id=claim.pk, rate=rate, because=said["because"], by=scope)
        return Response(RateOutput(row).data, status=status.HTTP_201_CREATED)

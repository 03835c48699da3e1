"""/api/v1/claims: send a claim, list and read claims, and why each cent came out as it did."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.adjudication.explanation import explanation_of
from claims.adjudication.selectors import last_decision
from claims.api.outputs import ClaimDetailOutput, ClaimOutput, ExplanationOutput, LineOutput, PaidOutput, PendOutput
from claims.api.submissions import ClaimInput, submission_of
from claims.intake.submit_claim import submit_claim
from claims.models import Claim, PaymentItem, Pend
from claims.tasks import ring_for_decision
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires, scope_of
from tpa.foundation.api.ids import IdParameter
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.preconditions import etag_of, is_unchanged
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role

SENDERS: Final = (CLAIMS_STAFF - {Role.AUDITOR}) | {Role.PARTNER}
"""Who may send claims and files: auditors look and never act."""

LOCATION: Final = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, description="Where it can be read.", response=[200, 201, 202]
)
IF_NONE_MATCH: Final = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag you have: 304 while nothing changed."
)

# Where in the body the reason stands for which nobody of ours was found.
_PLACES: Final = {
    "claim.member_not_found": "#/subscriber",
    "claim.member_ambiguous": "#/subscriber",
    "claim.provider_not_known": "#/billing_provider/npi",
}


class ClaimQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    status = serializers.ChoiceField(Claim.Status.choices, required=False)
    patient_control_number = serializers.CharField(max_length=38, required=False)
    employer = IdParameter("employer", required=False)
    file = IdParameter("file", required=False, help_text="the claims that came with a file")


def claims_of(scope: Scope) -> QuerySet[Claim]:
    """The claims that exist for a caller: all of their employers', or for a partner those it sent itself."""
    claims = Claim.objects.visible_to(scope).defer("submission")
    if not scope.has_any(*CLAIMS_STAFF):
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

    @extend_schema(operation_id="claims_list", summary="List claims", responses=ClaimOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, a partner's system what it sent itself."""
        scope, wanted = scope_of(request), self.query(request)
        claims = claims_of(scope)
        if "file" in wanted:
            claims = claims.filter(transaction_set__file=wanted.pop("file"))

        def read(rows: list[Claim]) -> None:
            record_read(Subjects.rows(Claim, [claim.pk for claim in rows]), by=scope.actor, purpose="api list")

        return self.page(claims.filter(**wanted), ClaimOutput, read=read)

    @extend_schema(
        operation_id="claims_send",
        summary="Send a claim",
        request=ClaimInput,
        responses={201: ClaimOutput},
        parameters=[LOCATION],
    )
    def post(self, request: Request) -> Response:
        """It passes the same checks as a claim of a file and is decided at once by a worker: read it again after a
        moment. What is wrong with it is told all at once, each fault with its place in the body."""
        scope = scope_of(request)
        check_role(scope, *SENDERS)
        given = ClaimInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            accepted = submit_claim(submission=submission_of(given.validated_data), origin="api", by=scope)
        except Invalid as refusal:
            if refusal.code in _PLACES:
                place = {"pointer": _PLACES[refusal.code], "code": refusal.code, "detail": str(refusal.message)}
                refusal.extra.setdefault("errors", [place])
            raise
        ring_for_decision(accepted.family_id)
        claim = Claim.objects.get(pk=accepted.claim_id)
        where = reverse("claims_api:claim", args=[claim.claim_number])
        return Response(ClaimOutput(claim).data, status=status.HTTP_201_CREATED, headers={"Location": where})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneClaim(ApiView):
    """One claim."""

    scope_name = "claims"

    @extend_schema(
        operation_id="claims_read",
        summary="Read a claim",
        responses={200: ClaimDetailOutput, 304: None},
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request, claim_number: str) -> Response:
        """Where it stands, the lines of its last decision, what of it waits for a person, and its payments."""
        claim = claim_for(scope_of(request), claim_number)
        etag = etag_of("claim", claim.pk, claim.revision)
        if is_unchanged(request, etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        decision = last_decision(claim)
        lines = list(decision.lines.order_by("number")) if decision else []
        pends = claim.pends.filter(status=Pend.Status.OPEN).order_by("pk")
        payments = PaymentItem.objects.filter(claim=claim).select_related("payment").order_by("pk")
        shown = {
            **ClaimOutput(claim).data,
            "decision_number": decision.number if decision else None,
            "outcome": decision.outcome if decision else None,
            "lines": LineOutput(lines, many=True).data,
            "waits_for": PendOutput(pends, many=True).data,
            "payments": PaidOutput(payments, many=True).data,
        }
        return Response(shown, headers={"ETag": etag})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class Explanation(ApiView):
    """Why a claim came out as it did."""

    scope_name = "claims"

    @extend_schema(operation_id="claims_explain", summary="Explain a decision", responses=ExplanationOutput)
    def get(self, request: Request, claim_number: str) -> Response:
        """Each line's steps in plain words, with the plan's clause, its inputs and the arithmetic; the steps of a
        figure add up to it. 404 before the first decision."""
        claim = claim_for(scope_of(request), claim_number)
        decision = last_decision(claim)
        if decision is None:
            raise NotFound("claim.not_decided", _("This claim has not been decided yet."))
        return Response(ExplanationOutput(msgspec.to_builtins(explanation_of(decision))).data)

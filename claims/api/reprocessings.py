"""/api/v1/reprocessings: decided claims that would come out otherwise by what we learned later, and the answer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claims import LOCATION
from claims.models import Claim, Reprocessing, ReprocessingClaim
from claims.reprocessing.approve_reprocessing import approve_reprocessing
from claims.reprocessing.decline_reprocessing import decline_reprocessing
from claims.reprocessing.propose_reprocessing import propose_reprocessing
from claims.reprocessing.selectors import claims_listed, reprocessings_of
from claims.tasks import list_reprocessings, ring_for_reprocessing
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.bell import ring
from tpa.foundation.errors import NotFound


class ReprocessingOutput(serializers.Serializer[Reprocessing]):
    """A list of an employer's decided claims that would come out otherwise, in sum."""

    id = IdOutput("reprocessing")
    employer = IdOutput("employer", "employer_id")
    since = serializers.DateTimeField(help_text="changes recorded from this moment on")
    because = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    status = serializers.ChoiceField(Reprocessing.Status.choices)
    revision = serializers.IntegerField(help_text="to be named when it is approved or declined")
    answer = serializers.CharField(help_text="why it was approved or declined")
    compared_count = serializers.IntegerField(help_text="claims decided anew in memory")
    failed_count = serializers.IntegerField(help_text="families that could not be compared")
    claim_count = serializers.IntegerField(help_text="claims that come out otherwise")
    stale_count = serializers.IntegerField(help_text="claims left as they stood, for a new list")
    allowed_change_amount = Dollars()
    member_change_amount = Dollars()
    plan_paid_change_amount = Dollars()
    moved_amount = Dollars(help_text="the changes of what the plan pays, up and down, added up")


class ReprocessingClaimOutput(serializers.Serializer[ReprocessingClaim]):
    """One claim of the list. Amounts are zero while a question is open."""

    claim_number = serializers.CharField(source="claim.claim_number")
    family = IdOutput("family", "family_id")
    place = serializers.IntegerField(help_text="its turn among the family's claims, by the plan's order")
    why = serializers.ListField(child=serializers.CharField(), help_text="the facts that are others now")
    status = serializers.ChoiceField(ReprocessingClaim.Status.choices)
    standing_outcome = serializers.CharField()
    standing_allowed_amount = Dollars()
    standing_member_amount = Dollars()
    standing_plan_paid_amount = Dollars()
    new_outcome = serializers.CharField()
    new_allowed_amount = Dollars()
    new_member_amount = Dollars()
    new_plan_paid_amount = Dollars()


class ReprocessingInput(serializers.Serializer[Any]):
    """Which employer's claims, and from when on what was recorded counts."""

    employer = IdParameter("employer")
    since = serializers.DateTimeField()
    because = serializers.CharField(max_length=300, help_text="what changed")


class ReprocessingAnswerInput(serializers.Serializer[Any]):
    """The answer to a list as it was seen."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    because = serializers.CharField(max_length=300)


class ReprocessingQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)


def reprocessing_of(scope: Scope, reprocessing_id: int) -> Reprocessing:
    """A list that the caller may read. Raises NotFound."""
    row = reprocessings_of(scope).filter(pk=reprocessing_id).first()
    if row is None:
        raise NotFound("reprocessing.no_such_list", _("There is no such list."))
    return row


@requires(*CLAIMS_STAFF)
class Reprocessings(ApiView):
    """Ask for a list; list them."""

    scope_name = "claims"
    query_serializer = ReprocessingQuery
    pages = Pages

    @extend_schema(
        operation_id="reprocessings_list", summary="List reprocessings", responses=ReprocessingOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        employer_id = self.query(request).get("employer")
        return self.page(reprocessings_of(scope_of(request), employer_id=employer_id), ReprocessingOutput)

    @extend_schema(
        operation_id="reprocessings_propose",
        summary="Ask for a reprocessing list",
        request=ReprocessingInput,
        responses={201: ReprocessingOutput},
        parameters=[LOCATION],
    )
    def post(self, request: Request) -> Response:
        """It is drawn up by a worker; nothing is decided. Read it until it is `proposed`. For senior examiners and
        managers."""
        given = ReprocessingInput(data=request.data)
        given.is_valid(raise_exception=True)
        scope, said = scope_of(request), given.validated_data
        row = propose_reprocessing(employer_id=said["employer"], since=said["since"], because=said["because"], by=scope)
        ring(list_reprocessings)
        where = reverse("claims_api:reprocessing", args=[row.pk])
        output = ReprocessingOutput(reprocessing_of(scope, row.pk)).data
        return Response(output, status=status.HTTP_201_CREATED, headers={"Location": where})


@requires(*CLAIMS_STAFF)
class OneReprocessing(ApiView):
    """One list."""

    scope_name = "claims"

    @extend_schema(operation_id="reprocessings_read", summary="Read a reprocessing", responses=ReprocessingOutput)
    def get(self, request: Request, reprocessing_id: int) -> Response:
        """Where it stands, and its sums."""
        return Response(ReprocessingOutput(reprocessing_of(scope_of(request), reprocessing_id)).data)


@requires(*CLAIMS_STAFF)
class ReprocessingClaims(ApiView):
    """The claims of a list."""

    scope_name = "claims"
    pages = Pages

    @extend_schema(
        operation_id="reprocessings_claims",
        summary="List a reprocessing's claims",
        responses=ReprocessingClaimOutput(many=True),
    )
    def get(self, request: Request, reprocessing_id: int) -> Response:
        """Each with what stands and what it would come to."""
        scope = scope_of(request)
        row = reprocessing_of(scope, reprocessing_id)

        def read(rows: list[ReprocessingClaim]) -> None:
            record_read(Subjects.rows(Claim, [item.claim_id for item in rows]), by=scope.actor, purpose="api list")

        return self.page(claims_listed(scope, row.pk), ReprocessingClaimOutput, ordering="id", read=read)


@requires(*CLAIMS_STAFF)
class ReprocessingApproval(ApiView):
    """A list approved."""

    scope_name = "claims"

    @extend_schema(
        operation_id="reprocessings_approve",
        summary="Approve a reprocessing",
        request=ReprocessingAnswerInput,
        responses=ReprocessingOutput,
    )
    def post(self, request: Request, reprocessing_id: int) -> Response:
        """Its claims are reversed and decided anew. For managers; above a manager's limit for another than who drew it
        up."""
        scope, said = scope_of(request), _answer(request)
        approve_reprocessing(reprocessing_id=reprocessing_id, by=scope, **said)
        ring_for_reprocessing()
        return Response(ReprocessingOutput(reprocessing_of(scope, reprocessing_id)).data)


@requires(*CLAIMS_STAFF)
class ReprocessingRefusal(ApiView):
    """A list declined."""

    scope_name = "claims"

    @extend_schema(
        operation_id="reprocessings_decline",
        summary="Decline a reprocessing",
        request=ReprocessingAnswerInput,
        responses=ReprocessingOutput,
    )
    def post(self, request: Request, reprocessing_id: int) -> Response:
        """Every claim stands as it stood. For managers."""
        scope, said = scope_of(request), _answer(request)
        decline_reprocessing(reprocessing_id=reprocessing_id, by=scope, **said)
        return Response(ReprocessingOutput(reprocessing_of(scope, reprocessing_id)).data)


def _answer(request: Request) -> dict[str, Any]:
    given = ReprocessingAnswerInput(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)

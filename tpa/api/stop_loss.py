"""/api/v1/stop-loss: policies with their windows, where everybody stands, notices and requests. Reading only."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.foundation.access import EMPLOYER_PEOPLE, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period
from tpa.models import (
    StopLossCoverage,
    StopLossNotice,
    StopLossPolicy,
    StopLossRequest,
    StopLossRequestClaim,
    StopLossStanding,
)
from tpa.stoploss.selectors import claims_of_request, notices_of, policies_of, requests_of, standings_of

DESK: Final = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)


class WindowOutput(serializers.Serializer[Any]):
    """Both days are counted."""

    first_on = serializers.DateField(source="lower")
    last_on = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "format": "date"})
    def get_last_on(self, days: Any) -> str | None:
        last = Period.of_range(days).last
        return last.isoformat() if last else None


class StopLossCoverageOutput(serializers.Serializer[StopLossCoverage]):
    """The specific or the aggregate coverage: when a claim must have been incurred and paid, and from where it pays."""

    kind = serializers.ChoiceField(StopLossCoverage.Kind.choices)
    section = serializers.CharField()
    incurred = WindowOutput()
    paid = WindowOutput()
    benefits = serializers.ListField(child=serializers.CharField())
    attachment_amount = Dollars(allow_null=True, help_text="the specific deductible of each person")
    corridor_amount = Dollars(help_text="aggregating specific")
    reimburse_percent = serializers.DecimalField(max_digits=5, decimal_places=2)
    most_amount = Dollars(allow_null=True)


class StopLossPolicyOutput(serializers.Serializer[StopLossPolicy]):
    """One carrier's policy for an employer and a term."""

    id = IdOutput("policy")
    number = serializers.CharField()
    employer = IdOutput("employer", "employer_id")
    carrier_name = serializers.CharField()
    status = serializers.ChoiceField(StopLossPolicy.Status.choices)
    term = WindowOutput(source="period")
    ends_early_on = serializers.DateField(allow_null=True)
    coverages = StopLossCoverageOutput(many=True)


class StandingOutput(serializers.Serializer[StopLossStanding]):
    """Where a person stands after the last payment run."""

    member = IdOutput("member", "member_id")
    eligible_amount = Dollars()
    attachment_amount = Dollars(allow_null=True, help_text="null: left out by a laser")
    corridor_amount = Dollars()
    reimbursable_amount = Dollars(help_text="what the carrier owes")
    used_percent = serializers.IntegerField()
    reckoned_at = serializers.DateTimeField()


class StopLossNoticeOutput(serializers.Serializer[StopLossNotice]):
    """Something the carrier must hear, or heard."""

    id = IdOutput("notice")
    policy = IdOutput("policy", "policy_id")
    member = IdOutput("member", "member_id")
    kind = serializers.ChoiceField(StopLossNotice.Kind.choices)
    status = serializers.ChoiceField(StopLossNotice.Status.choices)
    status_at = serializers.DateTimeField()
    because = serializers.CharField()
    eligible_amount = Dollars()


class StopLossRequestOutput(serializers.Serializer[StopLossRequest]):
    """A request for reimbursement. Below zero: what is paid back. Whose it is only staff see."""

    id = IdOutput("request")
    number = serializers.CharField()
    policy = IdOutput("policy", "policy_id")
    kind = serializers.ChoiceField(StopLossRequest.Kind.choices)
    status = serializers.ChoiceField(StopLossRequest.Status.choices)
    filed_on = serializers.DateField(allow_null=True)
    prove_by_on = serializers.DateField(allow_null=True)
    reimbursable_amount = Dollars()
    filed_before_amount = Dollars()
    requested_amount = Dollars()
    received_amount = Dollars()


class PacketClaimOutput(serializers.Serializer[StopLossRequestClaim]):
    """A claim in the packet, with the payment that proves it."""

    claim_number = serializers.CharField()
    incurred_on = serializers.DateField()
    benefit = serializers.CharField()
    purpose = serializers.ChoiceField(StopLossRequestClaim.Purpose.choices)
    paid_on = serializers.DateField(allow_null=True)
    trace_number = serializers.CharField()
    amount = Dollars()


class StopLossQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)


class OfPolicyQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    policy = IdParameter("policy", required=False)


def policy_for(scope: Scope, policy_id: int) -> StopLossPolicy:
    """A policy that the caller may read. Raises NotFound."""
    policy = policies_of(scope).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("stoploss.no_such_policy", _("There is no such policy."))
    return policy


@requires(*DESK, *EMPLOYER_PEOPLE)
class StopLossPolicies(ApiView):
    """Stop-loss policies."""

    scope_name = "invoices"
    query_serializer = StopLossQuery
    pages = Pages

    @extend_schema(
        operation_id="stop_loss_policies", summary="List policies", responses=StopLossPolicyOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, employer people their own."""
        wanted = self.query(request)
        policies = policies_of(scope_of(request), employer_id=wanted.get("employer"))
        return self.page(policies, StopLossPolicyOutput, ordering="-id")


@requires(*DESK)
class StopLossStandings(ApiView):
    """Where persons stand under a policy. For staff only (45 CFR 164.504(f))."""

    scope_name = "invoices"
    pages = Pages

    @extend_schema(
        operation_id="stop_loss_standings", summary="List persons' standings", responses=StandingOutput(many=True)
    )
    def get(self, request: Request, policy_id: int) -> Response:
        """As reckoned after the last payment run. Each reading is recorded."""
        scope = scope_of(request)
        policy = policy_for(scope, policy_id)

        def read(rows: list[StopLossStanding]) -> None:
            ids = tuple(row.member_id for row in rows if row.member_id is not None)
            record_read(Subjects("employers.member", ids, policy.employer_id), by=scope.actor, purpose="api list")

        return self.page(standings_of(scope, policy.pk), StandingOutput, ordering="id", read=read)


@requires(*DESK)
class StopLossNotices(ApiView):
    """Notices to carriers. For staff only."""

    scope_name = "invoices"
    query_serializer = OfPolicyQuery
    pages = Pages

    @extend_schema(operation_id="stop_loss_notices", summary="List notices", responses=StopLossNoticeOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first. Each reading is recorded."""
        scope = scope_of(request)

        def read(rows: list[StopLossNotice]) -> None:
            ids = tuple(row.member_id for row in rows)
            record_read(Subjects("employers.member", ids), by=scope.actor, purpose="api list")

        notices = notices_of(scope, policy_id=self.query(request).get("policy"))
        return self.page(notices, StopLossNoticeOutput, ordering="-id", read=read)


@requires(*DESK, *EMPLOYER_PEOPLE)
class StopLossRequests(ApiView):
    """Requests for reimbursement."""

    scope_name = "invoices"
    query_serializer = OfPolicyQuery
    pages = Pages

    @extend_schema(
        operation_id="stop_loss_requests", summary="List requests", responses=StopLossRequestOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first, with what came in on each."""
        requests = requests_of(scope_of(request), policy_id=self.query(request).get("policy"))
        return self.page(requests, StopLossRequestOutput, ordering="-id")


@requires(*DESK)
class StopLossPacket(ApiView):
    """The claims of a request's packet. For staff only."""

    scope_name = "invoices"
    pages = Pages

    @extend_schema(
        operation_id="stop_loss_packet", summary="List a packet's claims", responses=PacketClaimOutput(many=True)
    )
    def get(self, request: Request, request_id: int) -> Response:
        """Each claim with its proof of payment. Each reading is recorded."""
        scope = scope_of(request)
        asked = requests_of(scope).filter(pk=request_id).first()
        if asked is None:
            raise NotFound("stoploss.no_such_request", _("There is no such request."))

        def read(rows: list[StopLossRequestClaim]) -> None:
            ids = tuple(row.claim_id for row in rows)
            record_read(Subjects("claims.claim", ids, asked.employer_id), by=scope.actor, purpose="api list")

        return self.page(claims_of_request(scope, asked.pk), PacketClaimOutput, ordering="id", read=read)

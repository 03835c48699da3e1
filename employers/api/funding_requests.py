"""/api/v1/funding-requests: money asked for claims accounts, its register by kind; approve, reject, book what came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from employers.funding.accounts_seen import requests_of
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.receive_funds import receive_funds
from employers.funding.register_of_request import register_sums
from employers.funding.reject_funding_request import reject_funding_request
from employers.models import FundingItem, FundingRequest
from tpa.foundation.access import CLAIMS_STAFF, EMPLOYER_PEOPLE, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role


class FundingRequestOutput(serializers.Serializer[FundingRequest]):
    """Money asked of an employer for one claims account."""

    id = IdOutput("funding")
    number = serializers.CharField()
    employer = IdOutput("employer", "employer_id")
    account = IdOutput("account", "claims_account_id")
    kind = serializers.ChoiceField(FundingRequest.Kind.choices)
    month_on = serializers.DateField(allow_null=True, help_text="of a monthly deposit: the month's first day")
    status = serializers.ChoiceField(FundingRequest.Status.choices)
    raised_on = serializers.DateField()
    due_on = serializers.DateField(help_text="the bank day by which the money is wanted")
    expires_on = serializers.DateField(allow_null=True, help_text="lapses after it if not approved")
    amount = Dollars()
    received_amount = Dollars()
    approvals_wanted_count = serializers.IntegerField(source="wanted_count")
    because = serializers.CharField(help_text="why it was turned down or closed")


class RegisterOutput(serializers.Serializer[Any]):
    """What the pieces of one kind come to; negative where they take off."""

    kind = serializers.ChoiceField(FundingItem.Kind.choices)
    items_count = serializers.IntegerField()
    amount = Dollars()
    pay_by_on = serializers.DateField(allow_null=True, help_text="the first day after which a carrier would owe less")


class FundingReceiptOutput(serializers.Serializer[Any]):
    """Money that came in, or, negative, that the bank took back."""

    received_on = serializers.DateField()
    amount = Dollars()
    bank_reference = serializers.CharField()


class FundingRequestDetailOutput(FundingRequestOutput):
    """The request with its register, which adds up to it, and what came in."""

    goal_amount = Dollars(help_text="what the account shall hold")
    balance_amount = Dollars(help_text="what it held when this was raised")
    awaited_amount = Dollars(help_text="what earlier requests still awaited then")
    approvals_count = serializers.SerializerMethodField()
    register = serializers.SerializerMethodField()
    receipts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField())
    def get_approvals_count(self, row: FundingRequest) -> int:
        return row.approvals.count()

    @extend_schema_field(RegisterOutput(many=True))
    def get_register(self, row: FundingRequest) -> Any:
        return RegisterOutput(register_sums(row), many=True).data

    @extend_schema_field(FundingReceiptOutput(many=True))
    def get_receipts(self, row: FundingRequest) -> Any:
        return FundingReceiptOutput(row.receipts.order_by("pk"), many=True).data


class FundingQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)
    status = serializers.ChoiceField(FundingRequest.Status.choices, required=False)


class RejectionInput(serializers.Serializer[Any]):
    """Why."""

    because = serializers.CharField(max_length=300)


class FundingReceiptInput(serializers.Serializer[Any]):
    """Money as the bank tells it. The same reference told again is the same receipt."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    received_on = serializers.DateField()
    bank_reference = serializers.CharField(max_length=50)


def shown(scope: Scope, request_id: int) -> Any:
    """A request that the caller may read, as the API shows it. Raises NotFound."""
    row = requests_of(scope).filter(pk=request_id).first()
    if row is None:
        raise NotFound("funding.no_such_request", _("There is no such funding request."))
    return FundingRequestDetailOutput(row).data


def _given(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


@requires(*CLAIMS_STAFF, *EMPLOYER_PEOPLE)
class FundingRequests(ApiView):
    """Funding requests."""

    scope_name = "invoices"
    query_serializer = FundingQuery
    pages = Pages

    @extend_schema(
        operation_id="funding_requests_list",
        summary="List funding requests",
        responses=FundingRequestOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, employer people their own."""
        return self.page(requests_of(scope_of(request)).filter(**self.query(request)), FundingRequestOutput)


@requires(*CLAIMS_STAFF, *EMPLOYER_PEOPLE)
class OneFundingRequest(ApiView):
    """One funding request."""

    scope_name = "invoices"

    @extend_schema(
        operation_id="funding_requests_read",
        summary="Read a funding request",
        responses=FundingRequestDetailOutput,
    )
    def get(self, request: Request, funding_request_id: int) -> Response:
        """With its register by kind, which adds up to it: how many and how much, never whose."""
        return Response(shown(scope_of(request), funding_request_id))


@requires(Role.EMPLOYER_FINANCE)
class FundingApproval(ApiView):
    """A request approved."""

    scope_name = "invoices"

    @extend_schema(
        operation_id="funding_requests_approve",
        summary="Approve a funding request",
        request=None,
        responses=FundingRequestDetailOutput,
    )
    def post(self, request: Request, funding_request_id: int) -> Response:
        """By a person of the employer's finance; above the agreed limit by two."""
        scope = scope_of(request)
        shown(scope, funding_request_id)
        approve_funding_request(request_id=funding_request_id, by=scope.actor)
        return Response(shown(scope, funding_request_id))


@requires(Role.EMPLOYER_FINANCE)
class FundingRejection(ApiView):
    """A request rejected."""

    scope_name = "invoices"

    @extend_schema(
        operation_id="funding_requests_reject",
        summary="Reject a funding request",
        request=RejectionInput,
        responses=FundingRequestDetailOutput,
    )
    def post(self, request: Request, funding_request_id: int) -> Response:
        """With a reason. What it asked for is free for the next request."""
        scope, said = scope_of(request), _given(request, RejectionInput)
        shown(scope, funding_request_id)
        reject_funding_request(request_id=funding_request_id, by=scope.actor, **said)
        return Response(shown(scope, funding_request_id))


@requires(Role.TPA_MANAGER)
class FundingReceipts(ApiView):
    """Money that came in on a request."""

    scope_name = "invoices"

    @extend_schema(
        operation_id="funding_requests_receive",
        summary="Book money on a funding request",
        request=FundingReceiptInput,
        responses=FundingRequestDetailOutput,
    )
    def post(self, request: Request, funding_request_id: int) -> Response:
        """All of it, a part, or more: what is more makes the next request smaller."""
        scope, said = scope_of(request), _given(request, FundingReceiptInput)
        receive_funds(request_id=funding_request_id, by=scope.actor, **said)
        return Response(shown(scope, funding_request_id))

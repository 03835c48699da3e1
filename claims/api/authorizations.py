"""/api/v1/authorizations: permission before a service: ask for it, answer, extend, close; and what is left of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.adjustments.decide_waiting import decide_waiting
from claims.api.claims import LOCATION
from claims.authorizations.approve_authorization import approve_authorization
from claims.authorizations.close_authorization import close_authorization
from claims.authorizations.deny_authorization import deny_authorization
from claims.authorizations.extend_authorization import extend_authorization
from claims.authorizations.request_authorization import AuthorizationRequest, request_authorization
from claims.authorizations.selectors import authorizations_of, balances_of, terms_of
from claims.models import Authorization
from claims.tasks import ring_for_decision
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound


class AuthorizationOutput(serializers.Serializer[Authorization]):
    """An authorization in its present terms. Units are decimal strings."""

    number = serializers.CharField()
    member = IdOutput("member", "member_id")
    npi = serializers.CharField(source="provider.npi", default="", help_text="empty: any provider")
    code_from = serializers.CharField()
    code_to = serializers.CharField()
    first_on = FirstDay("period")
    last_on = LastDay("period")
    units_count = serializers.DecimalField(max_digits=12, decimal_places=2)
    status = serializers.ChoiceField(Authorization.Status.choices)
    revision = serializers.IntegerField(help_text="to be named when it is answered or changed")
    is_urgent = serializers.BooleanField()
    requested_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="by when the law wants it answered")
    because = serializers.CharField()


class BalanceOutput(serializers.Serializer[Any]):
    """Units: granted, used by decided claims, held by pended ones, left."""

    granted_count = serializers.DecimalField(max_digits=12, decimal_places=2)
    used_count = serializers.DecimalField(max_digits=12, decimal_places=2)
    reserved_count = serializers.DecimalField(max_digits=12, decimal_places=2)
    left_count = serializers.DecimalField(max_digits=12, decimal_places=2)


class AuthorizationDetailOutput(AuthorizationOutput):
    """The authorization with what is left of it."""

    balance = BalanceOutput()


class RequestInput(serializers.Serializer[Any]):
    """What is asked for. `last_on` counts; no `npi`: any provider; no `code_to`: one code."""

    member = IdParameter("member")
    npi = serializers.CharField(max_length=10, required=False, allow_blank=True)
    code_from = serializers.CharField(max_length=10)
    code_to = serializers.CharField(max_length=10, required=False, allow_blank=True)
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    units_count = serializers.DecimalField(max_digits=11, decimal_places=2)
    because = serializers.CharField(max_length=300)
    is_urgent = serializers.BooleanField(required=False)


class AuthorizationAnswerInput(serializers.Serializer[Any]):
    """The authorization as it was seen, and why."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    because = serializers.CharField(max_length=300)


class GrantInput(AuthorizationAnswerInput):
    """Other units (all of them, used ones included) or another last day; left out: as they are."""

    units_count = serializers.DecimalField(max_digits=11, decimal_places=2, required=False)
    last_on = serializers.DateField(required=False)


class CloseInput(AuthorizationAnswerInput):
    """The last day it permits."""

    last_on = serializers.DateField()


class AuthorizationQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    member = IdParameter("member", required=False)
    status = serializers.ChoiceField(Authorization.Status.choices, required=False)


def shown(scope: Scope, number: str) -> dict[str, Any]:
    """The authorization as the API shows it. Raises NotFound."""
    row = terms_of(scope, number).first()
    if row is None:
        raise NotFound("authorization.no_such_authorization", _("There is no such authorization."))
    record_read(row, by=scope.actor, purpose="api")
    balance = balances_of([row])[row.number]
    left = {**balance._asdict(), "left_count": balance.left_count}
    return {**AuthorizationOutput(row).data, "balance": BalanceOutput(left).data}


@requires(*CLAIMS_STAFF)
class Authorizations(ApiView):
    """Ask for permission; list authorizations."""

    scope_name = "claims"
    query_serializer = AuthorizationQuery
    pages = Pages

    @extend_schema(
        operation_id="authorizations_list", summary="List authorizations", responses=AuthorizationOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """In their present terms, newest first."""
        scope, wanted = scope_of(request), self.query(request)

        def read(rows: list[Authorization]) -> None:
            ids = [row.pk for row in rows]
            record_read(Subjects.rows(Authorization, ids), by=scope.actor, purpose="api list")

        rows = authorizations_of(scope, member_id=wanted.get("member"), status=wanted.get("status", ""))
        return self.page(rows, AuthorizationOutput, read=read)

    @extend_schema(
        operation_id="authorizations_request",
        summary="Request an authorization",
        request=RequestInput,
        responses={201: AuthorizationDetailOutput},
        parameters=[LOCATION],
    )
    def post(self, request: Request) -> Response:
        """It waits for a person. For examiners and managers."""
        given = RequestInput(data=request.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        scope = scope_of(request)
        asked = AuthorizationRequest(member_id=said.pop("member"), **said)
        row = request_authorization(asked=asked, by=scope)
        where = reverse("claims_api:authorization", args=[row.number])
        return Response(shown(scope, row.number), status=status.HTTP_201_CREATED, headers={"Location": where})


@requires(*CLAIMS_STAFF)
class OneAuthorization(ApiView):
    """One authorization."""

    scope_name = "claims"

    @extend_schema(
        operation_id="authorizations_read", summary="Read an authorization", responses=AuthorizationDetailOutput
    )
    def get(self, request: Request, authorization_number: str) -> Response:
        """Its present terms, and what is left of it."""
        return Response(shown(scope_of(request), authorization_number))


@requires(*CLAIMS_STAFF)
class AuthorizationApproval(ApiView):
    """A request approved."""

    scope_name = "claims"

    @extend_schema(
        operation_id="authorizations_approve",
        summary="Approve an authorization",
        request=GrantInput,
        responses=AuthorizationDetailOutput,
    )
    def post(self, request: Request, authorization_number: str) -> Response:
        """All that was asked for, or less. Claims that waited for it are decided anew. For senior examiners and
        managers."""
        scope, said = scope_of(request), _given(request, GrantInput)
        grants = (said.pop("units_count", None), said.pop("last_on", None))
        row = approve_authorization(number=authorization_number, by=scope, grants=grants, **said)
        _decide_what_waited(row, scope)
        return Response(shown(scope, authorization_number))


@requires(*CLAIMS_STAFF)
class AuthorizationRefusal(ApiView):
    """A request denied."""

    scope_name = "claims"

    @extend_schema(
        operation_id="authorizations_deny",
        summary="Deny an authorization",
        request=AuthorizationAnswerInput,
        responses=AuthorizationDetailOutput,
    )
    def post(self, request: Request, authorization_number: str) -> Response:
        """For senior examiners and managers."""
        scope, said = scope_of(request), _given(request, AuthorizationAnswerInput)
        deny_authorization(number=authorization_number, by=scope, **said)
        return Response(shown(scope, authorization_number))


@requires(*CLAIMS_STAFF)
class AuthorizationExtension(ApiView):
    """More permitted."""

    scope_name = "claims"

    @extend_schema(
        operation_id="authorizations_extend",
        summary="Extend an authorization",
        request=GrantInput,
        responses=AuthorizationDetailOutput,
    )
    def post(self, request: Request, authorization_number: str) -> Response:
        """More units, more days, or both. Claims that waited for it are decided anew. For senior examiners and
        managers."""
        scope, said = scope_of(request), _given(request, GrantInput)
        grants = (said.pop("units_count", None), said.pop("last_on", None))
        row = extend_authorization(number=authorization_number, by=scope, grants=grants, **said)
        _decide_what_waited(row, scope)
        return Response(shown(scope, authorization_number))


@requires(*CLAIMS_STAFF)
class AuthorizationClosing(ApiView):
    """An end."""

    scope_name = "claims"

    @extend_schema(
        operation_id="authorizations_close",
        summary="Close an authorization",
        request=CloseInput,
        responses=AuthorizationDetailOutput,
    )
    def post(self, request: Request, authorization_number: str) -> Response:
        """It permits nothing after a day. For senior examiners and managers."""
        scope, said = scope_of(request), _given(request, CloseInput)
        close_authorization(number=authorization_number, by=scope, **said)
        return Response(shown(scope, authorization_number))


def _given(request: Request, kind: type[AuthorizationAnswerInput]) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _decide_what_waited(row: Authorization, scope: Scope) -> None:
    waiting = decide_waiting(
        member_id=row.member_id, reason="authorization_missing", because=f"authorization {row.number}", by=scope.actor
    )
    for family_id in waiting:
        ring_for_decision(family_id)

"""GET /api/v1/me: who the credential is, and what it may do. The first call of anybody who builds on the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.foundation.access import EVERY_ROLE, requires, scope_of
from tpa.foundation.api.authentication import granted_scopes
from tpa.foundation.api.views import ApiView


class MeOutput(serializers.Serializer[Any]):
    """The caller."""

    user = serializers.CharField(help_text="opaque id")
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    sees_all_employers = serializers.BooleanField()
    employers = serializers.ListField(child=serializers.CharField(), help_text="ids, where not all")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="of the credential; empty for a session")


@requires(*EVERY_ROLE)
class Me(ApiView):
    """Who am I?"""

    @extend_schema(operation_id="me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        scope = scope_of(request)
        answer = {
            "user": f"user_{scope.user_id}",
            "name": str(request.user),
            "roles": sorted(scope.roles),
            "sees_all_employers": scope.sees_all_employers,
            "employers": [f"employer_{employer_id}" for employer_id in sorted(scope.employer_ids)],
            "scopes": sorted(granted_scopes(request.auth) or ()),
        }
        return Response(MeOutput(answer).data)

"""Doors that only the tests of the ground open, beside all real ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.foundation.access import current_scope, open_to_anyone, requires
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.preconditions import etag_of, require_match
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import Conflict
from tpa.foundation.models import AuditEvent, LegalParameter, Role
from tpa.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tpa.urls import urlpatterns as real


@requires(Role.EMPLOYER_HR)
def hr_screen(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.scope.setting}|{current_scope().setting}")


@requires(Role.EXAMINER)
def staff_screen(request: HttpRequest) -> HttpResponse:
    return HttpResponse("work")


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


@open_to_anyone
def entrance(request: HttpRequest) -> HttpResponse:
    return HttpResponse("come in")


@requires(Role.EXAMINER)
def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(current_scope().setting for _ in range(1))


@requires(Role.EXAMINER)
def conflict(request: HttpRequest) -> HttpResponse:
    raise Conflict("test.conflict", "It is so no longer.")


class EventOutput(serializers.ModelSerializer):
    class Meta:
        model = AuditEvent
        fields = ["id", "action"]


class ThingInput(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    lines = serializers.ListField(child=serializers.DictField(child=serializers.IntegerField()), default=list)


class ThingQuery(serializers.Serializer):
    action = serializers.ChoiceField(["a", "b"], required=False)


@requires(Role.PARTNER, Role.EXAMINER)
class Things(ApiView):
    """Each POST leaves a row, so that doing it twice shows."""

    scope_name = "claims"
    query_serializer = ThingQuery
    pages = Pages

    @extend_schema(responses=EventOutput(many=True))
    def get(self, request: Request) -> Response:
        self.query(request)
        return self.page(AuditEvent.objects.all(), EventOutput)

    @extend_schema(request=ThingInput, responses={201: ThingInput})
    def post(self, request: Request) -> Response:
        given = ThingInput(data=request.data)
        given.is_valid(raise_exception=True)
        name = given.validated_data["name"]
        if name == "clash":
            raise Conflict("thing.clash", "There is one.", other="thing_7")
        count = LegalParameter.objects.filter(citation="test").count()
        LegalParameter.objects.create(
            name=f"{name}{count}",
            value=1,
            unit="count",
            effective=("2026-01-01", None),
            known_on="2026-01-01",
            citation="test",
            checked="read",
        )
        if name == "crash":
            raise RuntimeError("after the work")
        return Response({"name": name, "count": count + 1}, status=201, headers={"Location": "/things/1"})

    @extend_schema(request=ThingInput, responses=ThingInput)
    def patch(self, request: Request) -> Response:
        require_match(request, etag_of("thing", 1))
        return Response({})


urlpatterns = [
    path("test/hr", hr_screen),
    path("test/staff", staff_screen),
    path("test/undeclared", undeclared),
    path("test/entrance", entrance),
    path("test/stream", stream),
    path("test/conflict", conflict),
    path("api/v1/test/things", Things.as_view()),
    *real,
]

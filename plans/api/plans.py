"""/api/v1/plans: plans, their published versions, and the form that a plan document has."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from plans.design.draft_plan_version import draft_plan_version, problems_in
from plans.design.read_plan import SCHEMA_FILE
from plans.models import Plan, PlanVersion
from tpa.foundation.access import EVERY_ROLE, STAFF, requires, scope_of
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import DomainError, NotFound
from tpa.foundation.models import Role


class PlanOutput(serializers.Serializer[Plan]):
    """A self-funded plan; what it says stands in its versions."""

    code = serializers.CharField()
    name = serializers.CharField()


class VersionOutput(serializers.Serializer[Any]):
    """A wording that governs, or governed, dates of service: from its first to its last day (null: open)."""

    number = serializers.IntegerField()
    status = serializers.ChoiceField(
        [(one.value, one.label) for one in (PlanVersion.Status.PUBLISHED, PlanVersion.Status.SUPERSEDED)]
    )
    starts_on = FirstDay("effective")
    last_on = LastDay("effective")
    content_hash = serializers.CharField(help_text="SHA-256 of the canonical document; decisions name it")
    published_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)


class PlanDetailOutput(PlanOutput):
    """The plan with its published versions, the latest first."""

    versions = serializers.SerializerMethodField()

    @extend_schema_field(VersionOutput(many=True))
    def get_versions(self, plan: Plan) -> Any:
        return VersionOutput(published(plan).order_by("-number"), many=True).data


class VersionDetailOutput(VersionOutput):
    """The version with its document."""

    document = serializers.DictField(help_text="as /api/v1/plan-document-schema describes it")


def published(plan: Plan) -> QuerySet[PlanVersion]:
    """The versions that were published; drafts are nobody's business outside."""
    return plan.versions.exclude(status=PlanVersion.Status.DRAFT)


def plan_for(code: str) -> Plan:
    """The plan of that code. Raises NotFound."""
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        raise NotFound("plan.unknown", _("There is no such plan."))
    return plan


@requires(*STAFF)
class Plans(ApiView):
    """Plans."""

    scope_name = "plans"
    pages = Pages

    @extend_schema(operation_id="plans_list", summary="List plans", responses=PlanOutput(many=True))
    def get(self, request: Request) -> Response:
        """All plans, latest first."""
        return self.page(Plan.objects.all(), PlanOutput)


@requires(*STAFF)
class OnePlan(ApiView):
    """One plan."""

    scope_name = "plans"

    @extend_schema(operation_id="plans_read", summary="Read a plan", responses=PlanDetailOutput)
    def get(self, request: Request, code: str) -> Response:
        """With its published versions."""
        return Response(PlanDetailOutput(plan_for(code)).data)


class DraftInput(serializers.Serializer[Any]):
    """A wording of the plan, and the scenarios that it must pass before it is published."""

    document = serializers.CharField(
        max_length=1 << 20, trim_whitespace=False, help_text="the plan document: YAML, or JSON, which is YAML too"
    )
    scenarios = serializers.CharField(
        max_length=1 << 20, trim_whitespace=False, required=False, allow_blank=True, default=""
    )


class DraftOutput(serializers.Serializer[Any]):
    """A draft: it governs nothing until it is published."""

    number = serializers.IntegerField()
    status = serializers.ChoiceField([(PlanVersion.Status.DRAFT.value, PlanVersion.Status.DRAFT.label)])
    starts_on = FirstDay("effective")
    last_on = LastDay("effective")
    content_hash = serializers.CharField(help_text="SHA-256 of the canonical document")


@requires(Role.SETUP, Role.TPA_MANAGER)
class Drafts(ApiView):
    """A version drafted."""

    scope_name = "plans"

    @extend_schema(
        operation_id="plans_draft", summary="Draft a plan version", request=DraftInput, responses={201: DraftOutput}
    )
    def post(self, request: Request, code: str) -> Response:
        """The document is checked whole: each fault is told in `errors` with its line and place. Its scenarios are run
        by `proof`, and before it is published."""
        given = DraftInput(data=request.data)
        given.is_valid(raise_exception=True)
        plan, said = plan_for(code), given.validated_data
        try:
            version = draft_plan_version(
                plan_id=plan.pk,
                source=said["document"],
                scenarios=said["scenarios"],
                by=scope_of(request).actor,
            )
        except DomainError as refusal:
            refusal.extra["errors"] = [_place(problem, refusal.code) for problem in problems_in(refusal)]
            raise
        return Response(DraftOutput(version).data, status=status.HTTP_201_CREATED)


def _place(problem: dict[str, Any], code: str) -> dict[str, str]:
    where = ", ".join(filter(None, (f"line {problem['line']}", problem["path"])))
    return {"pointer": "#/document", "code": code, "detail": f"{where}: {problem['problem']}"}


@requires(*STAFF)
class OneVersion(ApiView):
    """One version of a plan."""

    scope_name = "plans"

    @extend_schema(operation_id="plans_version", summary="Read a plan version", responses=VersionDetailOutput)
    def get(self, request: Request, code: str, number: int) -> Response:
        """A published version with its whole document: it never changes."""
        version = published(plan_for(code)).filter(number=number).first()
        if version is None:
            raise NotFound("plan.no_such_version", _("There is no published version of this number."))
        return Response(VersionDetailOutput(version).data)


@requires(*EVERY_ROLE)
class DocumentSchema(ApiView):
    """The form of plan documents."""

    scope_name = "plans"

    @extend_schema(
        operation_id="plans_document_schema",
        summary="Read the JSON Schema of plan documents",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """JSON Schema, draft 2020-12."""
        return Response(json.loads(SCHEMA_FILE.read_text()))

"""/api/v1/plans/…/versions/…/proof and publication: a draft's scenarios are run; it is published if all pass."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.simulation.prove_plan_version import prove_and_publish, prove_plan_version
from plans.design.selectors import version_id_of
from tpa.foundation.access import requires, scope_of
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role


class DifferenceOutput(serializers.Serializer[Any]):
    """What came out otherwise than the scenario says, with its line in the scenarios' text."""

    line = serializers.IntegerField()
    what = serializers.CharField()


class ScenarioOutput(serializers.Serializer[Any]):
    """One scenario; without differences it passes."""

    scenario = serializers.CharField()
    clauses = serializers.ListField(child=serializers.CharField())
    differences = DifferenceOutput(many=True)


class ProofOutput(serializers.Serializer[Any]):
    """What came of a version's scenarios."""

    plan = serializers.CharField()
    number = serializers.IntegerField()
    passes = serializers.BooleanField()
    scenarios = ScenarioOutput(many=True)


class PublicationInput(serializers.Serializer[Any]):
    """Why."""

    because = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class PublicationOutput(serializers.Serializer[Any]):
    """The version that is in force for its dates."""

    plan = serializers.CharField()
    number = serializers.IntegerField()


@requires(Role.TPA_MANAGER)
class PlanProof(ApiView):
    """A draft's scenarios run."""

    scope_name = "plans"

    @extend_schema(operation_id="plans_prove", summary="Run a draft's scenarios", request=None, responses=ProofOutput)
    def post(self, request: Request, code: str, number: int) -> Response:
        """By the present engine; what came of each is kept with the version."""
        results = prove_plan_version(version_id=_version(code, number), by=scope_of(request).actor)
        shown = {
            "plan": code,
            "number": number,
            "passes": not any(result.differences for result in results),
            "scenarios": [
                {
                    "scenario": result.scenario,
                    "clauses": result.clauses,
                    "differences": [{"line": line, "what": what} for line, what in result.differences],
                }
                for result in results
            ],
        }
        return Response(ProofOutput(shown).data)


@requires(Role.TPA_MANAGER)
class PlanPublication(ApiView):
    """A draft published."""

    scope_name = "plans"

    @extend_schema(
        operation_id="plans_publish",
        summary="Publish a draft",
        request=PublicationInput,
        responses=PublicationOutput,
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        """Its scenarios are run once more; 422 while one fails or is missing, or a guardrail refuses."""
        given = PublicationInput(data=request.data)
        given.is_valid(raise_exception=True)
        prove_and_publish(
            version_id=_version(code, number),
            by=scope_of(request).actor,
            because=given.validated_data["because"],
        )
        return Response(PublicationOutput({"plan": code, "number": number}).data)


def _version(code: str, number: int) -> int:
    version_id = version_id_of(code, number)
    if version_id is None:
        raise NotFound("plan.no_such_version", _("There is no such plan version."))
    return version_id

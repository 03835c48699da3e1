"""/api/v1/employers: whose plans these are, with divisions and the plans they offer; and who is covered on a day."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from employers.api.members import READERS, CoverageOutput, members_for
from employers.models import Coverage, Employer, Member
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role


class EmployerOutput(serializers.Serializer[Employer]):
    """Whose money pays claims: an employer with its plan, or an insurer with business that is administered."""

    id = IdOutput("employer")
    group_number = serializers.CharField(source="code", help_text="on cards and in X12")
    name = serializers.CharField()
    kind = serializers.ChoiceField(Employer.Kind.choices)
    ein = serializers.CharField()
    state = serializers.CharField()
    funding_mode = serializers.ChoiceField(Employer.FundingMode.choices)
    employee_count = serializers.IntegerField()


class DivisionOutput(serializers.Serializer[Any]):
    """A part of the employer."""

    code = serializers.CharField()
    name = serializers.CharField()


class OfferingOutput(serializers.Serializer[Any]):
    """A plan that the employer offers, from its first to its last day (null: open)."""

    plan = serializers.CharField(source="plan.code")
    name = serializers.CharField(source="plan.name")
    starts_on = FirstDay("period")
    last_on = LastDay("period")


class EmployerDetailOutput(EmployerOutput):
    """The employer with its divisions and the plans it offers."""

    divisions = serializers.SerializerMethodField()
    plans = serializers.SerializerMethodField()

    @extend_schema_field(DivisionOutput(many=True))
    def get_divisions(self, employer: Employer) -> Any:
        return DivisionOutput(employer.divisions.order_by("code"), many=True).data

    @extend_schema_field(OfferingOutput(many=True))
    def get_plans(self, employer: Employer) -> Any:
        offerings = employer.offerings.select_related("plan").order_by("plan__code", "period")
        return OfferingOutput(offerings, many=True).data


class EnrolmentOutput(CoverageOutput):
    """Who is covered by what on the day asked for."""

    member = IdOutput("member", "member_id")
    employer = IdOutput("employer", "employer_id")


class CoverageQuery(serializers.Serializer[Any]):
    """Which day, and of whom."""

    on = serializers.DateField(required=False, help_text="today where nothing is said")
    employer = IdParameter("employer", required=False)
    plan = serializers.SlugField(max_length=40, required=False, help_text="the plan's code")


def employers_of(scope: Scope) -> QuerySet[Employer]:
    """The employers that exist for a caller."""
    return Employer.objects.visible_to(scope)


def employer_for(scope: Scope, employer_id: int) -> Employer:
    """One of them. Raises NotFound."""
    employer = employers_of(scope).filter(pk=employer_id).first()
    if employer is None:
        raise NotFound("employer.unknown", _("There is no such employer."))
    return employer


@requires(*CLAIMS_STAFF, Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
class Employers(ApiView):
    """Employers."""

    scope_name = "members"
    pages = Pages

    @extend_schema(operation_id="employers_list", summary="List employers", responses=EmployerOutput(many=True))
    def get(self, request: Request) -> Response:
        """Staff see all, employer people their own."""
        return self.page(employers_of(scope_of(request)), EmployerOutput)


@requires(*CLAIMS_STAFF, Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
class OneEmployer(ApiView):
    """One employer."""

    scope_name = "members"

    @extend_schema(operation_id="employers_read", summary="Read an employer", responses=EmployerDetailOutput)
    def get(self, request: Request, employer_id: int) -> Response:
        """With its divisions and the plans it offers."""
        return Response(EmployerDetailOutput(employer_for(scope_of(request), employer_id)).data)


@requires(*READERS)
class Coverages(ApiView):
    """Coverage of all members on a day."""

    scope_name = "members"
    query_serializer = CoverageQuery
    pages = Pages

    @extend_schema(operation_id="coverages_list", summary="List who is covered", responses=EnrolmentOutput(many=True))
    def get(self, request: Request) -> Response:
        """As we believe it now: to compare with a payroll, say. Each reading is recorded."""
        scope, wanted = scope_of(request), self.query(request)
        members_for(scope)
        coverages = Coverage.objects.visible_to(scope).filter(
            superseded_at__isnull=True, period__contains=wanted.get("on") or timezone.localdate()
        )
        if "employer" in wanted:
            coverages = coverages.filter(employer=wanted["employer"])
        if "plan" in wanted:
            coverages = coverages.filter(plan__code=wanted["plan"])

        def read(rows: list[Coverage]) -> None:
            ids = [row.member_id for row in rows]
            record_read(Subjects.rows(Member, ids), by=scope.actor, purpose="api list", fields=["coverages"])

        return self.page(coverages.select_related("plan", "division"), EnrolmentOutput, read=read)

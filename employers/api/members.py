"""/api/v1/members: who is covered, by what, and since when we know."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from employers.eligibility.selectors import coverages_of, members_of, other_coverages_of
from employers.models import Coverage, Member, OtherCoverage
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound, Refused
from tpa.foundation.models import Role

READERS: Final = (*CLAIMS_STAFF, Role.EMPLOYER_HR, Role.PARTNER)


class MemberOutput(serializers.Serializer[Member]):
    """A subscriber or dependent."""

    id = IdOutput("member")
    employer = IdOutput("employer", "employer_id")
    group_number = serializers.CharField(source="employer.code")
    subscriber_number = serializers.CharField(source="family.subscriber_number")
    person_number = serializers.CharField()
    relationship = serializers.ChoiceField(Member.Relationship.choices)
    last_name = serializers.CharField()
    first_name = serializers.CharField()
    birth_on = serializers.DateField(allow_null=True)
    sex = serializers.CharField()


class CoverageOutput(serializers.Serializer[Any]):
    """Coverage by a plan, from its first to its last day (null: open). `recorded_at`: since when we know."""

    plan = serializers.CharField(source="plan.code")
    tier = serializers.ChoiceField(Coverage.Tier.choices)
    division = serializers.SerializerMethodField()
    starts_on = FirstDay("period")
    last_on = LastDay("period")
    recorded_at = serializers.DateTimeField()

    def get_division(self, coverage: Coverage) -> str:
        return coverage.division.code if coverage.division else ""


class OtherCoverageOutput(serializers.Serializer[Any]):
    """Another payer's coverage. `pays_first` as somebody said; null: it follows from the facts, for each day anew."""

    kind = serializers.ChoiceField(OtherCoverage.Kind.choices)
    payer_name = serializers.CharField()
    policy_number = serializers.CharField()
    pays_first = serializers.BooleanField(allow_null=True)
    because = serializers.CharField()
    holder = serializers.CharField(help_text="whose coverage it is; blank: not known")
    standing = serializers.CharField(help_text="of its holder with the employer behind it")
    entitled_by = serializers.CharField(help_text="Medicare: age, disability or esrd")
    answered_on = serializers.DateField(allow_null=True)
    starts_on = FirstDay("period")
    last_on = LastDay("period")


class MemberDetailOutput(MemberOutput):
    """The member with all coverage as we believe it now. Whole Social Security numbers go to who has a right of its own
    to see them; for all others the field is not there."""

    middle_name = serializers.CharField()
    address_line = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    postal_code = serializers.CharField()
    email = serializers.CharField()
    is_disabled = serializers.BooleanField(help_text="a child whose coverage does not end by age")
    hired_on = serializers.DateField(allow_null=True)
    ssn = serializers.CharField(required=False)
    coverages = serializers.SerializerMethodField()
    other_coverages = serializers.SerializerMethodField()

    @extend_schema_field(CoverageOutput(many=True))
    def get_coverages(self, member: Member) -> Any:
        return CoverageOutput(self.context["coverages"], many=True).data

    @extend_schema_field(OtherCoverageOutput(many=True))
    def get_other_coverages(self, member: Member) -> Any:
        return OtherCoverageOutput(self.context["other_coverages"], many=True).data

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "sees_ssn" in self.context and not self.context["sees_ssn"]:
            del fields["ssn"]
        return fields


class MemberQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    subscriber_number = serializers.CharField(max_length=80, required=False)
    group_number = serializers.CharField(max_length=30, required=False)
    employer = IdParameter("employer", required=False)
    covered_on = serializers.DateField(required=False, help_text="only who is covered on this day")


class CoverageQuery(serializers.Serializer[Any]):
    """As known at a moment; left out: now."""

    known_at = serializers.DateTimeField(required=False)


def members_for(scope: Scope, *, employer_id: int | None = None) -> QuerySet[Member]:
    """The members whom the caller may read. A partner's system reads those of the employers that it acts for by name: a
    clearinghouse, that sends for all, reads nobody. Raises Refused."""
    if scope.sees_all_employers and not scope.has_any(*CLAIMS_STAFF):
        raise Refused("member.no_employer", _("This credential acts for no employer by name."))
    return members_of(scope, employer_id=employer_id)


def member_for(scope: Scope, member_id: int) -> Member:
    """A member that the caller may read. Raises NotFound."""
    member = members_for(scope).filter(pk=member_id).first()
    if member is None:
        raise NotFound("member.unknown", _("There is no such member."))
    return member


@requires(*READERS)
class Members(ApiView):
    """Members."""

    scope_name = "members"
    query_serializer = MemberQuery
    pages = Pages

    @extend_schema(operation_id="members_list", summary="List members", responses=MemberOutput(many=True))
    def get(self, request: Request) -> Response:
        """Latest first; each reading is recorded."""
        scope, wanted = scope_of(request), self.query(request)
        members = members_for(scope, employer_id=wanted.get("employer"))
        if "subscriber_number" in wanted:
            members = members.filter(family__subscriber_number=wanted["subscriber_number"])
        if "group_number" in wanted:
            members = members.filter(employer__code=wanted["group_number"])
        if "covered_on" in wanted:
            covered = Coverage.objects.filter(superseded_at__isnull=True, period__contains=wanted["covered_on"])
            members = members.filter(pk__in=covered.values("member"))

        def read(rows: list[Member]) -> None:
            record_read(Subjects.rows(Member, [row.pk for row in rows]), by=scope.actor, purpose="api list")

        return self.page(members, MemberOutput, read=read)


@requires(*READERS)
class OneMember(ApiView):
    """One member."""

    scope_name = "members"

    @extend_schema(operation_id="members_read", summary="Read a member", responses=MemberDetailOutput)
    def get(self, request: Request, member_id: int) -> Response:
        """Who it is, with all coverage as we believe it now."""
        scope = scope_of(request)
        member = member_for(scope, member_id)
        record_read(member, by=scope.actor, purpose="api", fields=["ssn"] if scope.sees_ssn else [])
        shown = MemberDetailOutput(
            member,
            context={
                "coverages": coverages_of(scope, member.pk),
                "other_coverages": other_coverages_of(scope, member.pk),
                "sees_ssn": scope.sees_ssn,
            },
        )
        return Response(shown.data)


@requires(*READERS)
class MemberCoverages(ApiView):
    """A member's coverage."""

    scope_name = "members"
    query_serializer = CoverageQuery

    @extend_schema(
        operation_id="members_coverages", summary="Read a member's coverage", responses=CoverageOutput(many=True)
    )
    def get(self, request: Request, member_id: int) -> Response:
        """Latest first; with `known_at` as it was believed at that moment."""
        scope, known_at = scope_of(request), self.query(request).get("known_at")
        member = member_for(scope, member_id)
        record_read(member, by=scope.actor, purpose="api", fields=["coverages"])
        return Response(CoverageOutput(coverages_of(scope, member.pk, known_at), many=True).data)

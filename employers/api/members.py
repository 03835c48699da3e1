"""/api/v1/members: who is covered, by what, and since when we know."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from employers.eligibility.selectors import coverages_of, members_of, other_coverages_of
from employers.models import Coverage, Member, OtherCoverage
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period

READERS = (*CLAIMS_STAFF, Role.EMPLOYER_HR, Role.PARTNER)


class MemberOutput(serializers.Serializer[Member]):
    """A subscriber or dependent. Social Security numbers are not given out here."""

    id = serializers.SerializerMethodField()
    employer = serializers.SerializerMethodField()
    group_number = serializers.CharField(source="employer.code")
    subscriber_number = serializers.CharField(source="family.subscriber_number")
    person_number = serializers.CharField()
    relationship = serializers.ChoiceField(Member.Relationship.choices)
    last_name = serializers.CharField()
    first_name = serializers.CharField()
    birth_on = serializers.DateField(allow_null=True)
    sex = serializers.CharField()

    def get_id(self, member: Member) -> str:
        return f"member_{member.pk}"

    def get_employer(self, member: Member) -> str:
        return f"employer_{member.employer_id}"


class CoverageOutput(serializers.Serializer[Coverage]):
    """Coverage by a plan, from its first to its last day (null: open). `recorded_at`: since when we know."""

    plan = serializers.CharField(source="plan.code")
    tier = serializers.ChoiceField(Coverage.Tier.choices)
    division = serializers.SerializerMethodField()
    starts_on = serializers.SerializerMethodField()
    last_on = serializers.SerializerMethodField()
    recorded_at = serializers.DateTimeField()

    def get_division(self, coverage: Coverage) -> str:
        return coverage.division.code if coverage.division else ""

    @extend_schema(responses=serializers.DateField())
    def get_starts_on(self, coverage: Coverage) -> str:
        return str(Period.of_range(coverage.period).start)

    @extend_schema(responses=serializers.DateField(allow_null=True))
    def get_last_on(self, coverage: Coverage) -> str | None:
        last = Period.of_range(coverage.period).last
        return str(last) if last else None


class OtherCoverageOutput(serializers.Serializer[OtherCoverage]):
    """Another payer's coverage, and whether it pays before us."""

    kind = serializers.ChoiceField(OtherCoverage.Kind.choices)
    payer_name = serializers.CharField()
    policy_number = serializers.CharField()
    pays_first = serializers.BooleanField()
    because = serializers.CharField()
    starts_on = serializers.SerializerMethodField()
    last_on = serializers.SerializerMethodField()

    @extend_schema(responses=serializers.DateField())
    def get_starts_on(self, other: OtherCoverage) -> str:
        return str(Period.of_range(other.period).start)

    @extend_schema(responses=serializers.DateField(allow_null=True))
    def get_last_on(self, other: OtherCoverage) -> str | None:
        last = Period.of_range(other.period).last
        return str(last) if last else None


class MemberDetailOutput(MemberOutput):
    """The member with all coverage as we believe it now."""

    coverages = CoverageOutput(many=True)
    other_coverages = OtherCoverageOutput(many=True)


class MemberQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    subscriber_number = serializers.CharField(max_length=80, required=False)
    group_number = serializers.CharField(max_length=30, required=False)
    covered_on = serializers.DateField(required=False, help_text="only who is covered on this day")


class CoverageQuery(serializers.Serializer[Any]):
    """As known at a moment; left out: now."""

    known_at = serializers.DateTimeField(required=False)


def member_for(scope: Scope, member_id: int) -> Member:
    """A member that the caller may read; the reading is recorded. Raises NotFound."""
    member = members_of(scope).filter(pk=member_id).first()
    if member is None:
        raise NotFound("member.unknown", _("There is no such member."))
    record_read(member, by=scope.actor, purpose="api")
    return member


@requires(*READERS)
class Members(ApiView):
    """The members that exist for the caller."""

    scope_name = "members"
    query_serializer = MemberQuery
    pages = Pages

    @extend_schema(operation_id="members_list", responses=MemberOutput(many=True))
    def get(self, request: Request) -> Response:
        wanted = self.query(request)
        members = members_of(request.scope)
        if "subscriber_number" in wanted:
            members = members.filter(family__subscriber_number=wanted["subscriber_number"])
        if "group_number" in wanted:
            members = members.filter(employer__code=wanted["group_number"])
        if "covered_on" in wanted:
            covered = Coverage.objects.filter(superseded_at__isnull=True, period__contains=wanted["covered_on"])
            members = members.filter(pk__in=covered.values("member"))
        response = self.page(members, MemberOutput)
        ids = [int(item["id"].removeprefix("member_")) for item in response.data["items"]]
        record_read(Subjects.rows(Member, ids), by=request.scope.actor, purpose="api list")
        return response


@requires(*READERS)
class OneMember(ApiView):
    """One member with coverage."""

    scope_name = "members"

    @extend_schema(operation_id="members_read", responses=MemberDetailOutput)
    def get(self, request: Request, member_id: int) -> Response:
        member = member_for(request.scope, member_id)
        coverages = coverages_of(request.scope, member.pk)
        others = other_coverages_of(request.scope, member.pk)
        shown = {
            **MemberOutput(member).data,
            "coverages": CoverageOutput(coverages, many=True).data,
            "other_coverages": OtherCoverageOutput(others, many=True).data,
        }
        return Response(shown)


@requires(*READERS)
class MemberCoverages(ApiView):
    """A member's coverage as it was known at a moment."""

    scope_name = "members"
    query_serializer = CoverageQuery

    @extend_schema(operation_id="members_coverages", responses=CoverageOutput(many=True))
    def get(self, request: Request, member_id: int) -> Response:
        known_at = self.query(request).get("known_at")
        member = member_for(request.scope, member_id)
        return Response(CoverageOutput(coverages_of(request.scope, member.pk, known_at), many=True).data)

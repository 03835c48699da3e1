"""/api/v1/members/…/other-coverages and standings, employers/…/headcounts: what decides who pays first, recorded."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from employers.api.employers import employer_for
from employers.api.members import OtherCoverageOutput, member_for
from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.end_other_coverage import end_other_coverage
from employers.eligibility.record_standing import record_standing
from employers.eligibility.selectors import other_coverages_of, standings_of
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.models import Employer, Headcount, Member, OtherCoverage
from employers.onboarding.record_headcount import record_headcount
from tpa.foundation.access import Scope, requires, scope_of
from tpa.foundation.api.ids import IdOutput
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import record_read
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period

RECORDERS: Final = (Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)


def _word(words: Any, help_text: str) -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=[*words.choices], required=False, allow_blank=True, default="", help_text=help_text
    )


class OtherCoverageDetailOutput(OtherCoverageOutput):
    """Another payer's coverage with all that the order of benefits follows from; blank or null: not known."""

    id = IdOutput("cover")
    payer_number = serializers.CharField()
    our_holder = serializers.CharField(help_text="of a child: our subscriber, if no parent")
    holder_birth_on = serializers.DateField(allow_null=True)
    since_on = serializers.DateField(allow_null=True, help_text="covered there since")
    follows = serializers.ChoiceField(OtherCoverage.Follows.choices)
    parents = serializers.CharField()
    custody = serializers.CharField()
    responsible = serializers.CharField()
    responsible_from_on = serializers.DateField(allow_null=True)
    esrd_on = serializers.DateField(allow_null=True)
    employee_count = serializers.IntegerField(allow_null=True, help_text="of the employer behind it")
    is_hdhp_with_hsa = serializers.BooleanField()
    recorded_at = serializers.DateTimeField()


class OtherCoverageInput(serializers.Serializer[Any]):
    """Another payer's coverage. With `pays_first` somebody said the order, and `because` by which rule; without, it
    follows from the other fields."""

    kind = serializers.ChoiceField(OtherCoverage.Kind.choices)
    payer_name = serializers.CharField(max_length=120)
    payer_number = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    policy_number = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    starts_on = serializers.DateField()
    last_on = serializers.DateField(required=False, allow_null=True, default=None)
    pays_first = serializers.BooleanField(required=False, allow_null=True, default=None)
    because = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    holder = _word(OtherCoverage.Holder, "whose coverage it is, seen from the patient")
    our_holder = _word(OtherCoverage.Holder, "of a child: our subscriber, if no parent")
    holder_birth_on = serializers.DateField(required=False, allow_null=True, default=None)
    standing = _word(OtherCoverage.Standing, "of its holder with the employer behind it")
    since_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="covered there since")
    follows = serializers.ChoiceField(
        OtherCoverage.Follows.choices, required=False, default=OtherCoverage.Follows.BIRTHDAY.value
    )
    parents = _word(OtherCoverage.Parents, "together or apart")
    custody = _word(OtherCoverage.Custody, "of a child whose parents live apart")
    responsible = _word(OtherCoverage.Responsible, "for the child's care, by court decree")
    responsible_from_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="heeded from")
    entitled_by = _word(OtherCoverage.Entitlement, "Medicare: by what")
    esrd_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="kidney failure since")
    employee_count = serializers.IntegerField(
        min_value=0, max_value=9_999_999, required=False, allow_null=True, default=None
    )
    is_hdhp_with_hsa = serializers.BooleanField(required=False, default=False)
    answered_on = serializers.DateField(required=False, allow_null=True, default=None)


class EndInput(serializers.Serializer[Any]):
    """The last day, and why."""

    last_on = serializers.DateField()
    because = serializers.CharField(max_length=60)


class SubscriberStandingOutput(serializers.Serializer[Any]):
    """How a family's subscriber stands with the employer; nothing recorded: in employment."""

    standing = serializers.ChoiceField(OtherCoverage.Standing.choices)
    starts_on = FirstDay("period")
    last_on = LastDay("period")
    because = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class StandingInput(serializers.Serializer[Any]):
    """For a period; what was told of these days before is superseded."""

    standing = serializers.ChoiceField(OtherCoverage.Standing.choices)
    starts_on = serializers.DateField()
    last_on = serializers.DateField(required=False, allow_null=True, default=None)
    because = serializers.CharField(max_length=120, help_text="where this is known from")


class HeadcountOutput(serializers.Serializer[Headcount]):
    """How many employees, full- and part-time, an employer has on each working day of a period."""

    employee_count = serializers.IntegerField()
    starts_on = FirstDay("period")
    last_on = LastDay("period")
    because = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class HeadcountInput(serializers.Serializer[Any]):
    """For a period; what was told of these days before is superseded."""

    employee_count = serializers.IntegerField(min_value=0, max_value=9_999_999)
    starts_on = serializers.DateField()
    last_on = serializers.DateField(required=False, allow_null=True, default=None)
    because = serializers.CharField(max_length=120, help_text="where this is known from")


@requires(*RECORDERS)
class OtherCoverages(ApiView):
    """A member's other coverage."""

    scope_name = "members"

    @extend_schema(
        operation_id="other_coverages_list",
        summary="List a member's other coverage",
        responses=OtherCoverageDetailOutput(many=True),
    )
    def get(self, request: Request, member_id: int) -> Response:
        """As believed now, latest first; reading it is recorded."""
        scope = scope_of(request)
        member = member_for(scope, member_id)
        record_read(member, by=scope.actor, purpose="api", fields=["other_coverages"])
        return Response(OtherCoverageDetailOutput(other_coverages_of(scope, member.pk), many=True).data)

    @extend_schema(
        operation_id="other_coverages_record",
        summary="Record other coverage",
        request=OtherCoverageInput,
        responses={201: OtherCoverageDetailOutput},
    )
    def post(self, request: Request, member_id: int) -> Response:
        """Claims are decided by it from now on; for decided ones ask for a reprocessing list."""
        scope, said = scope_of(request), _given(request, OtherCoverageInput)
        with transaction.atomic():
            member = member_for(scope, member_id)
            add_other_coverage(member_id=member.pk, told=_told(said), by=scope.actor)
            row = other_coverages_of(scope, member.pk).order_by("-pk").first()
        return Response(OtherCoverageDetailOutput(row).data, status=status.HTTP_201_CREATED)


@requires(*RECORDERS)
class OtherCoverageEnd(ApiView):
    """Other coverage ended."""

    scope_name = "members"

    @extend_schema(
        operation_id="other_coverages_end",
        summary="End other coverage",
        request=EndInput,
        responses=OtherCoverageDetailOutput(many=True),
    )
    def post(self, request: Request, cover_id: int) -> Response:
        """It counts up to its last day, or never did where that lies before its first; what is left is answered."""
        scope, said = scope_of(request), _given(request, EndInput)
        with transaction.atomic():
            cover = OtherCoverage.objects.visible_to(scope).filter(pk=cover_id).first()
            if cover is None:
                raise NotFound("cob.unknown", _("There is no such other coverage."))
            member = member_for(scope, cover.member_id)
            _period(said["last_on"], None)
            end_other_coverage(
                other_coverage_id=cover_id, last_on=said["last_on"], because=said["because"], by=scope.actor
            )
            rows = list(other_coverages_of(scope, member.pk))
        return Response(OtherCoverageDetailOutput(rows, many=True).data)


@requires(*RECORDERS)
class Standings(ApiView):
    """How a member's subscriber stands with the employer."""

    scope_name = "members"

    @extend_schema(
        operation_id="standings_list",
        summary="List how the subscriber stands",
        responses=SubscriberStandingOutput(many=True),
    )
    def get(self, request: Request, member_id: int) -> Response:
        """Of the member's family, as believed now, latest first."""
        scope = scope_of(request)
        member = member_for(scope, member_id)
        record_read(member, by=scope.actor, purpose="api", fields=["standings"])
        return Response(SubscriberStandingOutput(standings_of(scope, member.family_id), many=True).data)

    @extend_schema(
        operation_id="standings_record",
        summary="Record how the subscriber stands",
        request=StandingInput,
        responses={201: SubscriberStandingOutput(many=True)},
    )
    def post(self, request: Request, member_id: int) -> Response:
        """Active, retired, laid off or on continuation, for a period; answers with all that holds then."""
        scope, said = scope_of(request), _given(request, StandingInput)
        with transaction.atomic():
            member = member_for(scope, member_id)
            subscriber = Member.objects.filter(family=member.family_id, relationship=Member.Relationship.SELF).first()
            if subscriber is None:
                raise NotFound("member.unknown", _("There is no such subscriber."))
            period = _period(said["starts_on"], said["last_on"])
            record_standing(
                member_id=subscriber.pk,
                standing=said["standing"],
                period=period,
                because=said["because"],
                by=scope.actor,
            )
            rows = list(standings_of(scope, member.family_id))
        return Response(SubscriberStandingOutput(rows, many=True).data, status=status.HTTP_201_CREATED)


@requires(*RECORDERS)
class Headcounts(ApiView):
    """How many employees an employer has."""

    scope_name = "members"
    pages = Pages

    @extend_schema(operation_id="headcounts_list", summary="List headcounts", responses=HeadcountOutput(many=True))
    def get(self, request: Request, employer_id: int) -> Response:
        """The history that the law on Medicare looks back on, as believed now, what was recorded last first."""
        scope = scope_of(request)
        return self.page(_headcounts(scope, employer_for(scope, employer_id)), HeadcountOutput)

    @extend_schema(
        operation_id="headcounts_record",
        summary="Record a headcount",
        request=HeadcountInput,
        responses={201: HeadcountOutput},
    )
    def post(self, request: Request, employer_id: int) -> Response:
        """On each working day of a period, full- and part-time."""
        scope, said = scope_of(request), _given(request, HeadcountInput)
        with transaction.atomic():
            employer = employer_for(scope, employer_id)
            period = _period(said["starts_on"], said["last_on"])
            record_headcount(
                employer_id=employer.pk,
                employee_count=said["employee_count"],
                period=period,
                because=said["because"],
                by=scope.actor,
            )
            row = _headcounts(scope, employer).get(period__startswith=period.start)
        return Response(HeadcountOutput(row).data, status=status.HTTP_201_CREATED)


def _given(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _headcounts(scope: Scope, employer: Employer) -> QuerySet[Headcount]:
    return Headcount.objects.visible_to(scope).filter(employer=employer, superseded_at__isnull=True)


def _period(first: date, last: date | None) -> Period:
    """The days that are meant. Raises Invalid for none, and for days that no coverage has."""
    if first < _FIRST or first > _LAST or (last is not None and last > _LAST):
        raise Invalid("date.range", _("No coverage has such a day."))
    if last is not None and last < first:
        raise Invalid("date.order", _("The last day is before the first."))
    return Period.from_inclusive(first, last)


def _told(said: dict[str, Any]) -> OtherCoverageRecord:
    period = _period(said["starts_on"], said["last_on"])
    facts = {name: said[name] for name in OrderFacts.__struct_fields__}
    return OtherCoverageRecord(
        kind=said["kind"],
        payer_name=said["payer_name"],
        payer_number=said["payer_number"],
        policy_number=said["policy_number"],
        pays_first=said["pays_first"],
        because=said["because"],
        starts_on=period.start,
        ends_on=period.end,
        order=None if said["pays_first"] is not None else OrderFacts(**facts),
        is_hdhp_with_hsa=said["is_hdhp_with_hsa"],
        answered_on=said["answered_on"],
    )

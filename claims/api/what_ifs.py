"""/api/v1/what-ifs: ask what an employer's claims would have come to under other terms, and read the answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claims import LOCATION
from claims.models import WhatIf
from claims.tasks import ring_for_what_if
from claims.trials.ask_what_if import ask_what_if
from claims.trials.propose import Asked
from claims.trials.selectors import what_ifs_of
from claims.trials.tried import StopLossTerms
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import CLAIMS_STAFF, check_role, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Role

ASKERS: Final = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)
"""Who may ask; all who may see claims may read."""


class LaserInput(serializers.Serializer[Any]):
    """A person with a deductible of their own."""

    member = IdParameter("member")
    amount = Dollars(min_value=Decimal(0))


class StopLossInput(serializers.Serializer[Any]):
    """A policy in windows: what is incurred and paid from the first through the last day counts."""

    incurred_from = serializers.DateField()
    incurred_through = serializers.DateField()
    paid_from = serializers.DateField()
    paid_through = serializers.DateField()
    specific_amount = Dollars(min_value=Decimal(0), help_text="deductible per person")
    lasers = LaserInput(many=True, required=False)
    reimbursed_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), default=Decimal(100)
    )
    aggregate_amount = Dollars(min_value=Decimal(0), required=False, help_text="attachment point of all persons")


class WhatIfInput(serializers.Serializer[Any]):
    """The claims of a period, and what is otherwise for them. What is not named stays as it is."""

    employer = IdParameter("employer")
    name = serializers.CharField(max_length=120, help_text="what it is about, for the list")
    starts_on = serializers.DateField(help_text="first day of service")
    last_on = serializers.DateField(help_text="last day of service, inclusive")
    plan = serializers.SlugField(max_length=40, required=False, help_text="a plan's code")
    version = serializers.IntegerField(
        min_value=1, max_value=2_000_000_000, required=False, help_text="of that plan, draft or published; the last one"
    )
    of_all_plans = serializers.BooleanField(default=False, help_text="it decides the claims of all plans, not its own")
    networks = serializers.DictField(
        child=serializers.CharField(max_length=40),
        required=False,
        help_text="by a network's code, the one in its place",
    )
    schedules = serializers.DictField(
        child=serializers.CharField(max_length=40), required=False, help_text="by a network's code, its fee schedule"
    )
    stop_loss = StopLossInput(required=False, help_text="the policy that is tried")
    stop_loss_now = StopLossInput(required=False, help_text="the policy to compare with")


class PairOutput(serializers.Serializer[Any]):
    """Dollars before and after."""

    before = serializers.CharField()
    after = serializers.CharField()
    difference = serializers.CharField()


class PartyOutput(PairOutput):
    party = serializers.ChoiceField(["plan", "stop_loss", "member", "provider", "others"])


class ClauseOutput(PairOutput):
    clause = serializers.CharField(help_text="section of the plan document")
    title = serializers.CharField()
    figure = serializers.CharField(help_text="the figure that the clause moves")


class CategoryOutput(PairOutput):
    category = serializers.CharField(help_text="benefit of the plan; empty for what none fits")


class WorstOutput(PairOutput):
    member = serializers.CharField(help_text="masked: the end of the number")


class HelpedAndHurtOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    helped = serializers.IntegerField(help_text="owe less")
    helped_amount = serializers.CharField()
    hurt = serializers.IntegerField(help_text="owe more")
    hurt_amount = serializers.CharField()


class LeftOutOutput(serializers.Serializer[Any]):
    billed_amount = serializers.CharField()
    questions = serializers.DictField(child=serializers.IntegerField())


class WhatIfAnswerOutput(serializers.Serializer[Any]):
    """The parties bear what was billed, before and after. Claims that a person would have to decide are left out."""

    engine_version = serializers.CharField()
    claims = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="claims with another figure")
    billed_amount = serializers.CharField()
    parties = PartyOutput(many=True)
    clauses = ClauseOutput(many=True)
    categories = CategoryOutput(many=True)
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="from → to")
    left_out = LeftOutOutput()
    members = HelpedAndHurtOutput()
    worst_members = WorstOutput(many=True)


class WhatIfOutput(serializers.Serializer[WhatIf]):
    """What was asked, and how far it is."""

    id = IdOutput("whatif")
    employer = IdOutput("employer", "employer_id")
    name = serializers.CharField()
    status = serializers.ChoiceField(WhatIf.Status.choices)
    asked_at = serializers.DateTimeField()
    piece_count = serializers.IntegerField(help_text="pieces of work")
    done_count = serializers.IntegerField(help_text="pieces that are done")


class WhatIfDetailOutput(WhatIfOutput):
    """The same, with the answer once it is done."""

    answer = serializers.SerializerMethodField()

    @extend_schema_field(WhatIfAnswerOutput(allow_null=True))
    def get_answer(self, row: WhatIf) -> Any:
        return row.answer


def asked_of(given: dict[str, Any]) -> Asked:
    """What the body asks for."""
    return Asked(
        starts_on=given["starts_on"],
        last_on=given["last_on"],
        plan=given.get("plan", ""),
        version=given.get("version"),
        of_all_plans=given["of_all_plans"],
        networks=given.get("networks", {}),
        schedules=given.get("schedules", {}),
        stop_loss=_terms(given.get("stop_loss")),
        stop_loss_now=_terms(given.get("stop_loss_now")),
    )


def _terms(given: dict[str, Any] | None) -> StopLossTerms | None:
    if given is None:
        return None
    days: dict[str, date] = {name: given[name] for name in given if name.endswith(("_from", "_through"))}
    return StopLossTerms(
        **days,
        specific_amount=given["specific_amount"],
        lasers={laser["member"]: laser["amount"] for laser in given.get("lasers", ())},
        reimbursed_percent=given["reimbursed_percent"],
        aggregate_amount=given.get("aggregate_amount"),
    )


@requires(*CLAIMS_STAFF)
class WhatIfs(ApiView):
    """Ask a what-if; list them."""

    scope_name = "claims"
    pages = Pages

    @extend_schema(operation_id="what_ifs_list", summary="List what-ifs", responses=WhatIfOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, without their answers."""
        return self.page(what_ifs_of(scope_of(request)).defer("answer"), WhatIfOutput)

    @extend_schema(
        operation_id="what_ifs_ask",
        summary="Ask a what-if",
        request=WhatIfInput,
        responses={202: WhatIfOutput},
        parameters=[LOCATION],
    )
    def post(self, request: Request) -> Response:
        """Workers decide the claims again in memory and write nothing but the answer: read it again after a moment."""
        scope = scope_of(request)
        check_role(scope, *ASKERS)
        given = WhatIfInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        if wanted["employer"] not in {one.employer_id for one in employers_seen(scope)}:
            raise NotFound("employer.no_such_employer", _("There is no such employer."))
        asked = ask_what_if(employer_id=wanted["employer"], name=wanted["name"], asked=asked_of(wanted), by=scope.actor)
        ring_for_what_if()
        row = what_ifs_of(scope).get(pk=asked.pk)
        where = reverse("claims_api:what_if", args=[row.pk])
        return Response(WhatIfOutput(row).data, status=status.HTTP_202_ACCEPTED, headers={"Location": where})


@requires(*CLAIMS_STAFF)
class OneWhatIf(ApiView):
    """One what-if."""

    scope_name = "claims"

    @extend_schema(operation_id="what_ifs_read", summary="Read a what-if", responses=WhatIfDetailOutput)
    def get(self, request: Request, what_if_id: int) -> Response:
        """How far it is, and the answer once it is done: dollars by party, clause and category, members masked."""
        row = what_ifs_of(scope_of(request)).filter(pk=what_if_id).first()
        if row is None:
            raise NotFound("what_if.no_such_what_if", _("There is no such what-if."))
        return Response(WhatIfDetailOutput(row).data)

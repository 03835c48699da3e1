"""/api/v1/networks: networks, and who takes part in them on a day."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.models import Network, NetworkParticipation
from tpa.foundation.access import STAFF, requires
from tpa.foundation.api.outputs import FirstDay, LastDay
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import NotFound


class NetworkOutput(serializers.Serializer[Network]):
    """A network of providers, as plans name it."""

    code = serializers.CharField()
    name = serializers.CharField()


class ParticipationOutput(serializers.Serializer[NetworkParticipation]):
    """A provider takes part from a first to a last day (null: open), paid by a fee schedule."""

    npi = serializers.CharField(source="provider.npi")
    name = serializers.SerializerMethodField()
    taxonomy_code = serializers.CharField(source="provider.taxonomy_code")
    fee_schedule = serializers.CharField(source="schedule.code")
    starts_on = FirstDay("period")
    last_on = LastDay("period")

    def get_name(self, participation: NetworkParticipation) -> str:
        return str(participation.provider)


class ParticipationQuery(serializers.Serializer[Any]):
    """Which day, and which provider."""

    on = serializers.DateField(required=False, help_text="today where nothing is said")
    npi = serializers.RegexField("^[0-9]{10}$", required=False)


@requires(*STAFF)
class Networks(ApiView):
    """Networks."""

    scope_name = "plans"
    pages = Pages

    @extend_schema(operation_id="networks_list", summary="List networks", responses=NetworkOutput(many=True))
    def get(self, request: Request) -> Response:
        """All networks, latest first."""
        return self.page(Network.objects.all(), NetworkOutput)


@requires(*STAFF)
class NetworkProviders(ApiView):
    """Who takes part in a network."""

    scope_name = "plans"
    query_serializer = ParticipationQuery
    pages = Pages

    @extend_schema(
        operation_id="networks_providers",
        summary="List a network's providers",
        responses=ParticipationOutput(many=True),
    )
    def get(self, request: Request, code: str) -> Response:
        """On a day, as we believe it now."""
        wanted = self.query(request)
        network = Network.objects.filter(code=code).first()
        if network is None:
            raise NotFound("network.unknown", _("There is no such network."))
        taking_part = network.participations.filter(
            superseded_at__isnull=True, period__contains=wanted.get("on") or timezone.localdate()
        )
        if "npi" in wanted:
            taking_part = taking_part.filter(provider__npi=wanted["npi"])
        return self.page(taking_part.select_related("provider", "schedule"), ParticipationOutput)

"""Reads stop-loss: policies, standings, notices, requests, for screens and the API."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.models import Document
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossNotice, StopLossPolicy, StopLossRequest, StopLossRequestClaim, StopLossStanding


def policies_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[StopLossPolicy]:
    """The policies that exist for a person, the latest first."""
    policies = StopLossPolicy.objects.visible_to(scope).select_related("employer").prefetch_related("coverages")
    if employer_id is not None:
        policies = policies.filter(employer=employer_id)
    return policies.order_by("-period", "-pk")


def standings_of(scope: Scope, policy_id: int) -> QuerySet[StopLossStanding]:
    """Persons under a policy's specific coverage, the highest first."""
    standings = StopLossStanding.objects.visible_to(scope).filter(policy=policy_id, member__isnull=False)
    return standings.select_related("member__family").order_by("-used_percent", "pk")


def group_standings_of(scope: Scope, policy_ids: list[int]) -> QuerySet[StopLossStanding]:
    """The group under the aggregate coverage of these policies."""
    return StopLossStanding.objects.visible_to(scope).filter(policy__in=policy_ids, member__isnull=True)


def notices_of(scope: Scope, *, policy_id: int | None = None) -> QuerySet[StopLossNotice]:
    """Notices, the latest first."""
    notices = StopLossNotice.objects.visible_to(scope).select_related("policy", "employer", "member__family", "claim")
    if policy_id is not None:
        notices = notices.filter(policy=policy_id)
    return notices.order_by("-pk")


def requests_of(scope: Scope, *, policy_id: int | None = None) -> QuerySet[StopLossRequest]:
    """Requests with what came in on each (`received_amount`), the latest first."""
    requests = StopLossRequest.objects.visible_to(scope).select_related("policy", "employer", "member", "coverage")
    if policy_id is not None:
        requests = requests.filter(policy=policy_id)
    return requests.annotate(received_amount=Coalesce(Sum("receipts__amount"), ZERO)).order_by("-pk")


def claims_of_request(scope: Scope, request_id: int) -> QuerySet[StopLossRequestClaim]:
    """What the packet of a request tells, in paid order; what is still to be paid comes last."""
    claims = StopLossRequestClaim.objects.visible_to(scope).filter(request=request_id)
    return claims.order_by("paid_on", "decision_id", "pk")


def papers_of(scope: Scope, subject_type: str, subject_ids: list[int]) -> QuerySet[Document]:
    """Letters or packets written about notices or requests."""
    papers = Document.objects.visible_to(scope).filter(subject_type=subject_type, subject_id__in=subject_ids)
    return papers.order_by("pk")


def locked_request(request_id: int, *, unpaid: bool = False) -> StopLossRequest:
    """A request with its policy, held until the transaction ends. Raises NotFound, and Conflict when it was paid in
    part and must not be (`unpaid`)."""
    request = (
        StopLossRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("policy", "coverage")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        raise NotFound("stoploss.no_such_request", _("There is no such request."))
    if unpaid and request.receipts.exists():
        raise Conflict("stoploss.paid_in_part", _("The carrier has paid some of this request."))
    return request

"""The employer's stop-loss: how far the group is, lasers without names, what the carrier was told and what it paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import StopLossLaser, StopLossNotice, StopLossPolicy, StopLossRequest, StopLossStanding
from tpa.stoploss.selectors import policies_of, requests_of

_BANDS = ((50, 75), (75, 100), (100, None))


@dataclass(frozen=True, slots=True)
class _Shown:
    """One policy as an employer may see it."""

    policy: StopLossPolicy
    group: StopLossStanding | None
    bands: list[tuple[int, int | None, int]]
    lasers: list[StopLossLaser]
    notices: list[tuple[str, str, int]]
    requests: list[StopLossRequest]


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def my_stop_loss(request: HttpRequest) -> HttpResponse:
    """Sums and counts only: whose care it was stays behind the wall (45 CFR 164.504(f))."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    policies = list(policies_of(scope).exclude(status=StopLossPolicy.Status.DRAFT)[:6])
    context: dict[str, Any] = {"policies": _shown(scope, policies), "today": timezone.localdate()}
    return screen(request, "tpa/my_stop_loss.html", context)


def _shown(scope: Scope, policies: list[StopLossPolicy]) -> list[_Shown]:
    """Four queries for all policies."""
    ids = [policy.pk for policy in policies]
    standings = list(StopLossStanding.objects.visible_to(scope).filter(policy__in=ids).defer("reckoned_at"))
    lasers = list(StopLossLaser.objects.visible_to(scope).filter(coverage__policy__in=ids).select_related("coverage"))
    told = (
        StopLossNotice.objects.visible_to(scope)
        .filter(policy__in=ids)
        .values_list("policy", "kind", "status")
        .annotate(Count("pk"))
        .order_by("policy", "kind", "status")
    )
    kinds, statuses = dict(StopLossNotice.Kind.choices), dict(StopLossNotice.Status.choices)
    notices = [(policy_id, str(kinds[kind]), str(statuses[status]), count) for policy_id, kind, status, count in told]
    asked = list(requests_of(scope).filter(policy__in=ids).exclude(status=StopLossRequest.Status.WITHDRAWN)[:200])
    return [
        _Shown(
            policy=policy,
            group=next((row for row in standings if row.policy_id == policy.pk and row.member_id is None), None),
            bands=_bands([row for row in standings if row.policy_id == policy.pk and row.member_id is not None]),
            lasers=[laser for laser in lasers if laser.coverage.policy_id == policy.pk],
            notices=[(kind, status, count) for policy_id, kind, status, count in notices if policy_id == policy.pk],
            requests=[one for one in asked if one.policy_id == policy.pk],
        )
        for policy in policies
    ]


def _bands(standings: list[StopLossStanding]) -> list[tuple[int, int | None, int]]:
    """How many persons have used up how much of their deductible."""
    found = []
    for low, high in _BANDS:
        count = sum(low <= row.used_percent and (high is None or row.used_percent < high) for row in standings)
        if count:
            found.append((low, high, count))
    return found

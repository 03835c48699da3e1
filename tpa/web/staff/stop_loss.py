"""The stop-loss desk: policies and where each stands, what the carriers must hear, and what was asked of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import StopLossNotice, StopLossPolicy, StopLossRequest
from tpa.stoploss.selectors import group_standings_of, notices_of, policies_of, requests_of
from tpa.stoploss.send_notice import send_notice
from tpa.stoploss.waive_notice import waive_notice

DESK = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)
_OPEN = [
    StopLossRequest.Status.OPEN,
    StopLossRequest.Status.FILED,
    StopLossRequest.Status.SHORT_PAID,
    StopLossRequest.Status.DENIED,
    StopLossRequest.Status.APPEALED,
]


@requires(*DESK, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_loss(request: HttpRequest) -> HttpResponse:
    """GET shows; POST sends a notice to the carrier, or waives it with a reason."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _tell(request, scope)
    page = page_of(policies_of(scope), request, order=("-pk",), size=30)
    notices = list(notices_of(scope).filter(status=StopLossNotice.Status.DUE)[:50])
    asked = list(requests_of(scope).filter(status__in=_OPEN)[:50])
    named = {notice.member_id for notice in notices} | {one.member_id for one in asked if one.member_id}
    if named:
        record_read(Subjects("employers.member", tuple(sorted(named))), by=scope.actor, purpose="stop-loss desk")
    context: dict[str, Any] = {
        "page": page,
        "rows": _rows(scope, page.rows),
        "notices": notices,
        "requests": asked,
        "may_act": scope.has_any(*DESK),
        "may_enter": scope.has_any(Role.TPA_MANAGER),
        "today": timezone.localdate(),
    }
    return screen(request, "tpa/stop_loss.html", context)


def _rows(scope: Scope, policies: Any) -> list[dict[str, Any]]:
    """Each policy with what its standings say; two queries for all."""
    ids = [policy.pk for policy in policies]
    persons = {
        row["pk"]: row
        for row in StopLossPolicy.objects.visible_to(scope)
        .filter(pk__in=ids)
        .values("pk")
        .annotate(
            owed_amount=Sum("standings__reimbursable_amount"),
            near=Count("standings", filter=Q(standings__used_percent__gte=50, standings__member__isnull=False)),
        )
        .order_by()
    }
    groups = {row.policy_id: row for row in group_standings_of(scope, ids)}
    return [
        {
            "policy": policy,
            "owed_amount": persons[policy.pk]["owed_amount"],
            "near": persons[policy.pk]["near"],
            "group": groups.get(policy.pk),
        }
        for policy in policies
    ]


def _tell(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, *DESK)
    text = request.POST.get("notice", "")
    seen = notices_of(scope).filter(pk=int(text)).first() if text.isascii() and text.isdigit() else None
    if seen is not None:
        try:
            if request.POST.get("do") == "waive":
                waive_notice(notice_id=seen.pk, by=scope.actor, because=request.POST.get("because", ""))
                messages.success(request, _("The notice is waived."))
            else:
                send_notice(notice_id=seen.pk, by=scope.actor)
                messages.success(request, _("The letter is written; it stands with the policy."))
        except DomainError as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(reverse("tpa:stop_loss"))

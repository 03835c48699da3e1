"""One stop-loss policy: terms, where everybody stands, what a window would lose, what was filed of what is owed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.eligibility.selectors import member_names
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.bell import ring
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import StopLossPolicy
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.leakage import leakage
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.radar import radar
from tpa.stoploss.selectors import notices_of, papers_of, policies_of, requests_of
from tpa.stoploss.sign_policy import sign_policy
from tpa.tasks import write_packets
from tpa.web.staff.stop_loss import DESK

# The highest ones; the rest is far from any limit.
_MOST_PERSONS = 50


@requires(*DESK, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_loss_policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    """GET reckons it at this moment and shows; POST signs a draft, or assembles a request."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    policy = get_object_or_404(policies_of(scope), pk=policy_id)
    if request.method == "POST":
        return _act(request, scope, policy)
    today = timezone.localdate()
    found = position_of_policy(policy, on=today)
    persons = sorted(found.specific.persons if found.specific else (), key=lambda one: -one.used_percent())
    persons = persons[:_MOST_PERSONS]
    seen = radar(found, on=today)
    rows = leakage(found)
    lasers = [laser for coverage in found.terms.coverages.values() for laser in coverage.lasers.all()]
    ids = {one.member_id for one in persons} | {one.member_id for one in (seen.persons if seen else [])}
    ids |= {row.member_id for row in rows if row.member_id} | {laser.member_id for laser in lasers}
    names = member_names(ids)
    if ids:
        about = Subjects("employers.member", tuple(sorted(ids)), policy.employer_id)
        record_read(about, by=scope.actor, purpose="stop-loss policy")
    notices = list(notices_of(scope, policy_id=policy.pk)[:50])
    papers = {paper.subject_id: paper for paper in papers_of(scope, "tpa.stoplossnotice", [one.pk for one in notices])}
    context: dict[str, Any] = {
        "policy": policy,
        "coverages": [(coverage, found.terms.question(kind)) for kind, coverage in found.terms.coverages.items()],
        "position": found,
        "persons": [(names.get(one.member_id, ""), one) for one in persons],
        "lasers": [(names.get(laser.member_id, ""), laser) for laser in lasers],
        "triggers": policy.triggers.order_by("code_from"),
        "radar": seen,
        "days_left": seen.days_left(today) if seen else None,
        "at_stake": [(names.get(one.member_id, ""), one) for one in seen.persons[:20]] if seen else [],
        "leakage": [(names.get(row.member_id or 0, ""), row, row.is_late(today)) for row in rows],
        "requests": requests_of(scope, policy_id=policy.pk)[:50],
        "notices": [(notice, papers.get(notice.pk)) for notice in notices],
        "may_act": scope.has_any(*DESK),
        "today": today,
    }
    return screen(request, "tpa/stop_loss_policy.html", context)


def _act(request: HttpRequest, scope: Scope, policy: StopLossPolicy) -> HttpResponse:
    check_role(scope, *DESK)
    here = HttpResponseRedirect(reverse("tpa:stop_loss_policy", args=[policy.pk]))
    today, text = timezone.localdate(), request.POST.get("member", "")
    try:
        if request.POST.get("do") == "sign":
            sign_policy(policy_id=policy.pk, signed_on=today, by=scope.actor)
            messages.success(request, _("The policy is in force; its terms stand."))
            return here
        made = assemble_request(
            policy_id=policy.pk,
            member_id=int(text) if text.isascii() and text.isdigit() else None,
            on=today,
            by=scope.actor,
            is_advance=request.POST.get("do") == "advance",
        )
    except DomainError as error:
        messages.error(request, str(error))
        return here
    ring(write_packets)
    return HttpResponseRedirect(reverse("tpa:stop_loss_request", args=[made.pk]))

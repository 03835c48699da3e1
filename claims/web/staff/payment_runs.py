"""Payment runs: what waits to be paid for each employer, the button that starts, and the runs that were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Claim, PaymentRun
from claims.payments.selectors import runs_of
from claims.tasks import pay_one_employer
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record
from tpa.foundation.bell import ring
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen

STARTERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def payment_runs(request: HttpRequest) -> HttpResponse:
    """GET shows; POST starts a run for one employer, which a worker does."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _start(request, scope)
    page = page_of(runs_of(scope), request, order=("-pk",), size=30)
    context: dict[str, Any] = {
        "page": page,
        "due": _due(scope),
        "is_running": any(run.status != PaymentRun.Status.DONE for run in page.rows),
        "may_start": scope.has_any(*STARTERS),
    }
    return screen(request, "claims/payment_runs.html", context, fragments={"runs": "runs"})


def _due(scope: Scope) -> list[dict[str, Any]]:
    """Per employer: claims decided and not yet paid or answered, and what they come to."""
    waits = Q(status__in=[Claim.Status.APPROVED, Claim.Status.DENIED])
    rows = (
        Claim.objects.visible_to(scope)
        .filter(waits)
        .values("employer_id", "employer__name")
        .annotate(
            approved=Count("pk", filter=Q(status=Claim.Status.APPROVED)),
            denied=Count("pk", filter=Q(status=Claim.Status.DENIED)),
            amount=Sum("plan_paid_amount", filter=Q(status=Claim.Status.APPROVED)),
        )
        .order_by("employer__name")
    )
    return [dict(row) for row in rows]


def _start(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, *STARTERS)
    text = request.POST.get("employer", "")
    if text.isdigit() and scope.sees(int(text)):
        record(
            "claims.paymentrun.asked",
            by=scope.actor,
            about=Subjects("employers.employer", (int(text),), int(text)),
        )
        ring(pay_one_employer, int(text))
        messages.success(request, _("The run is started. It stands below as soon as a worker takes it up."))
    return HttpResponseRedirect(reverse("claims:payment_runs"))

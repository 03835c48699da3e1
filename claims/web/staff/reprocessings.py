"""Lists of claims that what was learned later would decide otherwise: what was asked for, and asking for another."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from claims.models import Reprocessing
from claims.reprocessing.propose_reprocessing import propose_reprocessing
from claims.reprocessing.selectors import reprocessings_of
from claims.tasks import list_reprocessings
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.bell import ring
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen

PROPOSERS = (Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
# What is looked for when nobody says otherwise: what was recorded in so many days.
_DAYS = 30


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def reprocessings(request: HttpRequest) -> HttpResponse:
    """GET shows; POST asks for a list of one employer, or of each."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    error, status = "", 200
    if request.method == "POST":
        try:
            return _propose(request, scope)
        except DomainError as refusal:
            error, status = str(refusal), refusal.status
    page = page_of(reprocessings_of(scope), request, order=("-pk",), size=30)
    context: dict[str, Any] = {
        "page": page,
        "employers": employers_seen(scope),
        "may_propose": scope.has_any(*PROPOSERS),
        "since": request.POST.get("since") or (timezone.localdate() - timedelta(days=_DAYS)).isoformat(),
        "typed": request.POST,
        "error": error,
        "is_working": any(
            row.status in (Reprocessing.Status.PREPARING, Reprocessing.Status.APPROVED) for row in page.rows
        ),
    }
    return screen(request, "claims/reprocessings.html", context, fragments={"lists": "lists"}, status=status)


def _propose(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, *PROPOSERS)
    day = parse_date(request.POST.get("since", "")[:10]) if request.POST.get("since") else None
    if day is None:
        raise Invalid("reprocessing.since", _("Say from which day on what was recorded counts."))
    since = timezone.make_aware(datetime.combine(day, time.min))
    wanted = request.POST.get("employer", "")
    ids = [employer.employer_id for employer in employers_seen(scope) if wanted in ("all", str(employer.employer_id))]
    if not ids:
        raise Invalid("reprocessing.employer", _("Choose an employer, or all of them."))
    rows = [
        propose_reprocessing(employer_id=pk, since=since, because=request.POST.get("because", ""), by=scope)
        for pk in ids
    ]
    ring(list_reprocessings)
    messages.success(
        request,
        ngettext("The list is being drawn up.", "%(n)d lists are being drawn up.", len(rows)) % {"n": len(rows)},
    )
    where = reverse("claims:reprocessing", args=[rows[0].pk]) if len(rows) == 1 else reverse("claims:reprocessings")
    return HttpResponseRedirect(where)

"""Audit samples of one employer: drawn by chance from what was settled, and what the auditor found of each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from employers.onboarding.selectors import employers_seen
from tpa.billing.audit_samples import draw_audit_sample, record_audit
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen
from tpa.models import AuditSample
from tpa.web.names import actor_names
from tpa.web.typed import done, typed_amount, typed_date, typed_id

_MOST = 500


@requires(Role.TPA_MANAGER, Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def audit_samples(request: HttpRequest, employer_id: int) -> HttpResponse:
    """GET shows the samples, the newest first; POST draws some, or records what was found of one (`do`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    employer = next((one for one in employers_seen(scope) if one.employer_id == employer_id), None)
    if employer is None:
        raise Http404
    if request.method == "POST":
        actions = {"draw": _draw, "record": _record}
        words = {"draw": _("The sample is drawn."), "record": _("The finding is recorded.")}
        what = request.POST.get("do", "")
        if what in actions:
            done(request, lambda: actions[what](request, scope, employer_id), words[what])
        return HttpResponseRedirect(reverse("tpa:audit_samples", args=[employer_id]))
    rows = AuditSample.objects.visible_to(scope).filter(employer=employer_id).select_related("decision__claim")
    page = page_of(rows.defer("decision__facts", "decision__says"), request, order=("-paid_on", "-pk"))
    names = actor_names({row.audited_by for row in page.rows})
    for row in page.rows:
        row.audited_by_name = names.get(row.audited_by, row.audited_by)  # type: ignore[attr-defined]
    if page.rows:
        claim_ids = tuple(row.decision.claim_id for row in page.rows)
        record_read(Subjects("claims.claim", claim_ids, employer_id), by=scope.actor, purpose="audit sample")
    today = timezone.localdate()
    context: dict[str, Any] = {
        "employer": employer,
        "page": page,
        "waiting": rows.filter(status=AuditSample.Status.DRAWN).count(),
        "first": today.replace(month=1, day=1),
        "today": today,
    }
    return screen(request, "tpa/audit_samples.html", context)


def _draw(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    text = request.POST.get("count", "").strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _MOST):
        raise Invalid("billing.sample", _("Draw from 1 to %(most)s.") % {"most": _MOST})
    draw_audit_sample(
        employer_id=employer_id,
        since=typed_date(request, "since"),
        before=typed_date(request, "before"),
        count=int(text),
        by=scope.actor,
    )


def _record(request: HttpRequest, scope: Scope, employer_id: int) -> None:
    mine = AuditSample.objects.filter(pk=typed_id(request, "sample"), employer=employer_id)
    record_audit(
        sample_id=mine.values_list("pk", flat=True).first() or 0,
        correct_amount=typed_amount(request, "correct_amount"),
        is_handled_right="is_handled_right" in request.POST,
        finding=request.POST.get("finding", ""),
        by=scope.actor,
    )

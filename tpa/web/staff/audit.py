"""The audit trail for the auditor: who did or read what, and the proof that nothing of it was altered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import ChainReport, record, verify_chain
from tpa.foundation.models import AuditEvent, Role, User
from tpa.foundation.web.screens import page_of, screen


@requires(Role.AUDITOR, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest) -> HttpResponse:
    """GET walks the trail, the newest first, of one actor or action if wanted; POST recomputes every hash."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    report: ChainReport | None = None
    if request.method == "POST":
        report = verify_chain()
        record(
            "foundation.audit.verified",
            by=scope.actor,
            detail={"rows": report.rows_count, "breaks": len(report.breaks)},
        )
    events = AuditEvent.objects.visible_to(scope)
    actor, action = request.GET.get("actor", "")[:120], request.GET.get("action", "")[:60]
    if actor:
        events = events.filter(actor=actor)
    if action:
        events = events.filter(action=action)
    page = page_of(events, request, order=("-pk",), size=60)
    ids = {int(event.actor[5:]) for event in page.rows if event.actor.startswith("user:")}
    names = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)}
    for event in page.rows:
        event.who = names.get(event.actor, event.actor)  # type: ignore[attr-defined]
        # Not `detail.items` in the template: a detail may itself be called so, and a template asks for a key first.
        event.told = list(event.detail.items())  # type: ignore[attr-defined]
    context: dict[str, Any] = {"page": page, "report": report, "actor": actor, "action": action}
    return screen(request, "tpa/audit.html", context)

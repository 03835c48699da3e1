"""One list of claims to be decided anew: each with what stands, what it would come to, and why; and the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Claim, Reprocessing, ReprocessingClaim
from claims.reprocessing.approve_reprocessing import approve_reprocessing, is_above_limit, limit_of
from claims.reprocessing.decline_reprocessing import decline_reprocessing
from claims.reprocessing.selectors import claims_listed, reprocessings_of
from claims.tasks import ring_for_reprocessing
from claims.words.facts import fact_words
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role, User
from tpa.foundation.web.screens import page_of, screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def reprocessing(request: HttpRequest, reprocessing_id: int) -> HttpResponse:
    """GET shows; POST approves or declines."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    row = get_object_or_404(reprocessings_of(scope), pk=reprocessing_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            _answer(request, scope, row)
            return HttpResponseRedirect(reverse("claims:reprocessing", args=[row.pk]))
        except DomainError as refusal:
            error, status = str(refusal), refusal.status
    page = page_of(claims_listed(scope, row.pk), request, order=("family_id", "place", "pk"), size=50)
    record_read(Subjects.rows(Claim, [item.claim_id for item in page.rows]), by=scope.actor, purpose="reprocessing")
    for item in page.rows:
        item.why_words = ", ".join(fact_words(name) for name in item.why)  # type: ignore[attr-defined]
        item.change = item.new_plan_paid_amount - item.standing_plan_paid_amount  # type: ignore[attr-defined]
    is_open = row.status == Reprocessing.Status.PROPOSED
    context: dict[str, Any] = {
        "row": row,
        "page": page,
        "people": _people(row),
        "is_working": row.status in (Reprocessing.Status.PREPARING, Reprocessing.Status.APPROVED),
        "may_answer": is_open and scope.has_any(Role.TPA_MANAGER),
        "limit": limit_of(row),
        "must_be_another": is_open and row.proposed_by_id == scope.user_id and is_above_limit(row),
        "words": ReprocessingClaim.Status,
        "typed": request.POST.get("because", ""),
        "error": error,
    }
    return screen(request, "claims/reprocessing.html", context, fragments={"list": "list"}, status=status)


def _answer(request: HttpRequest, scope: Scope, row: Reprocessing) -> None:
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    because = request.POST.get("because", "")
    if request.POST.get("do") == "approve":
        approve_reprocessing(reprocessing_id=row.pk, revision=revision, because=because, by=scope)
        ring_for_reprocessing()
        messages.success(request, _("Approved. The claims are decided anew, family by family."))
    else:
        decline_reprocessing(reprocessing_id=row.pk, revision=revision, because=because, by=scope)
        messages.success(request, _("Declined. Every claim stands as it stood."))


def _people(row: Reprocessing) -> dict[str, str]:
    """Who asked for it and who answered, by name."""
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[row.proposed_by_id, row.answered_by_id or 0])}
    return {
        "proposed": names.get(row.proposed_by_id, _("somebody")),
        "answered": names.get(row.answered_by_id or 0, ""),
    }

"""Staff look for members of all employers; the words are posted, never in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from employers.eligibility.coverage_picture import current_tiers
from employers.eligibility.find_members import like_members
from employers.models import Member
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.web.screens import screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def find_members(request: HttpRequest) -> HttpResponse:
    """GET gives the form, POST the likest members."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    words = " ".join(request.POST.get("q", "").split())[:80] if request.method == "POST" else ""
    members = list(like_members(scope, words)[:50]) if words else []
    record_read(Subjects.rows(Member, [member.pk for member in members]), by=scope.actor, purpose="find")
    tiers = current_tiers(scope, [member.pk for member in members], on=timezone.localdate())
    for member in members:
        member.cover = tiers.get(member.pk)  # type: ignore[attr-defined]
    return screen(request, "employers/find_members.html", {"members": members, "words": words})

"""Members of the employer: who is covered, and whose coverage looks wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from employers.eligibility.coverage_picture import current_tiers
from employers.eligibility.find_members import like_members
from employers.eligibility.selectors import members_of
from employers.models import Member
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Role
from tpa.foundation.web.screens import Page, page_of, screen


@requires(Role.EMPLOYER_HR)
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """GET walks through all by name; POST looks for a name or card, which never stands in an address."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    words = " ".join(request.POST.get("q", "").split())[:80] if request.method == "POST" else ""
    if words:
        found: Page[Member] = Page(list(like_members(scope, words)[:50]), None, None)
    else:
        found = page_of(members_of(scope), request, order=("last_name", "first_name", "pk"), size=50)
    ids = [member.pk for member in found.rows]
    record_read(Subjects.rows(Member, ids), by=scope.actor, purpose="portal")
    tiers = current_tiers(scope, ids, on=timezone.localdate())
    for member in found.rows:
        member.cover = tiers.get(member.pk)  # type: ignore[attr-defined]
    return screen(request, "employers/members.html", {"page": found, "words": words})

"""One member as the TPA's people see one: family, coverage, other coverage."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from employers.models import OtherCoverage
from employers.web.portal.member import member_context
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.web.screens import screen


@requires(*CLAIMS_STAFF)
@require_safe
def staff_member(request: HttpRequest, member_id: int) -> HttpResponse:
    """The page."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    context = member_context(scope, member_id, purpose="member")
    if context is None:
        raise Http404
    others = OtherCoverage.objects.filter(member=member_id, superseded_at__isnull=True).order_by("-period")
    return screen(request, "employers/staff_member.html", {**context, "others": list(others)})

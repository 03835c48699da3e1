"""One member as the TPA's people see one: family, coverage, other coverage."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from employers.eligibility.order_words import RULES, VERDICTS
from employers.eligibility.places_on import places_on
from employers.eligibility.selectors import other_coverages_of
from employers.web.portal.member import member_context
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen


@requires(*CLAIMS_STAFF)
@require_safe
def staff_member(request: HttpRequest, member_id: int) -> HttpResponse:
    """The page."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    context = member_context(scope, member_id, purpose="member")
    if context is None:
        raise Http404
    others = [
        (
            row,
            _("not in force") if place is None else VERDICTS[place.verdict],
            RULES[place.rule] if place is not None and row.pays_first is None else row.because,
            place.citation if place is not None else "",
        )
        for row, place in places_on(list(other_coverages_of(scope, member_id)), timezone.localdate())
    ]
    may_record = scope.has_any(*(CLAIMS_STAFF - {Role.AUDITOR}))
    return screen(request, "employers/staff_member.html", {**context, "others": others, "may_record": may_record})

"""One member as the employer sees one: family and coverage, with its gaps. Nothing of any claim."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.eligibility.coverage_picture import spans_of
from employers.models import Coverage, Member
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen


@requires(Role.EMPLOYER_HR)
@require_safe
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    """The page; 404 for somebody else's member as for none."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    context = member_context(scope, member_id, purpose="portal")
    if context is None:
        raise Http404
    return screen(request, "employers/member.html", context)


def member_context(scope: Scope, member_id: int, *, purpose: str) -> dict[str, Any] | None:
    """A member, the family, and everybody's coverage over the last and this year."""
    found = Member.objects.visible_to(scope).select_related("family", "employer").filter(pk=member_id).first()
    if found is None:
        return None
    family = list(Member.objects.filter(family=found.family_id).order_by("person_number"))
    record_read(Subjects.rows(Member, [one.pk for one in family]), by=scope.actor, purpose=purpose)
    coverages = list(
        Coverage.objects.filter(family=found.family_id, superseded_at__isnull=True)
        .select_related("plan", "division")
        .order_by("member_id", "period")
    )
    today = timezone.localdate()
    start, end = date(today.year, 1, 1), date(today.year + 1, 1, 1)
    rows = [
        (one.first_name or one.last_name, spans_of([row for row in coverages if row.member_id == one.pk], start, end))
        for one in family
    ]
    own = [row for row in coverages if row.member_id == found.pk]
    return {
        "member": found,
        "family": family,
        "coverages": list(reversed(own)),
        "spans": rows,
        "start": start,
        "end": end,
        "gaps": [
            span
            for span in next(spans for one, (_n, spans) in zip(family, rows, strict=True) if one.pk == found.pk)
            if span[2] == "gap"
        ],
        "is_covered": any(
            row.period.lower <= today and (row.period.upper is None or today < row.period.upper) for row in own
        ),
    }

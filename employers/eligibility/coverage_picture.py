"""Coverage as people see it: who is covered today, spans with their gaps, and whose coverage looks wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from employers.models import Coverage, EligibilityProblem, Member
from tpa.foundation.access import Scope


@dataclass(frozen=True, slots=True)
class Cover:
    """What covers a member on a day."""

    tier: str
    plan_name: str
    division_name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A member without coverage from a day to before another, between two spans of the same year."""

    member_id: int
    name: str
    starts_on: date
    ends_on: date


def current_tiers(scope: Scope, member_ids: Collection[int], *, on: date) -> dict[int, Cover]:
    """The cover of each member on a day; one query. Who is not in it is not covered."""
    rows = (
        Coverage.objects.visible_to(scope)
        .filter(member_id__in=list(member_ids), superseded_at__isnull=True, period__contains=on)
        .values_list("member_id", "tier", "plan__name", "division__name")
    )
    return {member_id: Cover(tier, plan, division or "") for member_id, tier, plan, division in rows}


def spans_of(coverages: Iterable[Coverage], start: date, end: date) -> list[tuple[date, date | None, str, str]]:
    """Bars for one member between two days: on where covered, gap between two spans, in order."""
    rows = sorted((row.period.lower, row.period.upper, row.plan.name) for row in coverages if row.period.lower)
    spans: list[tuple[date, date | None, str, str]] = []
    reached: date | None = None
    for first, after, name in rows:
        if reached and first > reached and first > start and reached < end:
            spans.append((max(reached, start), min(first, end), "gap", _("not covered")))
        spans.append((max(first, start), after, "on", name))
        reached = None if after is None else max(reached or after, after)
        if after is None:
            break
    return [span for span in spans if span[1] is None or span[1] > start]


def gaps(scope: Scope, *, since: date, limit: int = 20) -> list[Gap]:
    """Members whose coverage stopped and went on later, with the days between; two queries at most."""
    interrupted = (
        Coverage.objects.visible_to(scope)
        .filter(superseded_at__isnull=True, period__endswith__gt=since)
        .exclude(period__endswith__isnull=True)
        .values_list("member_id", flat=True)
    )
    by_member: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    names: dict[int, str] = {}
    rows = Coverage.objects.filter(superseded_at__isnull=True, member_id__in=interrupted).select_related("member")
    for row in rows.order_by("member_id", "period"):
        by_member[row.member_id].append((row.period.lower, row.period.upper))
        names[row.member_id] = str(row.member)
    found = []
    for member_id, spans in by_member.items():
        for (_first, after), (following, _after) in pairwise(spans):
            if after and following > after and following > since:
                found.append(Gap(member_id, names[member_id], after, following))
    return sorted(found, key=lambda gap: gap.starts_on, reverse=True)[:limit]


def dependents_without_subscriber(scope: Scope, *, on: date, limit: int = 20) -> list[tuple[int, str]]:
    """Dependents who are covered on a day while their subscriber is not; one query."""
    covered = Coverage.objects.filter(superseded_at__isnull=True, period__contains=on)
    rows = (
        Member.objects.visible_to(scope)
        .exclude(relationship=Member.Relationship.SELF)
        .filter(coverages__in=covered)
        .exclude(family__in=covered.filter(member__relationship=Member.Relationship.SELF).values("family"))
        .distinct()
        .order_by("last_name", "first_name")[:limit]
    )
    return [(member.pk, str(member)) for member in rows]


def file_problems(scope: Scope, *, limit: int = 10) -> list[EligibilityProblem]:
    """What the last eligibility files and our records did not agree on, the newest first; one query."""
    problems = EligibilityProblem.objects.visible_to(scope).exclude(kind=EligibilityProblem.Kind.DIFFERS)
    return list(problems.select_related("eligibility_file").order_by("-pk")[:limit])

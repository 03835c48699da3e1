"""Reads plan versions: which governs on a day, and the compiled terms of a content hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from plans.design.compile_terms import compile_terms
from plans.design.describe_plan import describe_plan
from plans.design.terms import PlanTerms
from plans.models import Plan, PlanVersion
from tpa.foundation.errors import NotFound

_GOVERNING = """
SELECT DISTINCT ON (wanted.plan_id, wanted.on_date) wanted.plan_id, wanted.on_date, version.content_hash
  FROM (SELECT DISTINCT * FROM unnest(%(plans)s::bigint[], %(days)s::date[]) AS t (plan_id, on_date)) wanted
  JOIN plans_planversion version ON version.plan_id = wanted.plan_id AND version.effective @> wanted.on_date
 WHERE {known}
 ORDER BY wanted.plan_id, wanted.on_date, version.number DESC
"""
_NOW = "version.status = 'published'"
_THEN = """version.published_at <= %(known_at)s
   AND (version.superseded_at IS NULL OR version.superseded_at > %(known_at)s)"""

# Every worker holds the plans it meets; a plan in memory is small beside what a claim costs to decide without it.
_REMEMBERED = 512


def plan_versions_on(
    plans_on: Collection[tuple[int, date]], known_at: datetime | None = None
) -> dict[tuple[int, date], str]:
    """The content hash of the version that governs each (plan id, day); absent where none does. One query.

    With `known_at`: the version as it was published then.
    """
    if not plans_on:
        return {}
    pairs = list(plans_on)
    wanted: dict[str, Any] = {
        "plans": [plan_id for plan_id, _on in pairs],
        "days": [on for _plan, on in pairs],
        "known_at": known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GOVERNING.format(known=_NOW if known_at is None else _THEN), wanted)
        return {(plan_id, on): content_hash for plan_id, on, content_hash in cursor.fetchall()}


def plan_id_of(code: str) -> int | None:
    """The plan that we call so, for commands; None for none."""
    return Plan.objects.filter(code=code).values_list("pk", flat=True).first()


@lru_cache(maxsize=_REMEMBERED)
def plan_terms(content_hash: str) -> PlanTerms:
    """The compiled terms of a version; the same object each time. Raises NotFound for an unknown hash.

    A draft's too, which is tried before it is published: what governs is only ever found by `plan_versions_on`.
    """
    return compile_terms(_document(content_hash), content_hash)


def clause_titles(content_hash: str) -> dict[str, str]:
    """The titles of a version's clauses by section; of several in one section the first. Raises NotFound."""
    titles: dict[str, str] = {}
    for clause in describe_plan(_document(content_hash)):
        titles.setdefault(clause.section, clause.title)
    return titles


def _document(content_hash: str) -> dict[str, Any]:
    document = PlanVersion.objects.filter(content_hash=content_hash).values_list("document", flat=True).first()
    if document is None:
        raise NotFound("plan.no_such_version", _("There is no plan version with this hash."))
    found: dict[str, Any] = document
    return found


def versions_listed() -> list[tuple[str, str]]:
    """All versions for a list to choose from: `code:number` and how people call it, the latest of each plan first."""
    rows = PlanVersion.objects.select_related("plan").order_by("plan__name", "plan_id", "-number")
    return [
        (
            f"{row.plan.code}:{row.number}",
            _("%(plan)s, version %(number)s (%(status)s)")
            % {"plan": row.plan, "number": row.number, "status": row.get_status_display()},
        )
        for row in rows.defer("source", "document")
    ]


def version_words(content_hash: str) -> str:
    """How people call the version with this hash."""
    row = (
        PlanVersion.objects.filter(content_hash=content_hash).select_related("plan").defer("source", "document").first()
    )
    if row is None:
        raise NotFound("plan.no_such_version", _("There is no plan version with this hash."))
    return _("%(plan)s, version %(number)s") % {"plan": row.plan, "number": row.number}


def version_named(code: str, number: int | None) -> tuple[int, str] | None:
    """The plan's id and the content hash of one of its versions, draft or not; without a number of its last one."""
    versions = PlanVersion.objects.filter(plan__code=code).order_by("-number")
    if number is not None:
        versions = versions.filter(number=number)
    return versions.values_list("plan_id", "content_hash").first()


def version_id_of(code: str, number: int) -> int | None:
    """One of a plan's versions by its number, draft or not."""
    versions = PlanVersion.objects.filter(plan__code=code, number=number)
    return versions.values_list("pk", flat=True).first()


@lru_cache(maxsize=_REMEMBERED)
def plan_terms_over(content_hash: str, later: tuple[tuple[date, str], ...]) -> PlanTerms:
    """The terms of a claim that goes on under other versions: the first one's, and from which day which others'."""
    terms = plan_terms(content_hash)
    if not later:
        return terms
    return msgspec.structs.replace(terms, later=tuple((starts_on, plan_terms(other)) for starts_on, other in later))

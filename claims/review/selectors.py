"""Reads what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from claims.models import Claim, Pend
from tpa.foundation.access import Scope


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What of the worklist is wanted; empty means all."""

    queue: str = ""
    reason: str = ""
    employer_id: int | None = None


class OpenPends(TypedDict):
    """How many questions wait, by queue, reason and employer."""

    queue: str
    reason: str
    employer_id: int
    employer__name: str
    count: int


def pended_claims(scope: Scope, wanted: WorklistFilter = WorklistFilter()) -> QuerySet[Claim]:
    """Claims that wait for a person, with their open questions; the worklist orders them by due day."""
    claims = Claim.objects.visible_to(scope).filter(status=Claim.Status.PENDED)
    if wanted.employer_id:
        claims = claims.filter(employer_id=wanted.employer_id)
    if wanted.queue or wanted.reason:
        asked = Pend.objects.filter(claim=OuterRef("pk"), status=Pend.Status.OPEN)
        if wanted.queue:
            asked = asked.filter(queue=wanted.queue)
        if wanted.reason:
            asked = asked.filter(reason=wanted.reason)
        claims = claims.filter(Exists(asked))
    open_pends = Pend.objects.filter(status=Pend.Status.OPEN).order_by("pk")
    return (
        claims.defer("submission")
        .select_related("member", "employer")
        .prefetch_related(Prefetch("pends", queryset=open_pends, to_attr="questions"))
    )


def open_pend_counts(scope: Scope) -> list[OpenPends]:
    """Open questions by queue, reason and employer, the most first."""
    rows = (
        Pend.objects.visible_to(scope)
        .filter(status=Pend.Status.OPEN)
        .values("queue", "reason", "employer_id", "employer__name")
        .annotate(count=Count("pk"))
        .order_by("-count", "queue", "reason")
    )
    return list(rows)

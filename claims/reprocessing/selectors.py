"""Reads lists of claims to be decided anew: for the screen, the API and the claim's own page."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from claims.models import Reprocessing, ReprocessingClaim
from tpa.foundation.access import Scope


def reprocessings_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[Reprocessing]:
    """The lists that exist for a person, the newest first, each with how many claims were left (`stale_count`)."""
    lists = Reprocessing.objects.visible_to(scope).select_related("employer")
    if employer_id is not None:
        lists = lists.filter(employer=employer_id)
    stale = Count("claims", filter=Q(claims__status=ReprocessingClaim.Status.STALE))
    return lists.annotate(stale_count=stale).order_by("-pk")


def claims_listed(scope: Scope, reprocessing_id: int) -> QuerySet[ReprocessingClaim]:
    """The claims of a list, family by family in their turn."""
    rows = ReprocessingClaim.objects.visible_to(scope).filter(reprocessing=reprocessing_id)
    return rows.select_related("claim__member").defer("claim__submission").order_by("family_id", "place", "pk")

"""Finds which of our employers a file speaks of, by the numbers that stand in it."""

from __future__ import annotations

from django.db.models import Q

from employers.models import Employer


def find_sponsor(*numbers: str) -> tuple[int | None, str]:
    """The employer that has the first of the numbers that is anybody's (code, EIN or alias); or a problem's code."""
    for number in numbers:
        if not number.strip():
            continue
        given = number.strip()
        named = Q(code__iexact=given) | Q(ein=given) | Q(aliases__value__iexact=given)
        found = list(Employer.objects.filter(named).order_by("pk").values_list("pk", flat=True).distinct()[:2])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, "sponsor.ambiguous"
    return None, "sponsor.unknown"

"""How much of a deductible or maximum is left to a member: their own limit, then the family's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.work import Sums
from plans.design.terms import Cap
from tpa.foundation.values.money import ZERO

SELF_ONLY = "EE"


def room(cap: Cap, sums: Sums, year: date, coverage_tier: str) -> Decimal | None:
    """What may still be applied to the cap; None when nothing limits it. Never negative."""
    counts = cap.counts
    if coverage_tier == SELF_ONLY:
        mine, family = cap.self_only_amount, None
    else:
        mine, family = cap.person_amount, cap.family_amount
    if cap.crossings:
        my_part, family_part = _crossed(cap, sums, year)
        mine = None if mine is None else mine - my_part
        family = None if family is None else family - family_part
    left: Decimal | None = None
    if mine is not None:
        if len(counts) == 1:
            left = mine - sums.member(year, counts[0])
        else:
            left = mine - sum((sums.member(year, bucket) for bucket in counts), ZERO)
    if family is not None:
        if len(counts) == 1:
            family_left = family - sums.family(year, counts[0])
        else:
            family_left = family - sum((sums.family(year, bucket) for bucket in counts), ZERO)
        left = family_left if left is None else min(left, family_left)
    if left is None:
        return None
    return max(left, ZERO)


def _crossed(cap: Cap, sums: Sums, year: date) -> tuple[Decimal, Decimal]:
    """What counts toward the cap of those that cross over only up to so much: the member's, the family's."""
    mine = family = ZERO
    for crossing in cap.crossings:
        mine += min(sums.member(year, crossing.bucket), crossing.person_amount)
        whole = sums.family(year, crossing.bucket)
        family += whole if crossing.family_amount is None else min(whole, crossing.family_amount)
    return mine, family

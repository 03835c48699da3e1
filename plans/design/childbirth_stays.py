"""The stay after a birth that a plan may not shorten, 29 CFR 2590.711."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise


def minimum_stay_ends(
    *, delivered_at: datetime, admitted_at: datetime, is_in_hospital: bool = True, hours: Decimal
) -> datetime:
    """(a)(1), (2): it begins with the delivery in a hospital, else with the admission; `hours` by kind of delivery."""
    begins_at = delivered_at if is_in_hospital else admitted_at
    return begins_at + timedelta(hours=float(hours))


def keeps_its_share(plan_percents: Sequence[Decimal]) -> bool:
    """(c)(3): no part of the stay may be paid less favourably than one before it. `plan_percents` are in its order."""
    return all(later >= earlier for earlier, later in pairwise(plan_percents))

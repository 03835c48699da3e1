"""What was posted under references that begin alike: how much of something that comes in parts is booked already."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Sum

from employers.models import LedgerEntry
from tpa.foundation.values.money import ZERO


def posted_under(claims_account_id: int, prefix: str) -> tuple[int, dict[str, Decimal]]:
    """How many postings of a claims account have such a reference, and what they come to by account. One query; to
    build on it hold what is posted about."""
    rows = list(
        LedgerEntry.objects.filter(account__claims_account=claims_account_id, transaction__reference__startswith=prefix)
        .values_list("account__kind")
        .annotate(Sum("amount"), Count("transaction", distinct=True))
        .order_by()
    )
    count = max((count for _kind, _amount, count in rows), default=0)
    return count, {kind: amount or ZERO for kind, amount, _count in rows}

"""Reads the register behind a request: what it comes to by kind, by due day; and who approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, Sum

from employers.models import FundingItem, FundingRequest
from tpa.foundation.models import User

_ORDER = [kind.value for kind in FundingItem.Kind]


@dataclass(frozen=True, slots=True)
class RegisterSum:
    """What the pieces of a kind come to."""

    kind: str
    words: str
    items_count: int
    amount: Decimal
    pay_by_on: date | None


@dataclass(frozen=True, slots=True)
class Approved:
    """Who approved, and when."""

    name: str
    approved_at: datetime


def register_sums(request: FundingRequest) -> list[RegisterSum]:
    """The register by kind; it adds up to the request. One query."""
    rows = request.items.values_list("kind").annotate(Count("pk"), Sum("amount"), Min("pay_by_on")).order_by()
    found = [
        RegisterSum(kind, str(FundingItem.Kind(kind).label), number, amount, pay_by_on)
        for kind, number, amount, pay_by_on in rows
    ]
    return sorted(found, key=lambda row: _ORDER.index(row.kind))


def approvals_of(request: FundingRequest) -> list[Approved]:
    """Its approvals, the first first. Two queries."""
    rows = list(request.approvals.order_by("pk"))
    ids = [int(row.approved_by.partition(":")[2]) for row in rows if row.approved_by.startswith("user:")]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    return [
        Approved(names.get(int(row.approved_by.partition(":")[2] or 0), row.approved_by), row.approved_at)
        for row in rows
    ]

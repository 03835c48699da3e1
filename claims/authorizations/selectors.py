"""Reads authorizations with what is left of them: granted, less what claims use and hold: a sum of entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from psycopg2.extras import DateRange

from claims.models import Authorization
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO

# A pended claim's decision holds units, an approved one's uses them; a reversal gives them back.
_USED = """
SELECT e.bucket, coalesce(sum(e.amount) FILTER (WHERE d.outcome <> 'pended'), 0),
       coalesce(sum(e.amount) FILTER (WHERE d.outcome = 'pended'), 0)
  FROM claims_accumulatorentry e JOIN claims_decision d ON d.id = e.decision_id
 WHERE e.family_id = ANY(%s) AND e.bucket = ANY(%s) GROUP BY e.bucket
"""

_ENTRIES = """
SELECT c.id, c.claim_number, c.status, d.number, d.outcome, d.decided_at, sum(e.amount)
  FROM claims_accumulatorentry e
  JOIN claims_decision d ON d.id = e.decision_id
  JOIN claims_claim c ON c.id = d.claim_id
 WHERE e.family_id = %s AND e.bucket = %s
 GROUP BY c.id, d.id HAVING sum(e.amount) <> 0 ORDER BY d.id
"""


class Balance(NamedTuple):
    """Units of an authorization: granted, used by decided claims, reserved by pended ones, left."""

    granted_count: Decimal
    used_count: Decimal = ZERO
    reserved_count: Decimal = ZERO

    @property
    def left_count(self) -> Decimal:
        return self.granted_count - self.used_count - self.reserved_count


class UnitsEntry(NamedTuple):
    """What one decision of a claim takes of an authorization, or gives back."""

    claim_id: int
    claim_number: str
    status: str
    decision_number: int
    outcome: str
    decided_at: object
    units_count: Decimal


def authorizations_of(scope: Scope, *, member_id: int | None = None, status: str = "") -> QuerySet[Authorization]:
    """The authorizations that exist for a person, in their present terms, the newest first."""
    rows = Authorization.objects.visible_to(scope).filter(superseded_at__isnull=True)
    if member_id is not None:
        rows = rows.filter(member=member_id)
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("member", "employer", "provider").order_by("-pk")


def terms_of(scope: Scope, number: str) -> QuerySet[Authorization]:
    """All terms that an authorization ever had, the latest first."""
    rows = Authorization.objects.visible_to(scope).filter(number=number)
    return rows.select_related("member", "employer", "provider", "family").order_by("-pk")


def balances_of(authorizations: Sequence[Authorization]) -> dict[str, Balance]:
    """What is left of each, by number; nothing is granted where nobody permitted it. One query, none for none."""
    if not authorizations:
        return {}
    buckets = {f"auth:{row.number}": row for row in authorizations}
    found = {row.number: Balance(_granted(row)) for row in authorizations}
    with connection.cursor() as cursor:
        cursor.execute(_USED, [sorted({row.family_id for row in authorizations}), list(buckets)])
        for bucket, used, reserved in cursor.fetchall():
            row = buckets[bucket]
            found[row.number] = Balance(_granted(row), used, reserved)
    return found


def _granted(row: Authorization) -> Decimal:
    permitted = (Authorization.Status.APPROVED, Authorization.Status.CLOSED)
    return row.units_count if row.status in permitted else ZERO


def authorizations_touching(scope: Scope, *, member_id: int, days: tuple[date, date]) -> list[Authorization]:
    """A member's authorizations, answered or not, for some of these days (both counted), the newest first."""
    rows = authorizations_of(scope, member_id=member_id).exclude(status=Authorization.Status.DENIED)
    return list(rows.filter(period__overlap=DateRange(days[0], days[1], "[]")))


def entries_of(authorization: Authorization) -> list[UnitsEntry]:
    """Which decisions of which claims use, hold and gave back its units, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [authorization.family_id, f"auth:{authorization.number}"])
        return [UnitsEntry(*row) for row in cursor.fetchall()]


def is_expired(authorization: Authorization, on: date | None = None) -> bool:
    """Whether its days are over: what is left of it permits nothing any more."""
    upper: date = authorization.period.upper
    return upper <= (on or timezone.localdate())

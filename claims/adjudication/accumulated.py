"""What families have used up, as one batch of claims goes through it: read once, carried forward in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from claims.adjudication.engine.decision import Consumption
from claims.adjudication.engine.facts import Accumulated
from claims.adjudication.engine.years import Keys
from tpa.foundation.values.money import ZERO

_SUMS = """
SELECT family_id, member_id, year_on, bucket, sum(amount), sum(amount) FILTER (WHERE credit_id IS NOT NULL)
  FROM claims_accumulatorentry WHERE family_id = ANY(%s) GROUP BY family_id, member_id, year_on, bucket
"""

_OWN = """
SELECT d.claim_id, e.family_id, e.member_id, e.year_on, e.bucket, sum(e.amount)
  FROM claims_decision d JOIN claims_accumulatorentry e ON e.decision_id = d.id
 WHERE d.claim_id = ANY(%s) GROUP BY d.claim_id, e.family_id, e.member_id, e.year_on, e.bucket
HAVING sum(e.amount) <> 0
"""


class _Own(NamedTuple):
    family_id: int
    member_id: int
    year_on: date
    bucket: str
    amount: Decimal


class FamilySums:
    """Sums by family, plan year and bucket, each with its members' parts. The families' rows must be locked."""

    def __init__(self) -> None:
        # family -> key -> bucket -> member -> amount. The family's sum is kept under member 0, which no member has.
        self._sums: dict[int, dict[date, dict[str, dict[int, Decimal]]]] = defaultdict(lambda: defaultdict(dict))
        # (member, key, bucket) -> what of it a prior carrier stated
        self._credited: dict[tuple[int, date, str], Decimal] = {}
        # claim -> what stands of its own, as long as it counts.
        self._own: dict[int, list[_Own]] = defaultdict(list)

    @classmethod
    def of(cls, family_ids: Iterable[int], decided_before: Sequence[int] = ()) -> FamilySums:
        """Read all that the families have used up, in one query; and, where claims of the batch were decided before,
        what of it is their own, in a second."""
        sums = cls()
        with connection.cursor() as cursor:
            cursor.execute(_SUMS, [list(family_ids)])
            for family_id, member_id, year_on, bucket, amount, credited in cursor:
                sums._add(family_id, member_id, year_on, bucket, amount)
                if credited:
                    sums._credited[member_id, year_on, bucket] = credited
            if decided_before:
                cursor.execute(_OWN, [list(decided_before)])
                for claim_id, *own in cursor:
                    sums._own[claim_id].append(_Own(*own))
        return sums

    def release(self, claim_id: int) -> None:
        """What a claim itself has used up does not count when it is decided again."""
        for own in self._own.pop(claim_id, ()):
            self._add(own.family_id, own.member_id, own.year_on, own.bucket, -own.amount)
            buckets = self._sums[own.family_id][own.year_on]
            if not any(buckets[own.bucket].values()):
                # As if it had never been: the facts read as they did before the claim.
                del buckets[own.bucket]

    def add(self, family_id: int, member_id: int, consumptions: Iterable[Consumption]) -> None:
        """Carry one decision's consumptions forward to the family's next claim."""
        for used in consumptions:
            self._add(family_id, member_id, used.year_on, used.bucket, used.amount)

    def facts(self, family_id: int, member_id: int, keys: Keys) -> tuple[Accumulated, ...]:
        """What one member's claim may see: the member's and the family's sums under these keys, in bucket order."""
        sums = self._sums.get(family_id)
        if not sums:
            return ()
        days = sorted(sums) if keys.dated else sorted(keys.years & sums.keys())
        return tuple(
            Accumulated(
                year_on=day,
                bucket=bucket,
                member_amount=parts.get(member_id, ZERO),
                family_amount=parts[0],
                credited_amount=self._credited.get((member_id, day, bucket), ZERO),
            )
            for day in days
            for bucket, parts in sorted(sums[day].items())
            if not keys.dated or keys.hold(day, bucket)
        )

    def _add(self, family_id: int, member_id: int, year_on: date, bucket: str, amount: Decimal) -> None:
        parts = self._sums[family_id][year_on].setdefault(bucket, {0: ZERO})
        parts[member_id] = parts.get(member_id, ZERO) + amount
        parts[0] += amount

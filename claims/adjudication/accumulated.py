"""What families have used up, as one batch of claims goes through it: read once, carried forward in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

from claims.adjudication.engine.decision import Consumption
from claims.adjudication.engine.facts import Accumulated
from claims.adjudication.engine.years import Keys
from tpa.foundation.values.money import ZERO

_SUMS = """
SELECT family_id, member_id, year_on, bucket, sum(amount)
  FROM claims_accumulatorentry WHERE family_id = ANY(%s) GROUP BY family_id, member_id, year_on, bucket
"""


class FamilySums:
    """Sums by family, plan year and bucket, each with its members' parts. The families' rows must be locked."""

    def __init__(self) -> None:
        # family -> key -> bucket -> member -> amount. The family's sum is kept under member 0, which no member has.
        self._sums: dict[int, dict[date, dict[str, dict[int, Decimal]]]] = defaultdict(lambda: defaultdict(dict))

    @classmethod
    def of(cls, family_ids: Iterable[int]) -> FamilySums:
        """Read all that the families have used up, in one query."""
        sums = cls()
        with connection.cursor() as cursor:
            cursor.execute(_SUMS, [list(family_ids)])
            for family_id, member_id, year_on, bucket, amount in cursor:
                sums._add(family_id, member_id, year_on, bucket, amount)
        return sums

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
            )
            for day in days
            for bucket, parts in sorted(sums[day].items())
            if not keys.dated or keys.hold(day, bucket)
        )

    def _add(self, family_id: int, member_id: int, year_on: date, bucket: str, amount: Decimal) -> None:
        parts = self._sums[family_id][year_on].setdefault(bucket, {0: ZERO})
        parts[member_id] = parts.get(member_id, ZERO) + amount
        parts[0] += amount

"""Reads from claims' histories how long decisions took."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

# The first time that a claim was approved or denied; a void asks for no decision of its own.
_TURNAROUND = """
SELECT c.claim_number, c.received_on,
       (SELECT min(e.at) FROM claims_claimevent e
         WHERE e.claim_id = c.id AND e.to_status IN ('approved', 'denied')) AS decided_at
  FROM claims_claim c
 WHERE c.employer_id = %s AND c.received_on >= %s AND c.received_on < %s AND c.frequency_code <> '8'
 ORDER BY c.received_on, c.id
"""


class Turnaround(NamedTuple):
    """A claim from the day it was received to the day it was first decided; None while it is not."""

    claim_number: str
    received_on: date
    decided_on: date | None

    def is_within(self, days: int) -> bool:
        """Decided so many calendar days after it was received, or sooner?"""
        return self.decided_on is not None and (self.decided_on - self.received_on).days <= days


def turnaround(employer_id: int, *, since: date, before: date) -> list[Turnaround]:
    """Every claim of an employer that was received in a period, voids left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TURNAROUND, [employer_id, since, before])
        return [
            Turnaround(number, received_on, timezone.localdate(decided_at) if decided_at is not None else None)
            for number, received_on, decided_at in cursor.fetchall()
        ]

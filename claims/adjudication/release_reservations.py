"""Gives back the units of authorizations that pended claims hold: they are decided again, or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

_RELEASE = """
INSERT INTO claims_accumulatorentry (family_id, member_id, employer_id, decision_id, year_on, bucket, amount)
SELECT e.family_id, e.member_id, e.employer_id, e.decision_id, e.year_on, e.bucket, -sum(e.amount)
  FROM claims_decision d JOIN claims_accumulatorentry e ON e.decision_id = d.id
 WHERE d.claim_id = ANY(%s) AND d.outcome = 'pended'
 GROUP BY e.family_id, e.member_id, e.employer_id, e.decision_id, e.year_on, e.bucket HAVING sum(e.amount) <> 0
"""


def release_reservations(*, claim_ids: Sequence[int]) -> int:
    """In the caller's transaction, with the families locked; returns the number of entries. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [list(claim_ids)])
        return int(cursor.rowcount)

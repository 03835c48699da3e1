"""The check of accumulators: what each decision used up of deductibles is what its lines applied."""

from __future__ import annotations

from django.db import connection

from bench._year.lived import Lived
from claims.packing import unpack_submission

_SUMS = "SELECT count(*), count(DISTINCT member_id) FROM claims_accumulatorentry"
_DIFFER = """
WITH used AS (SELECT decision_id, member_id, sum(amount) AS amount FROM claims_accumulatorentry
               WHERE bucket LIKE 'deductible:%' GROUP BY 1, 2),
     applied AS (SELECT l.decision_id, l.member_id, sum(l.deductible_amount) AS amount
                   FROM claims_claimline l JOIN claims_decision d ON d.id = l.decision_id AND d.outcome <> 'pended'
                  GROUP BY 1, 2)
SELECT d.id, coalesce(used.member_id, applied.member_id), used.amount, applied.amount, c.submission
  FROM used FULL JOIN applied USING (decision_id, member_id)
  JOIN claims_decision d ON d.id = decision_id JOIN claims_claim c ON c.id = d.claim_id
 WHERE coalesce(used.amount, 0) <> coalesce(applied.amount, 0) ORDER BY d.id
"""


def accumulators_are_deductibles(_lived: Lived) -> tuple[str, list[str]]:
    """Decision by decision and member by member. Where another payer decided first, our deductible is used up by what
    it covered, and no line of ours shows that."""
    broken, others = [], 0
    with connection.cursor() as cursor:
        cursor.execute(_SUMS)
        entries, members = cursor.fetchone()
        cursor.execute(_DIFFER)
        for decision_id, member_id, used, applied, submission in cursor.fetchall():
            if unpack_submission(submission).other_payers:
                others += 1
            else:
                broken.append(f"decision {decision_id}, member {member_id}: used {used}, lines {applied}")
    return f"{entries} entries of {members} members; {others} decisions after another payer's", broken


ACCUMULATED = (("accumulators are the deductibles that the lines applied", accumulators_are_deductibles),)

"""What stands of families' claims: each with its last decision, as it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from claims.adjudication.claims_to_decide import ClaimToDecide
from claims.adjudication.engine.decision import ClaimDecision
from claims.packing import unpack_decision, unpack_submission

_CLAIMS = """
SELECT c.id, c.claim_number, c.employer_id, c.family_id, c.member_id, c.kind, c.billing_provider_id, c.payee_id,
       c.received_on, c.status, c.frequency_code, c.revision, c.submission, d.number, d.id, d.says, d.facts,
       c.transaction_set_id,
       (SELECT min(decided_at) FROM claims_decision WHERE claim_id = c.id AND outcome IN ('approved', 'denied'))
  FROM claims_claim c
  JOIN LATERAL (SELECT id, number, says, facts FROM claims_decision
                 WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
 WHERE c.family_id = ANY(%s) AND c.status IN ('approved', 'denied', 'paid', 'pended')
 ORDER BY c.transaction_set_id NULLS LAST, c.id
"""


class StandingClaim(NamedTuple):
    """A decided or pended claim, what its last decision says and stood on (packed), and when it was first decided."""

    claim: ClaimToDecide
    decision: ClaimDecision
    facts: bytes
    first_decided_at: datetime | None


def standing_claims(family_ids: Sequence[int]) -> list[StandingClaim]:
    """All of the families, in the order in which they came. One query; nothing is locked."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [list(family_ids)])
        return [
            StandingClaim(
                claim=ClaimToDecide._make((*row[:12], unpack_submission(row[12]), row[13], row[14])),
                decision=unpack_decision(row[15]),
                facts=row[16],
                first_decided_at=row[18],
            )
            for row in cursor.fetchall()
        ]

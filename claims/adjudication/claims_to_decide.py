"""Takes a batch of claims for deciding: the families locked in one order, then the claims as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from claims.facts import Submission
from claims.packing import unpack_submission

# Families first, by id: whoever else decides, reverses or pays for one of them takes the same rows in the same order.
# NO KEY UPDATE, so that a claim that is being loaded for the family (a foreign key's share lock) need not wait.
_LOCK_FAMILIES = """
SELECT id FROM employers_family
 WHERE id IN (SELECT family_id FROM claims_claim WHERE id = ANY(%s))
 ORDER BY id FOR NO KEY UPDATE
"""

_LOCK_THESE = "SELECT id FROM employers_family WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

# In the order in which they came: by file and place in it, and what came by other doors where it was received.
_CLAIMS = """
SELECT id, claim_number, employer_id, family_id, member_id, kind, billing_provider_id, payee_id, received_on, status,
       frequency_code, revision, submission,
       (SELECT coalesce(max(d.number), 0) FROM claims_decision d WHERE d.claim_id = c.id) AS decided,
       nextval('claims_decision_id_seq') AS decision_id
  FROM claims_claim c WHERE id = ANY(%s) AND status = ANY(%s)
 ORDER BY transaction_set_id NULLS LAST, id FOR NO KEY UPDATE
"""


class ClaimToDecide(NamedTuple):
    """A claim of the batch as its row says, locked. `decided_count` decisions of it stand already; `decision_id` is
    the id that its next one gets."""

    id: int
    claim_number: str
    employer_id: int
    family_id: int
    member_id: int
    kind: str
    billing_provider_id: int
    payee_id: int
    received_on: date
    status: str
    frequency_code: str
    revision: int
    submission: Submission
    decided_count: int
    decision_id: int


def lock_families(family_ids: Sequence[int]) -> None:
    """Lock families until the transaction ends, in the same order as everybody. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_THESE, [list(family_ids)])


def lock_families_of(claim_ids: Sequence[int]) -> list[int]:
    """Lock the families of these claims until the transaction ends; returns their ids in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FAMILIES, [list(claim_ids)])
        return [row[0] for row in cursor.fetchall()]


def take_claims(claim_ids: Sequence[int], statuses: Sequence[str]) -> list[ClaimToDecide]:
    """Those of the claims that stand in one of the statuses, locked, in the order of their turn. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [list(claim_ids), list(statuses)])
        return [ClaimToDecide._make((*row[:12], unpack_submission(row[12]), *row[13:])) for row in cursor.fetchall()]

"""Reads what was stored of families' claims: each claim's last decision, and what else used up their accumulators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from claims.trials.tried import Tried

# In the order in which they were decided: so their accumulators ran, and so the same plan gives the same figures again.
_CLAIMS = """
SELECT c.id, c.claim_number, c.employer_id, c.family_id, c.member_id, c.kind, c.billing_provider_id, c.payee_id,
       c.received_on, d.id, d.plan_id, d.plan_hash, d.facts, d.says,
       (SELECT max(p.paid_on) FROM claims_paymentitem i JOIN claims_payment p ON p.id = i.payment_id
         WHERE i.decision_id = d.id)
  FROM claims_claim c
  JOIN LATERAL (SELECT * FROM claims_decision one WHERE one.claim_id = c.id ORDER BY one.number DESC LIMIT 1) d ON true
 WHERE c.member_id IN (SELECT id FROM employers_member WHERE family_id = ANY(%(families)s))
   AND c.service_from >= %(starts_on)s AND c.service_from < %(ends_on)s
   AND c.employer_id = %(employer_id)s AND c.status IN ('pended', 'approved', 'denied', 'paid')
   AND d.outcome <> 'reversed'
 ORDER BY c.family_id, d.id
"""
# All that other decisions (and no decision at all) used up, each when it did.
_ENTRIES = """
SELECT e.family_id, e.member_id, coalesce(e.decision_id, 0), e.year_on, e.bucket, e.amount
  FROM claims_accumulatorentry e
  LEFT JOIN claims_decision d ON d.id = e.decision_id
  LEFT JOIN claims_claim c ON c.id = d.claim_id
 WHERE e.family_id = ANY(%(families)s)
   AND (c.id IS NULL OR c.status NOT IN ('pended', 'approved', 'denied', 'paid')
        OR c.service_from < %(starts_on)s OR c.service_from >= %(ends_on)s)
 ORDER BY e.family_id, 3, e.id
"""
_FAMILIES = """
SELECT DISTINCT family_id FROM claims_claim
 WHERE employer_id = %(employer_id)s AND service_from >= %(starts_on)s AND service_from < %(ends_on)s ORDER BY 1
"""


class StoredClaim(NamedTuple):
    """A claim with its last decision, packed as it is stored; `paid_on` None: not settled yet."""

    claim_id: int
    claim_number: str
    employer_id: int
    family_id: int
    member_id: int
    kind: str
    billing_provider_id: int
    payee_id: int
    received_on: date
    decision_id: int
    plan_id: int | None
    plan_hash: str
    facts: bytes
    says: bytes
    paid_on: date | None


class StoredEntry(NamedTuple):
    """What something else than the claims tried used up, at the turn of `decision_id` (0: before all)."""

    family_id: int
    member_id: int
    decision_id: int
    year_on: date
    bucket: str
    amount: Decimal


def families_of(tried: Tried) -> list[int]:
    """The families that have claims of the employer in the period."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILIES, _of(tried))
        return [row[0] for row in cursor.fetchall()]


def stored_claims(tried: Tried, family_ids: Sequence[int]) -> list[StoredClaim]:
    """The families' claims of the period as they stand, family by family in the order they were decided. One query."""
    return list(map(StoredClaim._make, _rows(_CLAIMS, tried, family_ids)))


def stored_entries(tried: Tried, family_ids: Sequence[int]) -> list[StoredEntry]:
    """The families' accumulator entries of everything else, in the same order. One query."""
    return list(map(StoredEntry._make, _rows(_ENTRIES, tried, family_ids)))


def _rows(query: str, tried: Tried, family_ids: Sequence[int]) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, _of(tried) | {"families": list(family_ids)})
        yield from cursor


def _of(tried: Tried) -> dict[str, Any]:
    return {"employer_id": tried.employer_id, "starts_on": tried.starts_on, "ends_on": tried.ends_on}

"""Invariants that take reading what was stored: accumulators, remittances, the audit chain, replays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db import connection

from claims.adjudication.engine.adjudicate import ENGINE_VERSION
from claims.adjudication.replay_decisions import Wanted, replay_decisions
from claims.packing import unpack_decision
from tpa.foundation.audit import verify_chain
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.models import Document
from tpa.invariants.invariant import Invariant

Used = dict[tuple[date, str], Decimal]

# A pended decision holds units of authorizations, as long as it is the last and the claim was not taken back.
_DECISIONS = """
SELECT d.id, d.says, d.reverses_id,
       d.outcome <> 'pended' OR c.status <> 'reversed' AND NOT EXISTS (
           SELECT 1 FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.number > d.number)
  FROM claims_decision d JOIN claims_claim c ON c.id = d.claim_id ORDER BY d.id
"""
_ENTRIES = """
SELECT decision_id, year_on, bucket, sum(amount) FROM claims_accumulatorentry
 WHERE decision_id IS NOT NULL GROUP BY decision_id, year_on, bucket HAVING sum(amount) <> 0
"""


def _accumulators() -> Iterator[str]:
    """What each decision says it used up, added anew, is what its entries add up to; a reversal takes it all back."""
    booked: dict[int, Used] = defaultdict(dict)
    said: dict[int, Used] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES)
        for decision_id, year_on, bucket, amount in cursor.fetchall():
            booked[decision_id][year_on, bucket] = amount
        cursor.execute(_DECISIONS)
        for decision_id, says, reverses_id, counts in cursor.fetchall():
            reversed_one = said.get(reverses_id)
            used = _used(says) if reversed_one is None else {key: -amount for key, amount in reversed_one.items()}
            used = used if counts else {}
            said[decision_id] = used
            if used != booked.get(decision_id, {}):
                yield f"decision {decision_id} says {len(used)} sums and booked {len(booked.get(decision_id, {}))}"


_CREDITS = """
SELECT c.id, c.added_amount, coalesce(sum(e.amount), 0) FROM claims_priorcredit c
  LEFT JOIN claims_accumulatorentry e ON e.credit_id = c.id
       AND (e.member_id, e.year_on, e.bucket) = (c.member_id, c.year_on, c.bucket)
 GROUP BY c.id HAVING c.added_amount <> coalesce(sum(e.amount), 0)
"""
_STATEMENTS = """
SELECT member_id, year_on, bucket, sum(added_amount), (array_agg(stated_amount ORDER BY id DESC))[1]
  FROM claims_priorcredit GROUP BY member_id, year_on, bucket
HAVING sum(added_amount) <> (array_agg(stated_amount ORDER BY id DESC))[1]
"""


def _credits() -> Iterator[str]:
    """What prior carriers stated, added anew, is what is booked and what the last statement says."""
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS)
        for credit_id, added, booked in cursor.fetchmany(100):
            yield f"credit {credit_id} adds {added} and booked {booked}"
        cursor.execute(_STATEMENTS)
        for member_id, year_on, bucket, added, stated in cursor.fetchmany(100):
            yield f"member {member_id}: {bucket} of {year_on} has {added} of the {stated} stated"


def _used(says: bytes) -> Used:
    sums: Used = defaultdict(Decimal)
    for used in unpack_decision(says).consumptions:
        sums[used.year_on, used.bucket] += used.amount
    return {key: amount for key, amount in sums.items() if amount}


def _balances() -> Iterator[str]:
    """No balance is below zero, a member's never above the family's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, year_on, bucket, sum(amount) FROM claims_accumulatorentry"
            " GROUP BY member_id, year_on, bucket HAVING sum(amount) < 0"
        )
        for member_id, year_on, bucket, amount in cursor.fetchmany(100):
            yield f"member {member_id}: {bucket} of {year_on} is {amount}"


def _remittances() -> Iterator[str]:
    """BPR02 is the sum of CLP04 less the sum of PLB, in every 835 we wrote."""
    for document in Document.objects.filter(kind=Document.Kind.REMITTANCE_835).iterator():
        paid = claims = provider = Decimal(0)
        for segment in read_bytes(document.sha256).decode().replace("\n", "").split("~"):
            elements = segment.split("*")
            if elements[0] == "BPR":
                paid += Decimal(elements[2])
            elif elements[0] == "CLP":
                claims += Decimal(elements[4])
            elif elements[0] == "PLB":
                provider += sum((Decimal(amount) for amount in elements[4::2]), Decimal(0))
        if paid != claims - provider:
            yield f"document {document.pk}: BPR {paid} is not {claims} - {provider}"


def _chain() -> Iterable[str]:
    return (f"lane {gap.lane}, place {gap.position}: {gap.what}" for gap in verify_chain().breaks)


def _replays() -> Iterator[str]:
    """What an earlier engine decided may differ on purpose; `manage replay --all` names it."""
    for piece in replay_decisions(wanted=Wanted()):
        for one in piece.differing:
            if one.engine_version == ENGINE_VERSION:
                yield f"claim {one.claim_number}, decision {one.number}: {one.differs[0]}"


BY_CODE: tuple[Invariant, ...] = (
    Invariant("I3", "accumulators are what the decisions add up to", _accumulators),
    Invariant("I3", "a prior carrier's credits are what was stated last", _credits),
    Invariant("I4", "no accumulator is below zero", _balances),
    Invariant("I5", "each 835 balances as a transaction", _remittances),
    Invariant("I13", "the audit chain is unbroken", _chain),
    Invariant("I14", "every decision of this engine replays to the byte", _replays),
)

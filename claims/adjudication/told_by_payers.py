"""What prior payers themselves told us of claims: the last word of each, nothing where it was taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from claims.adjudication.engine.facts import RemittanceFact
from claims.models import PriorRemittance
from claims.packing import unpack_remittance


def told_by_payers(claim_ids: Sequence[int]) -> dict[int, tuple[RemittanceFact, ...]]:
    """By claim, in the order in which the payers were first heard of. One query, none for no claim."""
    if not claim_ids:
        return {}
    told: dict[int, dict[str, RemittanceFact | None]] = defaultdict(dict)
    rows = PriorRemittance.objects.filter(claim_id__in=claim_ids).order_by("id")
    for claim_id, payer_name, is_reversal, says in rows.values_list("claim_id", "payer_name", "is_reversal", "says"):
        told[claim_id][payer_name.upper()] = None if is_reversal else unpack_remittance(says)
    return {
        claim_id: tuple(fact for fact in by_payer.values() if fact is not None) for claim_id, by_payer in told.items()
    }

"""Asks for claims to be decided: a few at once, or a whole file in batches by family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings

from tpa.foundation import work

DECIDE = "decide_claims"
BATCH = 500


def ask_decision(*, claims: Iterable[tuple[int, int]], key: str, are_new: bool = False) -> int:
    """Ask once under `key` for claims given as (claim id, family id), in order; returns the number of new pieces.

    `are_new`: nobody looked yet whether a prior payer's remittance waits for them; it is looked before they are
    decided. A family always falls into the same shard, so that two workers never wait for each other's families.
    """
    by_shard: dict[int, list[int]] = defaultdict(list)
    for claim_id, family_id in claims:
        by_shard[family_id % settings.SHARDS].append(claim_id)
    pieces = [
        (
            f"{key}:{shard}:{start}",
            shard,
            {"claims": ids[start : start + BATCH]} | ({"are_new": True} if are_new else {}),
        )
        for shard, ids in sorted(by_shard.items())
        for start in range(0, len(ids), BATCH)
    ]
    return work.ask_many(DECIDE, pieces)

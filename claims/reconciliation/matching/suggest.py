"""What an open line might be: for a person to look at, never taken by itself. Plain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from claims.reconciliation.matching.facts import OpenItem, OpenLine

_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Items that may be what a line is, and why they are thought of: number, reference, amount, batch."""

    line_id: int
    item_ids: tuple[int, ...]
    why: str
    amount: Decimal


def suggest(lines: Sequence[OpenLine], items: Sequence[OpenItem]) -> dict[int, list[Suggestion]]:
    """For each line what comes to mind, the likeliest first."""
    by_number: dict[str, list[OpenItem]] = defaultdict(list)
    by_name: dict[str, list[OpenItem]] = defaultdict(list)
    by_amount: dict[Decimal, list[OpenItem]] = defaultdict(list)
    by_batch: dict[str, list[OpenItem]] = defaultdict(list)
    for item in items:
        if item.check_number:
            by_number[item.check_number].append(item)
        for name in item.references:
            by_name[name].append(item)
        by_amount[item.amount].append(item)
        if item.batch:
            by_batch[item.batch].append(item)
    batches: dict[Decimal, list[list[OpenItem]]] = defaultdict(list)
    for group in by_batch.values():
        batches[sum((item.amount for item in group), Decimal("0.00"))].append(group)
    return {line.line_id: _of(line, by_number, by_name, by_amount, batches) for line in lines}


def _of(
    line: OpenLine,
    by_number: dict[str, list[OpenItem]],
    by_name: dict[str, list[OpenItem]],
    by_amount: dict[Decimal, list[OpenItem]],
    batches: dict[Decimal, list[list[OpenItem]]],
) -> list[Suggestion]:
    groups: list[tuple[str, list[OpenItem]]] = []
    if line.check_number:
        groups += [("number", [item]) for item in by_number[line.check_number]]
    for name in sorted(line.references):
        groups += [("reference", [item]) for item in by_name.get(name, ())]
    groups += [("batch", group) for group in batches.get(line.amount, ())]
    near = sorted(
        by_amount.get(line.amount, ()), key=lambda item: (abs((item.posted_on - line.booked_on).days), item.item_id)
    )
    groups += [("amount", [item]) for item in near[:_MOST]]
    found: dict[tuple[int, ...], Suggestion] = {}
    for why, group in groups:
        ids = tuple(sorted(item.item_id for item in group))
        amount = sum((item.amount for item in group), Decimal("0.00"))
        found.setdefault(ids, Suggestion(line.line_id, ids, why, amount))
    return list(found.values())[:_MOST]

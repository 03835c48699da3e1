"""The answer of a what-if as JSON holds it: dollars as text, members masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection

from claims.adjudication.engine.adjudicate import ENGINE_VERSION
from claims.trials.stop_loss import aggregate_of
from claims.trials.tally import MEMBER, OTHERS, PLAN, PROVIDER, Pair, Tally
from claims.trials.tried import Tried
from plans.design.selectors import clause_titles
from tpa.foundation.values.identifiers import last_four
from tpa.foundation.values.money import ZERO

STOP_LOSS = "stop_loss"
PARTIES = (PLAN, STOP_LOSS, MEMBER, PROVIDER, OTHERS)

_LABELS = """
SELECT m.id, f.subscriber_number, m.person_number FROM employers_member m
  JOIN employers_family f ON f.id = m.family_id WHERE m.id = ANY(%s)
"""


def answer_of(tried: Tried, tally: Tally) -> dict[str, Any]:
    """Dollars by party, clause and category before and after, members helped and hurt, and the ten who are hurt most.

    The parties add up to what was billed on either side: what stop-loss reimburses is taken off the plan.
    """
    titles = clause_titles(tried.plan_hash) if tried.plan_hash else {}
    labels = _labels([one.member_id for one in tally.worst])
    return {
        "engine_version": ENGINE_VERSION,
        "claims": tally.claim_count,
        "changed": tally.changed_count,
        "billed_amount": str(tally.billed_amount),
        "parties": [{"party": party} | _row(pair) for party, pair in _parties(tried, tally)],
        "clauses": _clauses(tally.clauses, titles),
        "categories": _by_size({"category": category} | _row(pair) for category, pair in tally.categories.items()),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "left_out": {"billed_amount": str(tally.left_out_amount), "questions": dict(sorted(tally.left_out.items()))},
        "members": {
            "count": tally.member_count,
            "helped": tally.helped_count,
            "helped_amount": str(tally.helped_amount),
            "hurt": tally.hurt_count,
            "hurt_amount": str(tally.hurt_amount),
        },
        "worst_members": [{"member": labels[one.member_id]} | _row(Pair(one.before, one.after)) for one in tally.worst],
    }


def _parties(tried: Tried, tally: Tally) -> Iterable[tuple[str, Pair]]:
    paid, specific = tally.aggregate_basis, tally.specific
    reimbursed = Pair(
        specific.before + aggregate_of(tried.stop_loss_now, paid.before - specific.before),
        specific.after + aggregate_of(tried.stop_loss, paid.after - specific.after),
    )
    for party in PARTIES:
        pair = tally.parties.get(party, Pair())
        if party == PLAN:
            pair = Pair(pair.before - reimbursed.before, pair.after - reimbursed.after)
        yield party, reimbursed if party == STOP_LOSS else pair


def _clauses(clauses: Mapping[str, Mapping[str, Pair]], titles: Mapping[str, str]) -> list[dict[str, str]]:
    """What each clause moves otherwise; what it moves as before is left out."""
    return _by_size(
        {"clause": clause, "title": titles.get(clause, ""), "figure": figure} | _row(pair)
        for clause, figures in clauses.items()
        if clause
        for figure, pair in figures.items()
        if pair.before != pair.after
    )


def _row(pair: Pair) -> dict[str, str]:
    before, after = pair.before + ZERO, pair.after + ZERO
    return {"before": str(before), "after": str(after), "difference": str(after - before)}


def _by_size(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The largest difference first."""
    return sorted(rows, key=lambda row: (-abs(Decimal(row["difference"])), *row.values()))


def _labels(member_ids: Collection[int]) -> dict[int, str]:
    """Members by the end of their number: enough to find them for who may, not enough to know them by."""
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, [list(member_ids)])
        return {member_id: f"{last_four(number)}-{person}" for member_id, number, person in cursor.fetchall()}

"""Adds up what decisions come to, before and after: by party, clause and category, and who is helped or hurt."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from heapq import nlargest
from typing import NamedTuple

import msgspec

from claims.adjudication.compare_decisions import moved_by_clause
from claims.adjudication.engine.decision import ClaimDecision
from claims.facts import ZERO
from claims.trials.redecide import Redecided

WORST = 10
PENDED = "pended"

# Who bears what was billed: by the adjustment's group. What the plan pays is the plan's.
PLAN, MEMBER, PROVIDER, OTHERS = "plan", "member", "provider", "others"
_BEARERS = {"PR": MEMBER, "CO": PROVIDER, "PI": PROVIDER, "OA": OTHERS}


class Pair(msgspec.Struct):
    """Dollars before and after."""

    before: Decimal = ZERO
    after: Decimal = ZERO

    def add(self, before: Decimal, after: Decimal) -> None:
        self.before += before
        self.after += after


class MemberSum(NamedTuple):
    """What one member owes, before and after."""

    member_id: int
    before: Decimal
    after: Decimal

    @property
    def hurt_amount(self) -> Decimal:
        return self.after - self.before


class Tally(msgspec.Struct):
    """One piece, or all of them merged. Dollars are of claims that are decided on both sides; those that would wait
    for a person are left out, and counted with the question. `clauses` by clause and figure; `categories` by benefit:
    what the plan pays. Billed is what the parties bear, on either side.
    """

    claim_count: int = 0
    changed_count: int = 0
    billed_amount: Decimal = ZERO
    parties: dict[str, Pair] = {}
    clauses: dict[str, dict[str, Pair]] = {}
    categories: dict[str, Pair] = {}
    outcomes: dict[str, int] = {}
    left_out: dict[str, int] = {}
    left_out_amount: Decimal = ZERO
    helped_count: int = 0
    helped_amount: Decimal = ZERO
    hurt_count: int = 0
    hurt_amount: Decimal = ZERO
    member_count: int = 0
    worst: list[MemberSum] = []
    specific: Pair = msgspec.field(default_factory=Pair)
    aggregate_basis: Pair = msgspec.field(default_factory=Pair)


class Tallying:
    """A tally being made; `members` is what each member owes until the piece is done."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.members: dict[int, Pair] = {}

    def add(self, one: Redecided) -> bool:
        """Count a claim; False when a person would have to decide it on one side, so that its dollars are left out."""
        tally, before, after = self.tally, one.before, one.after
        tally.claim_count += 1
        if before.outcome != after.outcome:
            _count(tally.outcomes, f"{before.outcome} → {after.outcome}")
        if PENDED in (before.outcome, after.outcome):
            for reason in {question.reason for question in (after.questions or before.questions)}:
                _count(tally.left_out, reason)
            tally.left_out_amount += before.figures.billed_amount
            return False
        tally.billed_amount += before.figures.billed_amount
        tally.changed_count += before.figures != after.figures
        for party, amount in borne(before).items():
            _pair(tally.parties, party).before += amount
        for party, amount in borne(after).items():
            _pair(tally.parties, party).after += amount
        self._add_clauses(before, after)
        for line, now in zip(before.lines, after.lines, strict=True):
            _pair(tally.categories, line.benefit).before += line.figures.plan_paid_amount
            _pair(tally.categories, now.benefit).after += now.figures.plan_paid_amount
        owed = self.members.setdefault(one.claim.member_id, Pair())
        owed.add(before.figures.member_amount, after.figures.member_amount)
        return True

    def _add_clauses(self, before: ClaimDecision, after: ClaimDecision) -> None:
        clauses = self.tally.clauses
        for (clause, figure), amount in moved_by_clause(before).items():
            _pair(clauses.setdefault(clause, {}), figure).before += amount
        for (clause, figure), amount in moved_by_clause(after).items():
            _pair(clauses.setdefault(clause, {}), figure).after += amount

    def close(self) -> Tally:
        """Members are counted once all their claims are."""
        sums = [MemberSum(member_id, owed.before, owed.after) for member_id, owed in self.members.items()]
        tally = self.tally
        tally.member_count = len(sums)
        for one in sums:
            if one.hurt_amount > 0:
                tally.hurt_count += 1
                tally.hurt_amount += one.hurt_amount
            elif one.hurt_amount < 0:
                tally.helped_count += 1
                tally.helped_amount -= one.hurt_amount
        tally.worst = _worst(sums)
        return tally


def borne(decision: ClaimDecision) -> dict[str, Decimal]:
    """Who bears the billed amount: plan, member, provider, others (other payers, and what was claimed before)."""
    parts = {PLAN: decision.figures.plan_paid_amount, MEMBER: ZERO, PROVIDER: ZERO, OTHERS: ZERO}
    for line in decision.lines:
        for adjustment in line.adjustments:
            parts[_BEARERS[adjustment.group]] += adjustment.amount
    return parts


def merged(tallies: Iterable[Tally]) -> Tally:
    """The tally of all pieces; no member is in two of them."""
    whole = Tally()
    for tally in tallies:
        for name in _SUMS:
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        for counts in ("outcomes", "left_out"):
            for key, count in getattr(tally, counts).items():
                _count(getattr(whole, counts), key, count)
        _merge_pairs(whole.parties, tally.parties)
        _merge_pairs(whole.categories, tally.categories)
        for clause, figures in tally.clauses.items():
            _merge_pairs(whole.clauses.setdefault(clause, {}), figures)
        whole.specific.add(tally.specific.before, tally.specific.after)
        whole.aggregate_basis.add(tally.aggregate_basis.before, tally.aggregate_basis.after)
        whole.worst = _worst([*whole.worst, *tally.worst])
    return whole


_SUMS = (
    "claim_count",
    "changed_count",
    "billed_amount",
    "left_out_amount",
    "helped_count",
    "helped_amount",
    "hurt_count",
    "hurt_amount",
    "member_count",
)


def _worst(sums: Iterable[MemberSum]) -> list[MemberSum]:
    """Those who would pay most more; of equals the one who came first to us."""
    hurt = [one for one in sums if one.hurt_amount > 0]
    return nlargest(WORST, hurt, key=lambda one: (one.hurt_amount, -one.member_id))


def _merge_pairs(into: dict[str, Pair], more: dict[str, Pair]) -> None:
    for key, pair in more.items():
        _pair(into, key).add(pair.before, pair.after)


def _pair(pairs: dict[str, Pair], key: str) -> Pair:
    found = pairs.get(key)
    if found is None:
        found = pairs[key] = Pair()
    return found


def _count(counts: dict[str, int], key: str, count: int = 1) -> None:
    counts[key] = counts.get(key, 0) + count

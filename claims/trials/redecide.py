"""Decides stored claims again as if something were otherwise, each family's on sums of its own; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

import msgspec

from claims.adjudication.accumulated import FamilySums
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision, Consumption
from claims.adjudication.engine.facts import ClaimFacts, PriorLine
from claims.adjudication.engine.years import keys_of
from claims.packing import unpack_decision, unpack_facts
from claims.trials.reprice import Repriced, plan_tried
from claims.trials.stored_claims import StoredClaim, StoredEntry
from claims.trials.tried import Tried
from plans.design.selectors import plan_terms_over

Prices = Mapping[int, Repriced]  # by claim id
Decided = Mapping[str, ClaimDecision]  # by claim number


class Redecided(NamedTuple):
    """One claim: what it stands on now, what was decided of it, and what would be."""

    claim: StoredClaim
    facts: ClaimFacts
    before: ClaimDecision
    after: ClaimDecision


def redecide(
    tried: Tried, claims: Iterable[StoredClaim], entries: Iterable[StoredEntry], prices: Prices
) -> Iterator[Redecided]:
    """Family by family. `prices` stand in the place of the stored ones, for the claims that have any there."""
    others = {family_id: list(own) for family_id, own in groupby(entries, key=lambda entry: entry.family_id)}
    for family_id, own in groupby(claims, key=lambda claim: claim.family_id):
        yield from _family(tried, own, others.get(family_id, []), prices)


def _family(
    tried: Tried, claims: Iterable[StoredClaim], entries: list[StoredEntry], prices: Prices
) -> Iterator[Redecided]:
    sums = FamilySums()
    decided: dict[str, ClaimDecision] = {}
    waiting = iter(entries)
    entry = next(waiting, None)
    for claim in claims:
        while entry is not None and entry.decision_id < claim.decision_id:
            used = Consumption(year_on=entry.year_on, bucket=entry.bucket, amount=entry.amount)
            sums.add(entry.family_id, entry.member_id, (used,))
            entry = next(waiting, None)
        stored = unpack_facts(claim.facts)
        facts = _facts(tried, claim, stored, sums, decided, prices)
        after = adjudicate(facts, plan_terms_over(facts.plan_hash, facts.later_plans) if facts.plan_hash else None)
        sums.add(claim.family_id, facts.counted_member_id, after.consumptions)
        decided[after.claim_number] = after
        yield Redecided(claim, facts, unpack_decision(claim.says), after)


def _facts(
    tried: Tried,
    claim: StoredClaim,
    stored: ClaimFacts,
    sums: FamilySums,
    decided: Decided,
    prices: Prices,
) -> ClaimFacts:
    """The stored facts, with what is tried and what the family used up so far in the place of what it was then."""
    plan_hash = plan_tried(tried, claim)
    if not plan_hash:
        return stored
    later = stored.later_plans if plan_hash == claim.plan_hash else ()
    keys = keys_of(plan_terms_over(plan_hash, later), stored.submission)
    repriced = prices.get(claim.claim_id) or Repriced(stored.prices, stored.contracts)
    return msgspec.structs.replace(
        stored,
        plan_hash=plan_hash,
        later_plans=later,
        prices=repriced.prices,
        contracts=repriced.contracts,
        accumulated=sums.facts(claim.family_id, stored.counted_member_id, keys),
        prior_lines=tuple([_as_decided(prior, decided) for prior in stored.prior_lines]),
    )


def _as_decided(prior: PriorLine, decided: Decided) -> PriorLine:
    """A line that was decided before, as it would have been decided."""
    found = decided.get(prior.claim_number)
    if found is None:
        return prior
    line = next(line for line in found.lines if line.number == prior.line_number)
    return msgspec.structs.replace(
        prior,
        outcome=found.outcome,
        benefit=line.benefit,
        allowed_amount=line.figures.allowed_amount,
        copay_amount=line.figures.copay_amount,
    )

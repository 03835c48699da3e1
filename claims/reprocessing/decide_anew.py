"""Decides families' claims anew in memory, by what we know now and in the order the plan says. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.procedures import ranked_before
from claims.adjudication.gather_facts import Gathered, Standing, facts_of, gather_facts
from claims.packing import unpack_facts
from claims.reprocessing.standing_claims import StandingClaim, standing_claims

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Anew:
    """A claim that comes out otherwise: what stands of it, what it stands on now, and what it would come to."""

    standing: StandingClaim
    now: Standing
    decision: ClaimDecision
    place: int


@dataclass(frozen=True, slots=True)
class FamiliesAnew:
    """What comes out otherwise, in the order of the families and of their claims; how many were decided in memory."""

    claims: list[Anew]
    compared_count: int


def decide_anew(*, family_ids: Sequence[int], changed: Collection[int], decided_on: date) -> FamiliesAnew:
    """From each family's first changed claim on, in the plan's order, every claim is decided as if none after it had
    been. What stands of the claims before it counts as it stands. A fixed number of queries.
    """
    standing = standing_claims(family_ids)
    if not standing:
        return FamiliesAnew([], 0)
    gathered = gather_facts([one.claim for one in standing], family_ids, decided_on=decided_on)
    families: dict[int, list[StandingClaim]] = defaultdict(list)
    for one in standing:
        families[one.claim.family_id].append(one)
        gathered.sums.release(one.claim.id)
    found: list[Anew] = []
    count = 0
    for _family_id, claims in sorted(families.items()):
        moved = [one for one in claims if one.claim.id in changed]
        if moved:
            ordered = _in_order(claims, by_service=_reprocesses_by_service(moved[0], gathered))
            count += _walk(ordered, changed, gathered, found)
    return FamiliesAnew(found, count)


def _walk(claims: Sequence[StandingClaim], changed: Collection[int], gathered: Gathered, found: list[Anew]) -> int:
    """Decide one family's claims from the first changed one on; returns how many."""
    count = 0
    for place, one in enumerate(claims):
        decision, counted_id = one.decision, _counted_id(one, gathered)
        facts = unpack_facts(one.facts) if gathered.ranked_npis else None
        if count or one.claim.id in changed:
            count += 1
            now = facts_of(one.claim, gathered)
            decision = adjudicate(now.facts, now.terms)
            if is_otherwise(one.decision, decision):
                found.append(Anew(one, now, decision, place))
                counted_id, facts = now.facts.counted_member_id, now.facts
            else:
                decision = one.decision
        gathered.sums.add(one.claim.family_id, counted_id, decision.consumptions)
        ranks = ranked_before(facts, decision) if facts else {}
        gathered.prior.add(one.claim.member_id, one.claim.submission, decision, ranks)
        if gathered.edits.stays is not None:
            gathered.edits.stays.add(one.claim.member_id, one.claim.submission, decision)
    return count


def _counted_id(one: StandingClaim, gathered: Gathered) -> int:
    """Whose sums the standing decision added to: of a newborn's maybe the mother's."""
    if one.claim.member_id not in gathered.mothers:
        return one.claim.member_id
    return unpack_facts(one.facts).counted_member_id


def is_otherwise(stands: ClaimDecision, anew: ClaimDecision) -> bool:
    """Whether two decisions of a claim differ in what they say, however they came to it."""
    return _said(stands) != _said(anew)


def _said(decision: ClaimDecision) -> ClaimDecision:
    return msgspec.structs.replace(
        decision,
        engine_version="",
        plan_hash="",
        lines=tuple(msgspec.structs.replace(line, trace=()) for line in decision.lines),
        questions=tuple(msgspec.structs.replace(asked, evidence=()) for asked in decision.questions),
    )


def _reprocesses_by_service(one: StandingClaim, gathered: Gathered) -> bool:
    """As the plan says that governs the first of the family's changed claims."""
    terms = facts_of(one.claim, gathered).terms
    return terms is not None and terms.reprocesses_by_service


def _in_order(claims: Sequence[StandingClaim], *, by_service: bool) -> list[StandingClaim]:
    """By the first day of service, or as they were first decided; among equals as they came."""
    if by_service:
        return sorted(claims, key=lambda one: one.claim.submission.service_from)
    return sorted(claims, key=lambda one: one.first_decided_at or _LAST)

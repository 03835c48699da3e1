"""Decides a claim again from the facts that were stored, to show that the same comes out, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from claims.adjudication.engine.adjudicate import adjudicate
from claims.models import Decision
from claims.packing import pack, text_of, unpack_facts
from plans.design.selectors import plan_terms


@dataclass(frozen=True, slots=True)
class Replay:
    """One decision replayed: the text that was stored and the text that comes out now."""

    claim_number: str
    number: int
    engine_version: str
    stored: bytes
    replayed: bytes

    @property
    def is_same(self) -> bool:
        return self.stored == self.replayed


def replay_decision(*, decision: Decision) -> Replay:
    """Replay one decision that is no reversal (a reversal is its original, negated)."""
    facts = unpack_facts(decision.facts)
    again = adjudicate(facts, plan_terms(facts.plan_hash) if facts.plan_hash else None)
    return Replay(
        claim_number=facts.claim_number,
        number=decision.number,
        engine_version=decision.engine_version,
        stored=text_of(decision.says),
        replayed=text_of(pack(again)),
    )


def decisions_to_replay() -> Iterable[Decision]:
    """Every decision the engine made, streamed."""
    made = Decision.objects.exclude(outcome=Decision.Outcome.REVERSED).order_by("id")
    return made.only("facts", "says", "number", "engine_version").iterator(chunk_size=500)

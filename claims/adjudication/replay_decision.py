"""Decides a claim again from the facts that were stored, to show that the same comes out, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from claims.adjudication.compare_decisions import Difference, differences
from claims.adjudication.engine.adjudicate import adjudicate
from claims.models import Decision
from claims.packing import Unreadable, text_of, unpack_decision, unpack_facts
from plans.design.selectors import plan_terms_over
from tpa.foundation.errors import DomainError

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Replay:
    """One decision replayed: the text that was stored, the text that comes out now, and what they say differently.

    A decision of an earlier engine is the same when this engine, signing as that one, writes the same bytes.
    """

    claim_number: str
    number: int
    engine_version: str
    stored: bytes
    replayed: bytes
    differs: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        return self.stored == self.replayed


def replay_decision(*, decision: Decision) -> Replay:
    """Replay one decision that is no reversal (a reversal is its original, negated). What can not be decided any more
    differs like anything else: a run over all decisions ends with a report, whatever it meets."""
    stored = text_of(decision.says)
    said = unpack_decision(decision.says)
    replayed = b""
    differs: tuple[Difference, ...] = ()
    try:
        facts = unpack_facts(decision.facts)
        again = adjudicate(facts, plan_terms_over(facts.plan_hash, facts.later_plans) if facts.plan_hash else None)
    except DomainError as error:
        differs = (Difference("the plan", facts.plan_hash, str(error.message)),)
    except (msgspec.MsgspecError, Unreadable) as error:
        differs = (Difference("the facts", "", f"can not be read: {error}"),)
    except (AssertionError, ArithmeticError, LookupError, AttributeError, TypeError, ValueError) as error:
        differs = (Difference("the engine", said.outcome, f"fails: {type(error).__name__} {error}"),)
    else:
        again = msgspec.structs.replace(again, engine_version=decision.engine_version)
        replayed = _encode(again)
        if replayed != stored:
            differs = tuple(differences(said, again)) or (Difference("the text", "", "says the same otherwise"),)
    return Replay(said.claim_number, decision.number, decision.engine_version, stored, replayed, differs)

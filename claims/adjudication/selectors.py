"""Reads what was decided of a claim."""

from __future__ import annotations

from django.db.models import QuerySet

from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.models import Claim, Decision
from claims.packing import unpack_decision, unpack_facts


def decisions_of(claim: Claim) -> QuerySet[Decision]:
    """All decisions of a claim, the last one first, without the packed facts."""
    return Decision.objects.filter(claim=claim).defer("facts", "says").order_by("-number")


def last_decision(claim: Claim) -> Decision | None:
    """The decision that stands, or the reversal that took it back; None before the first."""
    return Decision.objects.filter(claim=claim).order_by("-number").first()


def decision_of(decision: Decision) -> ClaimDecision:
    """What the engine said; of a reversal, what it reversed."""
    return unpack_decision(decision.says)


def facts_of_decision(decision: Decision) -> ClaimFacts:
    """All that the decision stood on."""
    return unpack_facts(decision.facts)

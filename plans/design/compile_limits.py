"""Compiles what a plan document counts over time: limits, the first visits of a year, waiting periods."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plans.design.compile_matches import matches_of, ranges_of
from plans.design.terms import BenefitTier, Condition, FirstVisits, Limit, Span, Waiting

Document = dict[str, Any]

ANY_CONDITION = "any"


def limits_of(document: Document) -> tuple[Limit, ...]:
    """All limits, in the document's order."""
    tiers = [tier["tier"] for tier in document["tiers"]]
    conditions = {one["condition"]: _condition(one) for one in document.get("conditions", ())}
    return tuple(_limit(limit, tiers, conditions) for limit in document.get("limits", ()))


def first_visits_of(first: Document, tiers: dict[str, BenefitTier]) -> FirstVisits:
    """`tiers` are what the first visits are paid, compiled for one of the benefits that share them."""
    return FirstVisits(
        name=first["first"],
        bucket=f"first:{first['first']}",
        visits_count=first["visits"],
        tiers=tiers,
        span=_span(first["per"]),
        section=first["section"],
    )


def waitings_of(document: Document, benefit: str) -> tuple[Waiting, ...]:
    """The waiting periods of one benefit."""
    return tuple(
        Waiting(
            name=clause["waiting"],
            title=clause["title"],
            months_count=clause.get("months", 0),
            days_count=clause.get("days", 0),
            matches=matches_of(clause.get("when", [])),
            section=clause["section"],
        )
        for clause in document.get("waiting_periods", ())
        if benefit in clause["benefits"]
    )


def _limit(limit: Document, tiers: list[str], conditions: dict[str, Condition]) -> Limit:
    named = limit.get("conditions", ())
    is_per_diagnosis = named == ANY_CONDITION
    return Limit(
        name=limit["limit"],
        bucket=f"limit:{limit['limit']}",
        benefits=tuple(limit["benefits"]),
        tiers=tuple(limit.get("tiers", tiers)),
        counts=limit["counts"],
        most_amount=Decimal(limit["most"]),
        span=_span(limit["per"]),
        conditions=() if is_per_diagnosis else tuple(conditions[name] for name in named),
        is_per_diagnosis=is_per_diagnosis,
        matches=matches_of(limit.get("when", [])),
        section=limit["section"],
    )


def _condition(clause: Document) -> Condition:
    return Condition(name=clause["condition"], diagnoses=ranges_of(clause["diagnoses"]), section=clause["section"])


def _span(per: Any) -> Span:
    """A word, or so many months or days."""
    if isinstance(per, str):
        return Span(per=per)
    ((unit, length),) = per.items()
    return Span(per=unit, length=length)

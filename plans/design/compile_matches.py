"""Compiles the conditions of a plan document (`when`, codes and ranges of codes)."""

from __future__ import annotations

from typing import Any

from plans.design.matching import CodeRange, Match

Document = dict[str, Any]


def matches_of(clauses: list[Document]) -> tuple[Match, ...]:
    """One of them must hold."""
    return tuple(
        Match(
            kinds=tuple(clause.get("kinds", ())),
            procedures=ranges_of(clause.get("procedures", ())),
            revenue_codes=ranges_of(clause.get("revenue_codes", ())),
            places=_words(clause.get("places", ())),
            bill_types=ranges_of(clause.get("bill_types", ())),
            modifiers=_words(clause.get("modifiers", ())),
            diagnoses=ranges_of(clause.get("diagnoses", ())),
            from_age=clause.get("from_age"),
            under_age=clause.get("under_age"),
            sexes=tuple(clause.get("sexes", ())),
            relationships=tuple(clause.get("relationships", ())),
            emergency=clause.get("emergency"),
        )
        for clause in clauses
    )


def ranges_of(codes: Any) -> tuple[CodeRange, ...]:
    """First and last of each; of a single code twice the same."""
    ranges = []
    for code in codes:
        first, _dash, last = str(code).partition("-")
        ranges.append((first, last or first))
    return tuple(ranges)


def _words(codes: Any) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)

"""What of a fee is at risk for each guarantee, and what a miss costs. Plain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from tpa.foundation.values.money import ZERO, percent_of, split


def fees_at_risk(fee: Decimal, at_risk_percent: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """So many per cent of the fee, divided by weights to the cent: the parts add up to it."""
    at_risk = percent_of(fee, at_risk_percent)
    if not any(weights.values()):
        return dict.fromkeys(weights, ZERO)
    return dict(zip(weights, split(at_risk, list(weights.values())), strict=True))


def penalty(at_risk: Mapping[str, Decimal], missed: Iterable[str]) -> Decimal:
    """What the guarantees that were missed cost together."""
    return sum((at_risk[name] for name in missed), ZERO)

"""What of a settlement is the plan's, and how money that comes in is divided: arithmetic on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import ZERO, percent_of, split


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the member gets in all, of it the attorney's fees and costs, and the member's whole loss where it is known
    (care that the plan paid included)."""

    amount: Decimal
    attorney_amount: Decimal
    damages_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanSays:
    """The plan's terms on it, with the clause."""

    made_whole_applies: bool
    common_fund_applies: bool
    clause: str


class Reduction(NamedTuple):
    """By how much the lien is reduced, by which rule and clause."""

    rule: str
    amount: Decimal
    clause: str


class Due(NamedTuple):
    """What is due to the plan: the lien less its reductions."""

    lien_amount: Decimal
    reductions: tuple[Reduction, ...]
    amount: Decimal


COMMON_FUND, MADE_WHOLE, NOT_THERE = "common_fund", "made_whole", "not_there"


def due_of(lien_amount: Decimal, settlement: Settlement, plan: PlanSays) -> Due:
    """The common fund first: the plan bears the attorney's part of what it gets. Then the member must be whole, where
    the plan gives that: the member keeps what is lost beyond the care that the plan paid. And never more than is there.
    """
    left = lien_amount
    reductions = []
    if plan.common_fund_applies and settlement.amount:
        basis = min(lien_amount, settlement.amount)
        rest = settlement.amount - settlement.attorney_amount
        part = split(basis, [settlement.attorney_amount, rest])[0] if basis else ZERO
        if part:
            reductions.append(Reduction(COMMON_FUND, part, plan.clause))
            left -= part
    net = settlement.amount - settlement.attorney_amount
    if plan.made_whole_applies and settlement.damages_amount is not None:
        own_loss = max(ZERO, settlement.damages_amount - lien_amount)
        most = max(ZERO, net - own_loss)
        if left > most:
            reductions.append(Reduction(MADE_WHOLE, left - most, plan.clause))
            left = most
    if left > net:
        reductions.append(Reduction(NOT_THERE, left - net, ""))
        left = net
    return Due(lien_amount, tuple(reductions), left)


class Parts(NamedTuple):
    """Of money that came in: the member's, the TPA's, the plan's. They add up to it."""

    member_amount: Decimal
    fee_amount: Decimal
    plan_amount: Decimal


def parts_of(amount: Decimal, still_due: Decimal, fee_percent: Decimal) -> Parts:
    """The plan's is what is still due to it, of which the TPA keeps so many per cent; the rest is the member's."""
    ours = min(amount, max(ZERO, still_due))
    fee = percent_of(ours, fee_percent)
    return Parts(amount - ours, fee, ours - fee)

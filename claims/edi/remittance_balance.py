"""The three balances of a remittance, checked on its figures before anything is written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from claims.facts import ZERO

if TYPE_CHECKING:
    from claims.edi.x835 import ClaimPayment, Remittance

_METHODS = frozenset(("CHK", "ACH", "NON"))
_STATUSES = frozenset(("1", "2", "3", "4", "19", "20", "21", "22"))


class OutOfBalance(AssertionError):
    """A remittance that does not add up: our own mistake, never a sender's. Raised whatever Python's -O says."""


def check_balance(remittance: Remittance) -> None:
    """Line and claim: charge - adjustments = paid. Lines add up to their claim.
    Payment = claims - provider adjustments. Interest told with the claims is what the provider adjustments pay as L6.

    Raises OutOfBalance.
    """
    paid = interest = ZERO
    for claim in remittance.claims:
        check_claim(claim)
        paid += claim.paid_amount
        interest += claim.interest_amount
    besides = sum([one.amount for one in remittance.provider_adjustments], ZERO)
    name = f"payment {remittance.trace_number}"
    _same(remittance.amount, paid - besides, name, "claims less provider adjustments")
    if remittance.amount < 0:
        raise OutOfBalance(f"{name} would be negative: carry the balance forward (PLB FB)")
    paid_interest = -sum([one.amount for one in remittance.provider_adjustments if one.reason == "L6"], ZERO)
    _same(interest, paid_interest, name, "interest paid by the provider adjustments")
    if remittance.method not in _METHODS:
        raise OutOfBalance(f"{name} has the method {remittance.method}")
    if (remittance.method == "NON") != (remittance.amount == 0):
        raise OutOfBalance(f"{name} moves {remittance.amount} by {remittance.method}")


def check_claim(claim: ClaimPayment) -> None:
    """One claim alone: its lines, and the whole. Raises OutOfBalance."""
    name = f"claim {claim.claim_number}"
    if claim.status not in _STATUSES:
        raise OutOfBalance(f"{name} has the status {claim.status}")
    adjusted = ZERO
    for adjustment in claim.adjustments:
        adjusted += adjustment.amount
    billed_on_lines = ZERO
    for number, line in enumerate(claim.lines, start=1):
        adjusted_on_line = ZERO
        for adjustment in line.adjustments:
            adjusted_on_line += adjustment.amount
        if line.billed_amount - adjusted_on_line != line.paid_amount:
            _same(line.paid_amount, line.billed_amount - adjusted_on_line, f"{name} line {number}", "charge - CAS")
        adjusted += adjusted_on_line
        billed_on_lines += line.billed_amount
    if claim.billed_amount - adjusted != claim.paid_amount:
        _same(claim.paid_amount, claim.billed_amount - adjusted, name, "charge - CAS of claim and lines")
    if claim.lines and billed_on_lines != claim.billed_amount:
        _same(claim.billed_amount, billed_on_lines, name, "the lines' charges")


def _same(said: Decimal, is_amount: Decimal, name: str, what: str) -> None:
    if said != is_amount:
        raise OutOfBalance(f"{name} says {said}, but {what} is {is_amount}")

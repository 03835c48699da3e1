"""What the payers before us did with the claim, line by line, as the claim itself reports it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from claims.facts import OtherPayer, PriorAdjustment, Submission, SubmittedLine
from tpa.foundation.values.money import ZERO, split

# SBR01: primary, secondary, tertiary, payer four to eleven. U (unknown) comes before nobody.
_SEQUENCE = "PSTABCDEFGH"


class PriorPayment(NamedTuple):
    """All payers before us together, on one line. `left_amount`: what the last of them left to the member, if said."""

    paid_amount: Decimal
    left_amount: Decimal | None


def payers_before_us(submission: Submission) -> list[OtherPayer]:
    """The claim's other payers that stand before us, in order."""
    ours = _place(submission.payer_sequence)
    before = [payer for payer in submission.other_payers if _place(payer.sequence) < ours]
    return sorted(before, key=lambda payer: _place(payer.sequence))


def prior_payments(submission: Submission, payers: Sequence[OtherPayer]) -> list[PriorPayment] | None:
    """Per line what the payers before us paid and left; None when they say no amount at all.

    Amounts of lines (SVD, CAS) go before amounts of the claim, which are spread over the lines by what was billed.
    """
    lines = submission.lines
    paid = [ZERO] * len(lines)
    left: list[Decimal | None] = [None] * len(lines)
    is_said = False
    for payer in payers:
        by_line = [_of_payer(line, payer) for line in lines]
        if any(by_line):
            is_said = True
            for index, said in enumerate(by_line):
                paid[index] += said.paid_amount if said else ZERO
                left[index] = said.left_amount if said else None
        elif payer.paid_amount is not None or payer.adjustments or payer.remaining_member_amount is not None:
            is_said = True
            weights = [line.billed_amount for line in lines]
            for index, amount in enumerate(_spread(payer.paid_amount or ZERO, weights)):
                paid[index] += amount
            left = _left_of_claim(payer, submission, weights)
    if not is_said:
        return None
    return [
        PriorPayment(min(amount, line.billed_amount), remaining)
        for amount, remaining, line in zip(paid, left, lines, strict=True)
    ]


def _of_payer(line: SubmittedLine, payer: OtherPayer) -> PriorPayment | None:
    """What one payer says of one line: several entries (a bundle) add up."""
    said = [entry for entry in line.other_payers if entry.payer_number == payer.number]
    if not said:
        return None
    paid = sum((entry.paid_amount for entry in said), ZERO)
    remaining = [entry.remaining_member_amount for entry in said if entry.remaining_member_amount is not None]
    adjustments = [adjustment for entry in said for adjustment in entry.adjustments]
    return PriorPayment(
        paid, sum(remaining, ZERO) if remaining else _member_part(adjustments, paid, line.billed_amount)
    )


def _left_of_claim(payer: OtherPayer, submission: Submission, weights: list[Decimal]) -> list[Decimal | None]:
    left = payer.remaining_member_amount
    if left is None:
        left = _member_part(payer.adjustments, payer.paid_amount or ZERO, submission.billed_amount)
    return [None] * len(weights) if left is None else list(_spread(left, weights))


def _member_part(adjustments: Sequence[PriorAdjustment], paid: Decimal, billed: Decimal) -> Decimal | None:
    """What a payer left to the member by its adjustments; None when they do not explain what it did not pay."""
    member = sum((adjustment.amount for adjustment in adjustments if adjustment.group == "PR"), ZERO)
    if member:
        return member
    explained = sum((adjustment.amount for adjustment in adjustments), ZERO)
    return ZERO if adjustments and paid + explained >= billed else None


def _spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    return split(amount, weights) if any(weights) else [amount, *[ZERO] * (len(weights) - 1)]


def _place(sequence: str) -> int:
    place = _SEQUENCE.find(sequence) if sequence else -1
    return len(_SEQUENCE) if place < 0 else place

"""What the payers before us did with the claim, line by line: as their own remittance says, or the claim reports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from claims.adjudication.engine.facts import ClaimFacts
from claims.facts import OtherPayer, OtherPayerLine, PriorAdjustment, Submission, SubmittedLine
from tpa.foundation.values.money import ZERO, split

# SBR01: primary, secondary, tertiary, payer four to eleven. U (unknown) comes before nobody.
_SEQUENCE = "PSTABCDEFGH"
_DEDUCTIBLE: Final = "1"


class PriorPayer(NamedTuple):
    """A payer before us, and what it says of each line, by line number."""

    payer: OtherPayer
    lines: Mapping[int, Sequence[OtherPayerLine]]

    @property
    def says_amounts(self) -> bool:
        payer = self.payer
        of_claim = payer.paid_amount is not None or payer.adjustments or payer.remaining_member_amount is not None
        return bool(self.lines) or bool(of_claim)


class PriorPayment(NamedTuple):
    """All payers before us together, on one line. `left_amount`: what the last of them left to the member, if said,
    and of that `deductible_amount` as its deductible."""

    paid_amount: Decimal
    left_amount: Decimal | None
    deductible_amount: Decimal = ZERO


def payers_before_us(facts: ClaimFacts) -> list[PriorPayer]:
    """The payers that stand before us on the claim, in order. What a payer itself told us stands in the place of what
    the claim says of it."""
    submission = facts.submission
    told = [
        PriorPayer(remittance.payer, _by_number((line.line_number, line.entry) for line in remittance.lines))
        for remittance in facts.prior_remittances
    ]
    heard_of = {prior.payer.sequence for prior in told}
    ours = _place(submission.payer_sequence)
    for payer in submission.other_payers:
        if _place(payer.sequence) < ours and payer.sequence not in heard_of:
            entries = (
                (line.number, entry)
                for line in submission.lines
                for entry in line.other_payers
                if entry.payer_number == payer.number
            )
            told.append(PriorPayer(payer, _by_number(entries)))
    return sorted(told, key=lambda prior: _place(prior.payer.sequence))


def prior_payments(submission: Submission, payers: Sequence[PriorPayer]) -> list[PriorPayment] | None:
    """Per line what the payers before us paid and left; None when they say no amount at all.

    Amounts of lines (SVD, CAS) go before amounts of the claim, which are spread over the lines by what was billed.
    Adjustments of the claim besides those of its lines (CAS in 2320) take off what the lines were paid.
    """
    lines = submission.lines
    paid = [ZERO] * len(lines)
    last: list[PriorPayment | None] = [None] * len(lines)
    is_said = False
    for prior in payers:
        if not prior.says_amounts:
            continue
        is_said = True
        said = _of_lines(prior, submission) if prior.lines else _of_claim(prior.payer, submission)
        for index, one in enumerate(said):
            paid[index] += one.paid_amount if one else ZERO
            last[index] = one
    if not is_said:
        return None
    return [
        PriorPayment(
            max(min(amount, line.billed_amount), ZERO),
            one.left_amount if one else None,
            one.deductible_amount if one else ZERO,
        )
        for amount, one, line in zip(paid, last, lines, strict=True)
    ]


def _by_number(entries: Iterable[tuple[int, OtherPayerLine]]) -> dict[int, list[OtherPayerLine]]:
    by_number: dict[int, list[OtherPayerLine]] = {}
    for number, entry in entries:
        by_number.setdefault(number, []).append(entry)
    return by_number


def _of_lines(prior: PriorPayer, submission: Submission) -> list[PriorPayment | None]:
    """What one payer says of each line, and of the claim as a whole besides."""
    said = [_of_line(line, prior) for line in submission.lines]
    besides = prior.payer.adjustments
    if not besides:
        return said
    weights = [one.paid_amount if one else ZERO for one in said]
    taken = _spread(sum((one.amount for one in besides), ZERO), weights)
    members = _spread(sum((one.amount for one in besides if one.group == "PR"), ZERO), weights)
    deductibles = _spread(_deductible(besides), weights)
    return [
        one
        and PriorPayment(
            one.paid_amount - off, max((one.left_amount or ZERO) + member, ZERO), one.deductible_amount + deductible
        )
        for one, off, member, deductible in zip(said, taken, members, deductibles, strict=True)
    ]


def _of_line(line: SubmittedLine, prior: PriorPayer) -> PriorPayment | None:
    """What one payer says of one line: several entries (a bundle) add up."""
    said = prior.lines.get(line.number)
    if not said:
        return None
    paid = sum((entry.paid_amount for entry in said), ZERO)
    remaining = [entry.remaining_member_amount for entry in said if entry.remaining_member_amount is not None]
    adjustments = [adjustment for entry in said for adjustment in entry.adjustments]
    left = sum(remaining, ZERO) if remaining else _member_part(adjustments, paid, line.billed_amount)
    return PriorPayment(paid, left, _deductible(adjustments))


def _of_claim(payer: OtherPayer, submission: Submission) -> list[PriorPayment]:
    """What one payer says of the claim as a whole, spread over the lines."""
    weights = [line.billed_amount for line in submission.lines]
    paid = payer.paid_amount or ZERO
    left = payer.remaining_member_amount
    if left is None:
        left = _member_part(payer.adjustments, paid, submission.billed_amount)
    lefts: Sequence[Decimal | None] = [None] * len(weights) if left is None else _spread(left, weights)
    deductibles = _spread(_deductible(payer.adjustments), weights)
    return [PriorPayment(*parts) for parts in zip(_spread(paid, weights), lefts, deductibles, strict=True)]


def _deductible(adjustments: Sequence[PriorAdjustment]) -> Decimal:
    taken = (one.amount for one in adjustments if one.group == "PR" and one.carc == _DEDUCTIBLE)
    return max(sum(taken, ZERO), ZERO)


def _member_part(adjustments: Sequence[PriorAdjustment], paid: Decimal, billed: Decimal) -> Decimal | None:
    """What a payer left to the member by its adjustments; None when they do not explain what it did not pay."""
    member = sum((adjustment.amount for adjustment in adjustments if adjustment.group == "PR"), ZERO)
    if member:
        return member
    explained = sum((adjustment.amount for adjustment in adjustments), ZERO)
    return ZERO if paid + explained >= billed else None


def _spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    return split(amount, weights) if any(weights) else [amount, *[ZERO] * (len(weights) - 1)]


def _place(sequence: str) -> int:
    place = _SEQUENCE.find(sequence) if sequence else -1
    return len(_SEQUENCE) if place < 0 else place

"""What a prior payer's remittance says of a claim of ours, in the words in which a claim reports it (2320, 2430)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from claims.edi.x835 import REVERSAL, Adjustment, ClaimPayment, LinePayment, Remittance
from claims.facts import Fact, OtherPayer, OtherPayerLine, PriorAdjustment, Submission, SubmittedLine

_SEQUENCES: Final = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}


class PriorRemittanceRead(Fact, frozen=True, kw_only=True):
    """One CLP that speaks of one of our claims: the payer with its amounts, and its lines by our line numbers.

    `is_reversal`: it takes back what that payer told before, and says nothing else.
    """

    payer: OtherPayer
    lines: tuple[tuple[int, OtherPayerLine], ...] = ()
    is_reversal: bool = False


def prior_remittance(remittance: Remittance, claim: ClaimPayment, submission: Submission) -> PriorRemittanceRead:
    """What `claim` of the remittance says of the claim that `submission` is; they must be of one service."""
    payer = OtherPayer(
        name=remittance.payer.name,
        number=remittance.payer.payer_number or remittance.payer.tin,
        sequence=_SEQUENCES.get(claim.status, "P"),
        filing_indicator=claim.filing_indicator,
        paid_amount=claim.paid_amount,
        paid_on=remittance.paid_on,
        adjustments=_adjustments(claim.adjustments),
        claim_number=claim.claim_number,
    )
    if claim.status == REVERSAL:
        return PriorRemittanceRead(payer=payer, is_reversal=True)
    return PriorRemittanceRead(payer=payer, lines=_lines(claim.lines, submission.lines, payer, remittance.paid_on))


def is_of(claim: ClaimPayment, submission: Submission) -> bool:
    """Is the CLP about this claim: the provider's number, what was billed, and the patient's last name?"""
    patient = submission.patient or submission.subscriber
    named = claim.corrected_patient or claim.patient
    names = {claim.patient.last_name.strip().upper(), named.last_name.strip().upper()}
    return (
        claim.patient_control_number == submission.patient_control_number
        and abs(claim.billed_amount) == submission.billed_amount
        and patient.last_name.strip().upper() in names
    )


def _lines(
    told: Sequence[LinePayment], ours: Sequence[SubmittedLine], payer: OtherPayer, paid_on: date
) -> tuple[tuple[int, OtherPayerLine], ...]:
    """Each of its lines under the number of ours that it speaks of; none at all where one speaks of none of ours."""
    left = list(ours)
    found = []
    for line in told:
        mine = next((one for one in left if line.control_number and one.control_number == line.control_number), None)
        mine = mine or next((one for one in left if _is_same(line, one)), None)
        if mine is None:
            return ()
        left.remove(mine)
        entry = OtherPayerLine(
            payer_number=payer.number,
            paid_amount=line.paid_amount,
            paid_on=paid_on,
            adjustments=_adjustments(line.adjustments),
        )
        found.append((mine.number, entry))
    return tuple(found)


def _is_same(line: LinePayment, ours: SubmittedLine) -> bool:
    codes = {line.procedure_code, line.submitted_code} - {""}
    is_coded = ours.procedure_code in codes if codes else ours.revenue_code == line.revenue_code
    return is_coded and ours.billed_amount == line.billed_amount


def _adjustments(adjustments: Iterable[Adjustment]) -> tuple[PriorAdjustment, ...]:
    return tuple(PriorAdjustment(group=one.group, carc=one.carc, amount=one.amount) for one in adjustments)

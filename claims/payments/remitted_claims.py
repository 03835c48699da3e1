"""What payments settle, as a remittance tells it: claims with their lines, read from what was submitted and decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from claims.edi.x835 import REVERSAL, ClaimPayment, LinePayment
from claims.edi.x835_parts import RemittanceName
from claims.facts import Submission, SubmittedLine, SubmittedPerson
from claims.packing import unpack_decision, unpack_submission

if TYPE_CHECKING:
    from claims.adjudication.engine.decision import ClaimDecision, LineDecision

_ITEMS = """
SELECT i.payment_id, c.claim_number, c.frequency_code, c.received_on, d.outcome, c.submission, d.says,
       coalesce(original.claim_number, '')
  FROM claims_paymentitem i
  JOIN claims_claim c ON c.id = i.claim_id
  JOIN claims_decision d ON d.id = i.decision_id
  LEFT JOIN claims_claim original ON original.id = c.original_claim_id
 WHERE i.payment_id = ANY(%s) ORDER BY i.payment_id, i.id
"""

# SBR01 of the claim → CLP02: processed as first, second or third payer.
_PROCESSED_AS = {"P": "1", "S": "2", "T": "3"}


class _Item(NamedTuple):
    claim_number: str
    frequency_code: str
    received_on: date
    outcome: str
    submission: bytes
    says: bytes
    original_claim_number: str


def remitted_claims(payment_ids: Sequence[int]) -> dict[int, tuple[ClaimPayment, ...]]:
    """The claims of each payment, in the order of its items: a reversal before what replaces it. One query."""
    found: dict[int, list[ClaimPayment]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [list(payment_ids)])
        for payment_id, *values in cursor.fetchall():
            found[payment_id].append(_claim(_Item(*values)))
    return {payment_id: tuple(claims) for payment_id, claims in found.items()}


def _claim(item: _Item) -> ClaimPayment:
    submission = unpack_submission(item.submission)
    decision = unpack_decision(item.says)
    is_reversal = item.outcome == "reversed"
    rendering = submission.rendering_provider
    return ClaimPayment(
        patient_control_number=submission.patient_control_number,
        status=REVERSAL if is_reversal else _PROCESSED_AS.get(submission.payer_sequence, "1"),
        billed_amount=decision.figures.billed_amount,
        paid_amount=decision.figures.plan_paid_amount,
        claim_number=item.claim_number,
        patient=_name(submission.patient or submission.subscriber, submission.subscriber.number),
        subscriber=_name(submission.subscriber, submission.subscriber.number) if submission.patient else None,
        rendering=None
        if rendering is None or not rendering.npi
        else RemittanceName(
            last_name=rendering.name,
            first_name=rendering.first_name,
            entity=rendering.entity,
            qualifier="XX",
            number=rendering.npi,
        ),
        facility_code=submission.facility_code,
        frequency_code=item.frequency_code,
        drg_code=submission.drg_code,
        group_number=submission.group_number,
        original_claim_number=item.original_claim_number,
        authorization_number=submission.authorization_number,
        statement_from=submission.statement_from or submission.service_from,
        statement_to=submission.statement_to or submission.service_to,
        received_on=item.received_on,
        allowed_amount=None if is_reversal else decision.figures.allowed_amount,
        patient_paid_amount=None if is_reversal else submission.member_paid_amount,
        lines=_lines(submission, decision, is_reversal=is_reversal),
    )


def _lines(submission: Submission, decision: ClaimDecision, *, is_reversal: bool) -> tuple[LinePayment, ...]:
    return tuple(
        _line(submitted, decided, is_reversal=is_reversal)
        for submitted, decided in zip(submission.lines, decision.lines, strict=True)
    )


def _line(submitted: SubmittedLine, decided: LineDecision, *, is_reversal: bool) -> LinePayment:
    return LinePayment(
        billed_amount=decided.figures.billed_amount,
        paid_amount=decided.figures.plan_paid_amount,
        service_from=submitted.service_from,
        service_to=submitted.service_to,
        adjustments=decided.adjustments,
        procedure_qualifier=submitted.procedure_qualifier or "HC",
        procedure_code=submitted.procedure_code,
        modifiers=submitted.modifiers,
        revenue_code=submitted.revenue_code,
        paid_units_count=submitted.units_count,
        control_number=submitted.control_number,
        rendering_npi=submitted.rendering_npi,
        allowed_amount=None if is_reversal else decided.figures.allowed_amount,
    )


def _name(person: SubmittedPerson, subscriber_number: str) -> RemittanceName:
    number = person.number or subscriber_number
    return RemittanceName(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        qualifier="MI" if number else "",
        number=number,
    )

"""What of a claim has to be said back on a 277CA, whether or not it can become a claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.facts import Fact, Submission, SubmittedProvider


class ClaimTrace(Fact, frozen=True, kw_only=True):
    """A claim as its sender knows it. `bill_type` is the type of bill of an institutional claim, else blank."""

    patient_control_number: str
    billed_amount: Decimal | None = None
    billing_provider: SubmittedProvider
    last_name: str = ""  # of the patient
    first_name: str = ""
    middle_name: str = ""
    member_number: str = ""  # of the patient or, where that has none, the subscriber
    clearinghouse_number: str = ""
    bill_type: str = ""
    service_from: date | None = None
    service_to: date | None = None


def trace_of(submission: Submission) -> ClaimTrace:
    """The trace of a submission that was read without findings."""
    patient = submission.patient or submission.subscriber
    is_bill = submission.kind == "I"
    return ClaimTrace(
        patient_control_number=submission.patient_control_number,
        billed_amount=submission.billed_amount,
        billing_provider=submission.billing_provider,
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        member_number=patient.number or submission.subscriber.number,
        clearinghouse_number=submission.clearinghouse_number,
        bill_type=submission.facility_code + submission.frequency_code if is_bill else "",
        service_from=submission.service_from,
        service_to=submission.service_to,
    )

"""Takes what a prior payer's remittance says of claims of ours; those that waited for it are decided anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from msgspec.structs import replace

from claims.adjudication.remittance_rows import Source, candidates_of, claim_of, row_of, write_rows
from claims.edi.x835 import ClaimPayment, Remittance
from claims.models import PriorRemittance, WaitingRemittance
from claims.packing import pack


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A claim of the remittance that was not taken: not_ours, ambiguous or out_of_balance."""

    patient_control_number: str
    code: str


def take_remittance(
    *, remittance: Remittance, source: Source, claim_id: int | None = None
) -> tuple[list[int], list[NotTaken]]:
    """Match its claims by the provider's number, the charge and the patient's name; with `claim_id` to that claim only.

    In the caller's transaction, a fixed number of queries besides those of claims that are decided anew. Returns the
    claims it spoke of, and what was not taken. What a set of a file says of no claim of ours is kept, and tried again
    when a claim with its number comes (`take_waiting_remittances`).
    """
    assert connection.in_atomic_block
    candidates = candidates_of({told.patient_control_number for told in remittance.claims}, claim_id)
    rows: list[PriorRemittance] = []
    refused: list[NotTaken] = []
    waits: list[ClaimPayment] = []
    for told in remittance.claims:
        meant, code = claim_of(told, candidates)
        if meant is not None:
            rows.append(row_of(remittance, told, meant, source))
            continue
        refused.append(NotTaken(told.patient_control_number, code))
        if code == "not_ours":
            waits.append(told)
    if source.transaction_set_id is not None:
        _keep(remittance, waits, source)
    return write_rows(rows, source), refused


def _keep(remittance: Remittance, waits: Sequence[ClaimPayment], source: Source) -> None:
    assert source.transaction_set_id is not None
    WaitingRemittance.objects.bulk_create(
        WaitingRemittance(
            transaction_set_id=source.transaction_set_id,
            patient_control_number=told.patient_control_number[:38],
            payer_name=remittance.payer.name[:80],
            paid_on=remittance.paid_on,
            paid_amount=told.paid_amount,
            says=pack(replace(remittance, claims=(told,), provider_adjustments=())),
            received_at=source.received_at,
        )
        for told in waits
    )

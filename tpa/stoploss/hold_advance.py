"""Keeps the claims of an advance unpaid until its money is there, and then says by when they are paid on."""

from __future__ import annotations

from datetime import date

from claims.payments.instruct_payments import Instruction, instruct_payments
from tpa.foundation.audit import Actor
from tpa.foundation.values.business_days import Calendar, add_business_days
from tpa.models import StopLossRequest


def hold_advance(request: StopLossRequest, *, by: Actor) -> None:
    """The request is filed: its claims wait."""
    _instruct(request, f"advance asked for by {request.number}", by=by, is_held=True)


def release_advance(request: StopLossRequest, *, by: Actor, received_on: date | None) -> None:
    """They wait no more; with the day on which the money came, they are paid within the policy's business days."""
    pay_by_on = None
    if received_on is not None:
        pay_by_on = add_business_days(received_on, request.policy.pay_within_days, calendar=Calendar.BANK)
    _instruct(request, f"advance {request.number} came" if pay_by_on else f"no advance {request.number}", by=by,
              pay_by_on=pay_by_on)  # fmt: skip


def _instruct(
    request: StopLossRequest, because: str, *, by: Actor, pay_by_on: date | None = None, is_held: bool = False
) -> None:
    if request.kind != StopLossRequest.Kind.ADVANCE:
        return
    claim_ids = sorted(set(request.claims.values_list("claim_id", flat=True)))
    instruct_payments(
        employer_id=request.employer_id,
        instructions=[Instruction(claim_id, because, pay_by_on=pay_by_on, is_held=is_held) for claim_id in claim_ids],
        by=by,
    )

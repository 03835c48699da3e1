"""Pays one employer, as the pipeline does: when there is nothing to pay, or somebody is at it, that is no error."""

from __future__ import annotations

from datetime import date

from claims.models import PaymentRun
from claims.payments.run_payments import run_payments
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict

SYSTEM = Actor.system("payments")


def pay_employer(*, employer_id: int, on: date) -> PaymentRun | None:
    """Run payments for an employer; None when there is nothing to settle or another run is under way."""
    try:
        return run_payments(employer_id=employer_id, on=on, by=SYSTEM)
    except Conflict as conflict:
        if conflict.code != "payments.run_under_way":
            raise
        return None

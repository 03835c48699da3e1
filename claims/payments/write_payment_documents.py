"""Does one piece of a payment run's document work, and closes the run when it was the last."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from claims.models import Payment, PaymentRun
from claims.payments.ask_documents import ACH, CHECKS, EOBS, REMITTANCES
from claims.payments.send_remittance import send_remittance
from claims.payments.write_ach import write_ach
from claims.payments.write_checks import write_checks
from claims.payments.write_eobs import write_eobs
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move

SYSTEM = Actor.system("payments")


def write_payment_documents(*, piece: dict[str, Any]) -> None:
    """Write what a piece of `ask_documents` asks for, in the transaction that marks the piece done.

    Whatever was written before under the same name stays as it is, so that doing a piece again does no harm.
    """
    run_id, what, first, last = piece["run"], piece["what"], piece["first"], piece["last"]
    at = PaymentRun.objects.values_list("issued_at", flat=True).get(pk=run_id)
    if what == ACH:
        write_ach(run_id=run_id, at=at)
    elif what == CHECKS:
        write_checks(run_id=run_id, first=first, last=last, at=at)
    elif what == REMITTANCES:
        ids = Payment.objects.filter(run=run_id, pk__range=(first, last)).values_list("pk", flat=True)
        send_remittance(payment_ids=list(ids), at=at)
    else:
        assert what == EOBS, what
        write_eobs(run_id=run_id, first=first, last=last, at=at)
    _one_less(run_id)


def _one_less(run_id: int) -> None:
    """The pieces count themselves down; two that end at once wait for each other here."""
    PaymentRun.objects.filter(pk=run_id).update(documents_due_count=F("documents_due_count") - 1)
    run = PaymentRun.objects.get(pk=run_id)
    if run.documents_due_count == 0:
        move(run, PaymentRun.Status.DONE, by=SYSTEM, because="all documents written")

"""Does one piece of a payment run's document work, and closes the run when it was the last."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from claims.models import Payment, PaymentInstrument, PaymentRun
from claims.payments.ask_documents import ACH, AGAIN, CHECKS, EOBS, POSITIVE_PAY, REMITTANCES
from claims.payments.send_remittance import send_remittance
from claims.payments.write_ach import write_ach
from claims.payments.write_checks import write_check_again, write_checks
from claims.payments.write_eobs import write_eobs
from claims.payments.write_positive_pay import write_positive_pay
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move

SYSTEM = Actor.system("payments")


def write_payment_documents(*, piece: dict[str, Any]) -> None:
    """Write what a piece of `ask_documents` asks for, in the transaction that marks the piece done.

    Whatever was written before under the same name stays as it is, so that doing a piece again does no harm.
    """
    if piece["what"] == AGAIN:
        _write_again(piece["instrument"])
        return
    if piece["what"] == POSITIVE_PAY:
        write_positive_pay(claims_account_ids=[piece["account"]], at=timezone.now())
        return
    run_id, what, first, last = piece["run"], piece["what"], piece["first"], piece["last"]
    at = PaymentRun.objects.values_list("issued_at", flat=True).get(pk=run_id)
    if what == ACH:
        accounts = Payment.objects.filter(run=run_id).values_list("claims_account_id", flat=True).distinct()
        write_ach(claims_account_ids=sorted(accounts), run_id=run_id, at=at)
    elif what == CHECKS:
        write_checks(run_id=run_id, first=first, last=last, at=at)
    elif what == REMITTANCES:
        ids = Payment.objects.filter(run=run_id, pk__range=(first, last)).values_list("pk", flat=True)
        send_remittance(payment_ids=list(ids), at=at)
    else:
        assert what == EOBS, what
        write_eobs(run_id=run_id, first=first, last=last, at=at)
    _one_less(run_id)


def _write_again(instrument_id: int) -> None:
    one = PaymentInstrument.objects.get(pk=instrument_id)
    if one.method == Payment.Method.ACH:
        write_ach(claims_account_ids=[one.claims_account_id], at=timezone.now())
    else:
        write_check_again(instrument_id=instrument_id, at=timezone.now())


def _one_less(run_id: int) -> None:
    """The pieces count themselves down; two that end at once wait for each other here."""
    PaymentRun.objects.filter(pk=run_id).update(documents_due_count=F("documents_due_count") - 1)
    run = PaymentRun.objects.get(pk=run_id)
    if run.documents_due_count == 0:
        move(run, PaymentRun.Status.DONE, by=SYSTEM, because="all documents written")

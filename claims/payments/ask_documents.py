"""Asks, with the payments, for what is to be written about them: remittances, checks, EOBs, ACH. Work that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.models import Payment, PaymentRun
from tpa.foundation import work

PAYMENT_DOCUMENTS = "payment_documents"
ACH, CHECKS, REMITTANCES, EOBS = "ach", "checks", "remittances", "eobs"
# A few seconds' work each.
_A_PIECE = {CHECKS: 200, REMITTANCES: 200, EOBS: 100}


def ask_documents(run: PaymentRun, payments: Sequence[Payment], item_ids: Sequence[int]) -> int:
    """Ask for the run's documents in pieces; returns how many pieces. One statement."""
    wanted = {
        REMITTANCES: [payment.pk for payment in payments if payment.payee_id is not None],
        CHECKS: [payment.pk for payment in payments if payment.method == Payment.Method.CHECK],
        EOBS: item_ids,
    }
    pieces = [(what, first, last) for what, ids in wanted.items() for first, last in _ranges(ids, _A_PIECE[what])]
    if any(payment.method == Payment.Method.ACH for payment in payments):
        pieces.insert(0, (ACH, payments[0].pk, payments[-1].pk))
    return work.ask_many(
        PAYMENT_DOCUMENTS,
        [
            (f"{run.pk}:{what}:{first}", 0, {"run": run.pk, "what": what, "first": first, "last": last})
            for what, first, last in pieces
        ],
        at=run.issued_at,
    )


def _ranges(ids: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """First and last of so many at a time; ids grow."""
    for start in range(0, len(ids), size):
        piece = ids[start : start + size]
        yield piece[0], piece[-1]

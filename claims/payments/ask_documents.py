"""Asks, with the payments, for what is to be written about them: remittances, checks, EOBs, ACH. Work that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.models import Payment, PaymentInstrument, PaymentRun
from tpa.foundation import work

PAYMENT_DOCUMENTS = "payment_documents"
ACH, CHECKS, REMITTANCES, EOBS = "ach", "checks", "remittances", "eobs"
AGAIN = "again"
# A few seconds' work each.
_A_PIECE = {CHECKS: 200, REMITTANCES: 200, EOBS: 100}


def ask_documents(run: PaymentRun, payments: Sequence[Payment], item_ids: Sequence[int], *, is_ach: bool) -> int:
    """Ask for the run's documents in pieces; returns how many pieces. One statement."""
    wanted = {
        REMITTANCES: [payment.pk for payment in payments if payment.payee_id is not None],
        CHECKS: [payment.pk for payment in payments if payment.method == Payment.Method.CHECK],
        EOBS: item_ids,
    }
    pieces = [(what, first, last) for what, ids in wanted.items() for first, last in _ranges(ids, _A_PIECE[what])]
    if is_ach:
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


def ask_again(instrument: PaymentInstrument) -> None:
    """Ask for the check or the ACH file of a payment that goes out once more."""
    piece = {"run": None, "what": AGAIN, "instrument": instrument.pk}
    work.ask_many(PAYMENT_DOCUMENTS, [(f"again:{instrument.pk}", 0, piece)], at=instrument.status_at)

"""Asks, with the payments, for what is to be written about them: remittances, checks, EOBs, ACH. Work that waits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from claims.models import Payment, PaymentInstrument, PaymentRun
from claims.payments.bank_terms import bank_terms
from tpa.foundation import work

PAYMENT_DOCUMENTS = "payment_documents"
ACH, CHECKS, REMITTANCES, EOBS = "ach", "checks", "remittances", "eobs"
AGAIN, POSITIVE_PAY = "again", "positive_pay"
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


def ask_positive_pay(claims_account_ids: Collection[int], *, key: str, at: datetime) -> None:
    """Ask that the banks of these claims accounts are told of their checks, where they want to be. Two statements."""
    terms = bank_terms(claims_account_ids, timezone.localdate(at))
    work.ask_many(
        PAYMENT_DOCUMENTS,
        [
            (f"positive:{key}:{account_id}", 0, {"run": None, "what": POSITIVE_PAY, "account": account_id})
            for account_id, agreed in sorted(terms.items())
            if agreed.positive_pay_layout
        ],
        at=at,
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
    if instrument.check_number:
        ask_positive_pay([instrument.claims_account_id], key=f"again:{instrument.pk}", at=instrument.status_at)

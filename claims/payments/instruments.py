"""The checks and ACH credits of a payment run, and what of earlier ones is set against claims that were taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from claims.models import Payment, PaymentInstrument
from claims.payments.netting import Recipient
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.values.money import ZERO


def issue_instruments(payments: Sequence[Payment], *, at: datetime) -> None:
    """How each payment that moves money goes out. One statement for a thousand."""
    PaymentInstrument.objects.bulk_create(
        [
            PaymentInstrument(
                payment=payment,
                employer_id=payment.employer_id,
                claims_account_id=payment.claims_account_id,
                number=1,
                method=payment.method,
                amount=payment.amount,
                check_number=payment.check_number,
                issued_on=payment.paid_on,
                status_at=at,
            )
            for payment in payments
            if payment.amount
        ],
        batch_size=1000,
    )


def take_undelivered(employer_id: int, recipients: Collection[Recipient]) -> dict[Recipient, list[PaymentInstrument]]:
    """What never arrived, is not to be paid again and is not settled yet, by recipient; locked. One query.

    Only of recipients for whom something is settled now: the claims taken back are. A run and who takes a payment back
    keep each other out (`hold_payments`), so that both are seen or none.
    """
    return _by_recipient(_undelivered(employer_id).select_for_update(no_key=True, of=("self",)), recipients)


def read_undelivered(employer_id: int, recipients: Collection[Recipient]) -> dict[Recipient, list[PaymentInstrument]]:
    """The same to look at: nothing is locked."""
    return _by_recipient(_undelivered(employer_id), recipients)


def _undelivered(employer_id: int) -> QuerySet[PaymentInstrument]:
    rows = PaymentInstrument.objects.filter(
        employer=employer_id, status=PaymentInstrument.Status.CREDITED, credited_by=None
    )
    return rows.select_related("payment").order_by("pk")


def _by_recipient(
    rows: QuerySet[PaymentInstrument], recipients: Collection[Recipient]
) -> dict[Recipient, list[PaymentInstrument]]:
    found: dict[Recipient, list[PaymentInstrument]] = defaultdict(list)
    for row in rows:
        recipient = _recipient(row.payment)
        if recipient in recipients:
            found[recipient].append(row)
    return dict(found)


def amounts_of(undelivered: Mapping[Recipient, Sequence[PaymentInstrument]]) -> dict[Recipient, Decimal]:
    """The sum by recipient."""
    return {recipient: sum((row.amount for row in rows), ZERO) for recipient, rows in undelivered.items()}


def settle_undelivered(
    undelivered: Mapping[Recipient, Sequence[PaymentInstrument]], payments: Sequence[Payment], *, by: Actor
) -> None:
    """Say of what never arrived in which payment it was set against its claims."""
    settling = {_recipient(payment): payment for payment in payments if payment.undelivered_amount}
    rows = [row for recipient in settling for row in undelivered[recipient]]
    if not rows:
        return
    for row in rows:
        row.credited_by = settling[_recipient(row.payment)]
    PaymentInstrument.objects.bulk_update(rows, ["credited_by"], batch_size=1000)
    about = Subjects.rows(PaymentInstrument, [row.pk for row in rows], employer_id=rows[0].employer_id)
    record("claims.paymentinstrument.settled", by=by, about=about)


def _recipient(payment: Payment) -> Recipient:
    return Recipient(payment.claims_account_id, payment.payee_id, payment.member_id)

"""Pays again what did not arrive: a further check or ACH credit of the same payment, under the same trace."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import PaymentInstrument
from claims.payments.ask_documents import ask_again
from claims.payments.bank_terms import bank_terms
from claims.payments.hold_payments import hold_payments
from claims.payments.instrument_for import instrument_for
from claims.payments.netting import Recipient
from claims.payments.receiving_accounts import usable
from claims.payments.take_back import pay_out
from tpa.foundation.access import Scope
from tpa.foundation.bulk import next_ids
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.transitions import move

# Claims of a payment that were taken back, and whose money no payment run has taken back yet.
_TAKEN_BACK = """
SELECT count(*) FROM claims_paymentitem i JOIN claims_decision r ON r.reverses_id = i.decision_id
 WHERE i.payment_id = %s AND NOT EXISTS (SELECT 1 FROM claims_paymentitem b WHERE b.decision_id = r.id)
"""


def reissue_payment(
    *, instrument_id: int, method: str, because: str, by: Scope, revision: int | None = None, on: date | None = None
) -> PaymentInstrument:
    """Pay what was returned, stopped or voided again, by `check` or `ach`, and return the new instrument.

    The remittance that went with the payment stays: an ACH addenda repeats its trace, a check prints it. Raises as
    `instrument_for`; Conflict when it is not owed (any more), when claims of it were taken back meanwhile (settle it
    instead), or when the account does not hold enough; Invalid for ACH without an account that may be used.
    """
    on = on or timezone.localdate()
    with transaction.atomic():
        old = instrument_for(by, instrument_id, because=because, revision=revision)
        hold_payments(employer_id=old.employer_id, wait=False)
        if old.status not in PaymentInstrument.OWED:
            raise Conflict(
                "payments.not_owed",
                _("Nothing is owed of it: it is %(status)s.") % {"status": old.get_status_display()},
            )
        if claims_taken_back(old.payment_id):
            raise Conflict(
                "payments.claims_taken_back",
                _("Claims of this payment were taken back since: settle it with them in place of paying it again."),
            )
        _check_method(old, method, on, by)
        move(old, PaymentInstrument.Status.REISSUED, by=by.actor, because=because)
        check_number = str(next_ids("claims_check_number", 1)[0]) if method == "check" else ""
        new = PaymentInstrument.objects.create(
            payment=old.payment,
            employer_id=old.employer_id,
            claims_account_id=old.claims_account_id,
            number=old.number + 1,
            method=method,
            amount=old.amount,
            check_number=check_number,
            issued_on=on,
            status_at=timezone.now(),
        )
        pay_out([new], by=by.actor)
        ask_again(new)
    return new


def claims_taken_back(payment_id: int) -> int:
    """How many claims of a payment were reversed and are not settled by a payment run yet. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_BACK, [payment_id])
        return int(cursor.fetchone()[0])


def _check_method(old: PaymentInstrument, method: str, on: date, by: Scope) -> None:
    if method == "check":
        return
    payment = old.payment
    to = Recipient(payment.claims_account_id, payment.payee_id, payment.member_id)
    is_tried = bank_terms([old.claims_account_id], on)[old.claims_account_id].has_prenotes
    if method != "ach" or to not in usable({to: is_tried}, on=on, by=by.actor)[0]:
        raise Invalid("payments.no_account", _("There is no account of the recipient that takes money: pay by check."))

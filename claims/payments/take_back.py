"""What went out and did not arrive is owed again: the instrument says so, the ledger's money comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from claims.models import Payment, PaymentInstrument
from claims.payments.ask_documents import ask_positive_pay
from employers.funding.post_many import post_many
from employers.funding.posting import Account, Posting
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move_many


class Taken(NamedTuple):
    """Why an instrument does not stand: a sentence, and the bank's code if it was the bank."""

    because: str
    return_code: str = ""


def take_back(
    instruments: Mapping[int, Taken], *, to: PaymentInstrument.Status, on: date, by: Actor
) -> list[PaymentInstrument]:
    """Move these instruments (by id) to returned, stopped or voided and post their money back, in the caller's
    transaction; returns them. Raises Conflict when one does not stand any more. Statements by account, not by payment.
    """
    if not instruments:
        return []
    ids = sorted(instruments)
    move_many(
        PaymentInstrument, dict.fromkeys(ids, to), by=by, because=instruments[ids[0]].because, also=_also(instruments)
    )
    rows = list(PaymentInstrument.objects.filter(pk__in=ids).select_related("payment").order_by("pk"))
    postings: dict[int, list[Posting]] = defaultdict(list)
    for row in rows:
        postings[row.claims_account_id].append(money_back(row, on))
    _post(postings, by)
    checks = {row.claims_account_id for row in rows if row.method == "check"}
    ask_positive_pay(checks, key=f"back:{rows[0].pk}:{rows[0].revision}", at=rows[0].status_at)
    return rows


def pay_out(instruments: Sequence[PaymentInstrument], *, by: Actor) -> None:
    """Post the money of payments that go out once more. Raises Conflict where an account does not hold enough."""
    postings: dict[int, list[Posting]] = defaultdict(list)
    for row in instruments:
        postings[row.claims_account_id].append(
            Posting(
                reference=f"reissue:{row.payment.trace_number}:{row.number}",
                kind="reissue",
                description=_("Payment %(trace)s, paid again") % {"trace": row.payment.trace_number},
                posted_on=row.issued_on,
                entries=((Account.CLAIMS_PAID, row.amount), (drawn_on(row.payment), -row.amount)),
            )
        )
    _post(postings, by, must_be_funded=True)


def money_back(row: PaymentInstrument, on: date) -> Posting:
    """The cash of a payment that did not arrive: what was recovered with it stays recovered."""
    return Posting(
        reference=f"undelivered:{row.payment.trace_number}:{row.number}",
        kind="undelivered",
        description=_("Payment %(trace)s did not arrive") % {"trace": row.payment.trace_number},
        posted_on=on,
        entries=((drawn_on(row.payment), row.amount), (Account.CLAIMS_PAID, -row.amount)),
    )


def drawn_on(payment: Payment) -> Account:
    """The account of the ledger that a payment draws on: the employer's money, or the TPA's."""
    return Account.TPA_FUNDS if payment.funds == Payment.Funds.TPA else Account.PAYMENTS_OUT


def _also(instruments: Mapping[int, Taken]) -> dict[str, list[str]]:
    """Columns to write with the status, in the order of ids."""
    taken = [instruments[pk] for pk in sorted(instruments)]
    return {"because": [one.because[:300] for one in taken], "return_code": [one.return_code for one in taken]}


def _post(postings: Mapping[int, Sequence[Posting]], by: Actor, *, must_be_funded: bool = False) -> None:
    for account_id, group in sorted(postings.items()):
        post_many(claims_account_id=account_id, postings=group, by=by, must_be_funded=must_be_funded)

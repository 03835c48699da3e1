"""Books money that came in on a request: all of it, a part, or more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.open_requests import hold_account, locked_request, received_amount
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.models import FundingReceipt, FundingRequest
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents, percent_of

Status = FundingRequest.Status


def receive_funds(
    *, request_id: int, amount: Decimal, received_on: date, bank_reference: str, by: Actor
) -> FundingReceipt:
    """Book and return the receipt. The bank's reference makes the same money, told twice, one receipt.

    What is more than asked stays in the account: the next request is so much smaller. Of a level-funded deposit the
    terms' per cent is kept for the run-out. Raises Conflict when it is not approved, or something else came in under
    this reference.
    """
    reference = bank_reference.strip()
    if amount <= 0 or amount != cents(amount) or not 0 < len(reference) <= 50:
        raise Invalid("funding.receipt_words", _("A receipt has an amount in whole cents and the bank's reference."))
    with transaction.atomic():
        request = locked_request(request_id)
        hold_account(request.claims_account_id)
        known = FundingReceipt.objects.filter(claims_account=request.claims_account_id, bank_reference=reference)
        earlier = known.first()
        if earlier is not None:
            if (earlier.request_id, earlier.amount, earlier.received_on) != (request_id, amount, received_on):
                raise Conflict("funding.receipt_known", _("Something else came in under this reference."))
            return earlier
        if request.status not in (Status.APPROVED, Status.PARTLY, Status.RECEIVED):
            raise Conflict(
                "funding.not_approved",
                _("%(number)s is not open for money: %(status)s.")
                % {"number": request.number, "status": request.get_status_display()},
                status=request.status,
            )
        receipt = _book(request, amount, received_on, reference, by)
        _move(request, by)
    return receipt


def _book(request: FundingRequest, amount: Decimal, received_on: date, reference: str, by: Actor) -> FundingReceipt:
    is_deposit = request.kind == FundingRequest.Kind.DEPOSIT
    kept = percent_of(amount, request.terms.reserve_percent) if is_deposit else ZERO
    posted = post(
        claims_account_id=request.claims_account_id,
        posting=Posting(
            # The reference of a deposit: the same money, booked as one before, is not booked again.
            reference=f"deposit:{request.claims_account_id}:{reference}",
            kind="deposit",
            description=_("Received on %(number)s: %(reference)s") % {"number": request.number, "reference": reference},
            posted_on=received_on,
            entries=(
                (Account.CASH, amount),
                (Account.EMPLOYER_FUNDS, kept - amount),
                (Account.RESERVE, -kept),
            ),
        ),
        by=by,
    )
    receipt = FundingReceipt.objects.create(
        request=request,
        employer_id=request.employer_id,
        claims_account_id=request.claims_account_id,
        transaction_id=posted.transaction_id,
        received_on=received_on,
        amount=amount,
        bank_reference=reference,
        recorded_at=timezone.now(),
        recorded_by=str(by)[:80],
    )
    record("employers.fundingrequest.received", by=by, about=request, detail={"amount": str(amount)})
    return receipt


def _move(request: FundingRequest, by: Actor) -> None:
    to = Status.RECEIVED if received_amount(request) >= request.amount else Status.PARTLY
    if request.status != to:
        move(request, to, by=by)

"""The bank takes back money that came in on a request: it is awaited again."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.open_requests import hold_account, locked_request, received_amount
from employers.funding.reverse_posting import reverse_posting
from employers.models import FundingReceipt, FundingRequest
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move

Status = FundingRequest.Status


def return_funds(*, receipt_id: int, returned_on: date, because: str, by: Actor) -> FundingReceipt:
    """Book and return the negative receipt; the same again changes nothing. Raises Invalid without a reason, Conflict
    for what is itself a return. On a request that was closed short it is not awaited again: the next one asks."""
    if not because.strip():
        raise Invalid("funding.reason_wanted", _("Say why the bank took it back."))
    with transaction.atomic():
        receipt = FundingReceipt.objects.filter(pk=receipt_id).first()
        if receipt is None:
            raise NotFound("funding.no_such_receipt", _("There is no such receipt."))
        request = locked_request(receipt.request_id)
        hold_account(request.claims_account_id)
        if receipt.reverses_id is not None:
            raise Conflict("funding.is_return", _("This is itself a return."))
        earlier = FundingReceipt.objects.filter(reverses=receipt).first()
        if earlier is not None:
            return earlier
        posted = reverse_posting(
            transaction_id=receipt.transaction_id, posted_on=returned_on, because=because.strip()[:200], by=by
        )
        returned = FundingReceipt.objects.create(
            request=request,
            employer_id=receipt.employer_id,
            claims_account_id=receipt.claims_account_id,
            transaction_id=posted.transaction_id,
            received_on=returned_on,
            amount=-receipt.amount,
            bank_reference=f"return:{receipt.pk}",
            reverses=receipt,
            because=because.strip()[:200],
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("employers.fundingrequest.returned", by=by, about=request, because=because)
        _move(request, by, because)
    return returned


def _move(request: FundingRequest, by: Actor, because: str) -> None:
    left = received_amount(request)
    to = Status.RECEIVED if left >= request.amount else Status.PARTLY if left > 0 else Status.APPROVED
    if request.status != to and request.status != Status.CLOSED:
        move(request, to, by=by, because=because)

"""Books what the carrier paid on a request: in the ledger of the accounts that had paid the claims."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from claims.payments.paid_services import paid_by_account
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.selectors import claims_accounts
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents, split
from tpa.models import StopLossReceipt, StopLossRequest
from tpa.stoploss.accrue_shares import release_shares
from tpa.stoploss.hold_advance import release_advance
from tpa.stoploss.selectors import locked_request
from tpa.stoploss.terms_of_policy import terms_of_policy

Status = StopLossRequest.Status


@dataclass(frozen=True, slots=True)
class BankReceipt:
    """What the bank says arrived (below zero: was paid back), and whether the carrier says that this is all."""

    amount: Decimal
    received_on: date
    bank_reference: str
    is_all: bool = False


def record_reimbursement(*, request_id: int, receipt: BankReceipt, by: Actor, because: str = "") -> StopLossRequest:
    """Book it and return the request: paid when all has come, paid short when the carrier says that was all.

    The same receipt told twice is one. Raises Invalid for more than was asked, Conflict when the request is not filed.
    """
    if not receipt.amount or receipt.amount != cents(receipt.amount) or not receipt.bank_reference.strip():
        raise Invalid("stoploss.receipt", _("A receipt has an amount in whole cents and the bank's reference."))
    with transaction.atomic():
        request = locked_request(request_id)
        known = request.receipts.filter(bank_reference=receipt.bank_reference).first()
        if known is not None:
            if known.amount != receipt.amount:
                raise Conflict("stoploss.reference_used", _("Another amount was booked under this reference."))
            return request
        if request.status not in (Status.FILED, Status.APPEALED):
            raise Conflict("stoploss.not_filed", _("This request waits for no money."))
        before = request.receipts.aggregate(sum=Sum("amount"))["sum"] or ZERO
        left = request.requested_amount - before - receipt.amount
        if (left < 0) if request.requested_amount > 0 else (left > 0):
            raise Invalid("stoploss.more_than_asked", _("That is more than was asked for."), left=str(left))
        row = StopLossReceipt.objects.create(
            request=request,
            employer_id=request.employer_id,
            amount=receipt.amount,
            received_on=receipt.received_on,
            bank_reference=receipt.bank_reference,
        )
        _post(request, row, by)
        if row.amount < 0:
            release_shares(request, -row.amount, on=row.received_on, by=by)
        record("tpa.stoplossreceipt.booked", by=by, about=row, detail={"amount": str(row.amount)})
        if not left or receipt.is_all:
            move(request, Status.SHORT_PAID if left else Status.PAID, by=by, because=because or row.bank_reference)
            release_advance(request, by=by, received_on=receipt.received_on)
    return request


def _post(request: StopLossRequest, row: StopLossReceipt, by: Actor) -> None:
    weights = _weights(request)
    accounts = sorted(weights)
    for account_id, part in zip(accounts, split(row.amount, [weights[one] for one in accounts]), strict=True):
        if part:
            post(
                claims_account_id=account_id,
                posting=Posting(
                    reference=f"stop-loss:{row.pk}:{account_id}",
                    kind="stop_loss",
                    description=_("Stop-loss reimbursement %(number)s: %(reference)s")
                    % {"number": request.number, "reference": row.bank_reference},
                    posted_on=row.received_on,
                    entries=((Account.CASH, part), (Account.STOP_LOSS, -part)),
                ),
                by=by,
                must_be_funded=False,
            )


def _weights(request: StopLossRequest) -> dict[int, Decimal]:
    """Claims account → what it had paid of what the request is about: no plan is given another's reimbursement."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    if request.member_id is None:
        asked = terms_of_policy(request.policy).question(request.coverage.kind)
        found |= paid_by_account(asked)
    else:
        lines = request.claims.filter(claims_account__isnull=False).values_list("claims_account", "amount")
        for account_id, amount in lines:
            found[account_id] += abs(amount)
    if found:
        return dict(found)
    accounts = claims_accounts(request.employer_id)
    if not accounts:
        raise Conflict("stoploss.no_claims_account", _("This employer has no claims account."))
    return {accounts.get(None) or min(accounts.values()): Decimal(1)}

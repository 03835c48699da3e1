"""Money of a third party comes in: divided between member, TPA and plan, to the cent, and posted plan by plan."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import ThirdPartyCase, ThirdPartyReceipt, ThirdPartyShare
from claims.recoveries.cases import check_amount
from claims.recoveries.settlement import parts_of
from claims.recoveries.third_party_cases import PaidPart, keep_case, paid_parts, received_of, third_party_case
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, split


def receive_third_party_money(
    *, number: str, revision: int, amount: Decimal, check_number: str, received_on: date, by: Scope
) -> ThirdPartyReceipt:
    """Record it and close the case when all that was agreed has come. Each plan's account gets its own claims' part.
    Raises as `third_party_case`, Conflict unless it is settled, or for a check that was recorded."""
    check_amount(amount)
    check_number = check_number.strip()[:30]
    if not check_number:
        raise Invalid("recoveries.check_wanted", _("A refund is known by its check or trace number."))
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        if row.status != ThirdPartyCase.Status.SETTLED or row.agreed_amount is None:
            raise Conflict("recoveries.not_agreed", _("Nothing was agreed yet."))
        if row.receipts.filter(check_number=check_number).exists():
            raise Conflict("recoveries.refund_recorded", _("This check was recorded before."))
        paid = paid_parts(row.pk)
        if not paid:
            raise Conflict("recoveries.nothing_paid", _("Nothing stands paid of its claims any more."))
        still_due = row.agreed_amount - received_of(row.pk)
        parts = parts_of(amount, still_due, row.terms.fee_percent if row.terms else ZERO)
        receipt = ThirdPartyReceipt.objects.create(
            case=row,
            employer_id=row.employer_id,
            check_number=check_number,
            received_on=received_on,
            amount=amount,
            recorded_at=timezone.now(),
            recorded_by=str(by.actor)[:80],
            **parts._asdict(),
        )
        _share(receipt, paid)
        _post(receipt, row, paid, by)
        keep_case(row)
        record("claims.thirdpartycase.received", by=by.actor, about=row, detail={"amount": str(amount)})
        if row.agreed_amount <= received_of(row.pk):
            move(row, ThirdPartyCase.Status.CLOSED, by=by.actor, because=_("all that was agreed has come"))
    return receipt


def _share(receipt: ThirdPartyReceipt, paid: list[PaidPart]) -> None:
    if not receipt.plan_amount:
        return
    shares = split(receipt.plan_amount, [part.amount for part in paid])
    ThirdPartyShare.objects.bulk_create(
        ThirdPartyShare(
            receipt=receipt,
            employer_id=receipt.employer_id,
            claims_account_id=part.claims_account_id,
            claim_id=part.claim_id,
            decision_id=part.decision_id,
            amount=amount,
        )
        for part, amount in zip(paid, shares, strict=True)
        if amount
    )


def _post(receipt: ThirdPartyReceipt, row: ThirdPartyCase, paid: list[PaidPart], by: Scope) -> None:
    """By account: the plan's part as its claims shared it, the others' by what the account had paid."""
    weights: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for part in paid:
        weights[part.claims_account_id] += part.amount
    accounts = sorted(weights)
    plan: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for account, amount in receipt.shares.values_list("claims_account", "amount"):
        plan[account] += amount
    fees = split(receipt.fee_amount, [weights[account] for account in accounts])
    members = split(receipt.member_amount, [weights[account] for account in accounts])
    for account, fee, member in zip(accounts, fees, members, strict=True):
        total = plan[account] + fee + member
        if total:
            post(
                claims_account_id=account,
                posting=Posting(
                    reference=f"third-party:{row.number}:{receipt.pk}:{account}",
                    kind="recovery",
                    description=_("Recovered, %(number)s") % {"number": row.number},
                    posted_on=receipt.received_on,
                    entries=(
                        (Account.CASH, total),
                        (Account.RECOVERED, -plan[account]),
                        (Account.FEES, -fee),
                        (Account.RECOVERY_SHARES, -member),
                    ),
                ),
                by=by.actor,
            )

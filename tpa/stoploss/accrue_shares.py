"""What of recovered money is a stop-loss carrier's: shown in the ledger as owed to it, until a request pays it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from claims.recoveries.third_party_selectors import MemberShare, shares_of_members
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.selectors import shares_owed
from tpa.foundation.audit import Actor
from tpa.foundation.values.money import ZERO, split
from tpa.models import StopLossCoverage, StopLossPolicy, StopLossRequest
from tpa.stoploss.draft_request import filed_amounts
from tpa.stoploss.position_of_policy import PolicyPosition


def accrue_shares(*, position: PolicyPosition, on: date, by: Actor) -> Decimal:
    """Post what carriers are owed of third parties' money that came in; returns how much more, or less, it is now.

    Owed is what filed requests ask beyond what the carrier owes by now, for persons for whom money came in; what no
    request has paid back yet stands posted. It is less again when the person's next claims are asked for less what
    came in. Each account bears it by what it got.
    """
    policy, coverage = position.terms.policy, position.terms.coverages.get(StopLossCoverage.Kind.SPECIFIC)
    if coverage is None or position.specific is None:
        return ZERO
    filed = {member: amount for (row, member), amount in filed_amounts(policy.pk).items() if row == coverage.pk}
    shares = shares_of_members(policy.employer_id, [member for member in filed if member is not None])
    paying_back = _paying_back(policy, shares)
    posted = ZERO
    for member_id, theirs in sorted(shares.items()):
        person = position.specific.of(member_id)
        too_much = filed[member_id] - (person.reimbursable_amount if person else ZERO)
        posted_before = sum(shares_owed(_opening(policy, member_id)).values(), ZERO)
        standing = posted_before - paying_back.get(member_id, ZERO)
        new = max(ZERO, min(too_much, sum((one.amount for one in theirs), ZERO))) - standing
        if new > 0:
            _post(policy, member_id, theirs, new, on, by)
        elif new < 0:
            _release(_opening(policy, member_id), f"less:{posted_before}:{on}", _("Set off"), -new, on, by)
        posted += new
    return posted


def release_shares(request: StopLossRequest, amount: Decimal, *, on: date, by: Actor) -> None:
    """What a request paid back to the carrier is owed to it no longer."""
    description = _("Paid back with %(number)s") % {"number": request.number}
    opening = _opening(request.policy, request.member_id or 0)
    _release(opening, f"back:{request.pk}:{on}", description, amount, on, by)


def _release(opening: str, reference: str, description: str, amount: Decimal, on: date, by: Actor) -> None:
    left = amount
    for account_id, owed in shares_owed(opening).items():
        part = min(left, owed)
        if part > 0:
            post(
                claims_account_id=account_id,
                posting=Posting(
                    reference=f"{opening}{reference}:{account_id}",
                    kind="carrier_share",
                    description=description,
                    posted_on=on,
                    entries=((Account.RECOVERY_SHARES, part), (Account.RECOVERED, -part)),
                ),
                by=by,
            )
            left -= part


def _opening(policy: StopLossPolicy, member_id: int) -> str:
    return f"carrier-share:{policy.pk}:{member_id}:"


def _paying_back(policy: StopLossPolicy, member_ids: Collection[int]) -> dict[int, Decimal]:
    """What filed requests below zero ask to pay back and have not paid yet, by person."""
    rows = StopLossRequest.objects.filter(
        policy=policy, member__in=list(member_ids), requested_amount__lt=0, filed_on__isnull=False
    ).exclude(status=StopLossRequest.Status.WITHDRAWN)
    asked = dict(rows.values_list("member").annotate(Sum("requested_amount")).order_by())
    paid = dict(rows.values_list("member").annotate(Sum("receipts__amount")).order_by())
    return {member: -(amount - (paid.get(member) or ZERO)) for member, amount in asked.items()}


def _post(
    policy: StopLossPolicy, member_id: int, shares: Collection[MemberShare], amount: Decimal, on: date, by: Actor
) -> None:
    weights: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in shares:
        weights[one.claims_account_id] += one.amount
    accounts = sorted(weights)
    case = max(shares, key=lambda one: one.receipt_id)
    for account_id, part in zip(accounts, split(amount, [weights[one] for one in accounts]), strict=True):
        if part:
            post(
                claims_account_id=account_id,
                posting=Posting(
                    reference=f"{_opening(policy, member_id)}{case.receipt_id}:{on}:{account_id}",
                    kind="carrier_share",
                    description=_("%(carrier)s, of %(number)s")
                    % {"carrier": policy.carrier_name, "number": case.number},
                    posted_on=on,
                    entries=((Account.RECOVERED, part), (Account.RECOVERY_SHARES, -part)),
                ),
                by=by,
            )

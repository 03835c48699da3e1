"""Writes a request with its register, in the caller's transaction; its account is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from employers.funding.funding_facts import ClaimDollars, Raised
from employers.funding.occasions import lapses_after
from employers.models import ClaimsAccount, FundingItem, FundingRequest, FundingTerms
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.values.money import ZERO

_ITEM = (
    "employer_id", "claims_account_id", "request_id", "kind", "claim_id", "claim_number", "decision_id",
    "transaction_id", "pay_by_on", "due_on", "amount",
)  # fmt: skip


class Item(NamedTuple):
    """A piece of the register to be: of a claim, of a posting, or of neither."""

    kind: str
    amount: Decimal
    claim: ClaimDollars | None = None
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says besides its items, which add up to it."""

    kind: str
    raised_on: date
    due_on: date
    month_on: date | None = None
    goal_amount: Decimal = ZERO
    balance_amount: Decimal = ZERO
    awaited_amount: Decimal = ZERO


def write_request(
    *, account: ClaimsAccount, terms: FundingTerms, asked: Asked, items: Sequence[Item], by: Actor
) -> Raised:
    """Write it. Above the terms' limit two people approve."""
    amount = sum((item.amount for item in items), ZERO)
    [request_id] = next_ids("employers_fundingrequest_id_seq", 1)
    limit = terms.two_people_above_amount
    now = timezone.now()
    request = FundingRequest.objects.create(
        pk=request_id,
        employer_id=account.employer_id,
        claims_account=account,
        terms=terms,
        number=f"FR-{request_id:06d}",
        kind=asked.kind,
        month_on=asked.month_on,
        amount=amount,
        goal_amount=asked.goal_amount,
        balance_amount=asked.balance_amount,
        awaited_amount=asked.awaited_amount,
        raised_on=asked.raised_on,
        raised_at=now,
        raised_by=str(by)[:80],
        due_on=asked.due_on,
        expires_on=lapses_after(terms, asked.raised_on),
        wanted_count=2 if limit is not None and amount > limit else 1,
        status_at=now,
    )
    copy_rows("employers_fundingitem", _ITEM, _rows(request, items))
    record(
        "employers.fundingrequest.raised",
        by=by,
        about=request,
        detail={"kind": str(asked.kind), "amount": str(amount), "items": len(items)},
    )
    return Raised(request_id, request.number, amount, account.pk, account.employer_id)


def claims_as_items(kind: FundingItem.Kind, claims: Iterable[ClaimDollars]) -> list[Item]:
    """Claims as pieces of the register."""
    return [Item(kind, claim.amount, claim) for claim in claims if claim.amount]


def _rows(request: FundingRequest, items: Sequence[Item]) -> Iterable[tuple[object, ...]]:
    for item in items:
        claim = item.claim
        yield (
            request.employer_id,
            request.claims_account_id,
            request.pk,
            str(item.kind),
            claim.claim_id if claim else None,
            claim.claim_number if claim else "",
            claim.decision_id if claim else None,
            item.transaction_id,
            claim.pay_by_on if claim else None,
            claim.due_on if claim else None,
            item.amount,
        )

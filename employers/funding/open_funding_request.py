"""Asks an employer for the money of one account's claims: as much as its mode says, with the register behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.funding_facts import ClaimsNeed, Raised
from employers.funding.occasions import wanted_by
from employers.funding.open_postings import open_postings
from employers.funding.open_requests import awaited_amounts, hold_account
from employers.funding.selectors import spendable_amount
from employers.funding.terms_of_account import asked_since, terms_on
from employers.funding.write_request import Asked, Item, claims_as_items, write_request
from employers.models import ClaimsAccount, FundingItem, FundingRequest, FundingTerms
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict
from tpa.foundation.values.money import ZERO

Kind = FundingItem.Kind
Mode = FundingTerms.Mode


@dataclass(frozen=True, slots=True)
class Goal:
    """What the account shall hold, whether that is asked for at all, and whether the waiting claims are behind it."""

    amount: Decimal
    is_asked: bool
    counts_waiting: bool


def open_funding_request(*, claims_account_id: int, on: date, need: ClaimsNeed, by: Actor) -> Raised | None:
    """Raise the request, in the caller's transaction; None where the account holds, or awaits, what it shall hold.

    Asked is what the account shall hold less what it holds and what earlier requests still await. The register says
    where that comes from: each decision and posting that stands on no live request, and what is left (money that was
    there already, or a target above the claims). Raises Conflict without terms, and for a level-funded account.
    """
    with transaction.atomic():
        account = hold_account(claims_account_id)
        terms = terms_on(claims_account_id, on)
        if terms is None:
            raise Conflict("funding.no_terms", _("It is not agreed how this account is funded on that day."))
        if terms.mode == Mode.LEVEL:
            raise Conflict("funding.level", _("A level-funded account is asked for its monthly deposit only."))
        balance = spendable_amount(account.pk)
        awaited = awaited_amounts([account.pk]).get(account.pk, ZERO)
        goal = goal_of(account, terms, need.waiting_amount, balance + awaited)
        amount = goal.amount - balance - awaited
        if not goal.is_asked or amount <= ZERO:
            return None
        since = asked_since(account.pk)
        assert since is not None, "there are terms"
        items = [
            *claims_as_items(Kind.PAID, need.paid),
            *claims_as_items(Kind.APPROVED, need.waiting if goal.counts_waiting else ()),
            *open_postings(account.pk, since, need.netted),
        ]
        left = amount - sum((item.amount for item in items), ZERO)
        if left:
            items.append(Item(Kind.BALANCE, left))
        asked = Asked(
            kind=FundingRequest.Kind.CLAIMS,
            raised_on=on,
            due_on=wanted_by(terms, on),
            goal_amount=goal.amount,
            balance_amount=balance,
            awaited_amount=awaited,
        )
        return write_request(account=account, terms=terms, asked=asked, items=items, by=by)


def goal_of(account: ClaimsAccount, terms: FundingTerms, waiting: Decimal, there: Decimal) -> Goal:
    """What an account shall hold by its mode. `there`: what it holds and awaits.

    Where payments may draw without limit nothing waits for funds: what was paid is asked for afterwards.
    """
    limited = account.overdraft_limit_amount is not None
    needed = waiting if limited else ZERO
    if terms.mode != Mode.IMPREST:
        return Goal(needed, is_asked=True, counts_waiting=limited)
    assert terms.target_amount is not None, "an imprest account has its target"
    assert terms.refill_below_amount is not None, "and its trigger"
    # A claim above the target would wait for ever.
    is_asked = there < terms.refill_below_amount or there < needed
    return Goal(max(terms.target_amount, needed), is_asked, counts_waiting=needed > terms.target_amount)

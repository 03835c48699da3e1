"""Settles a level-funded term when its run-out is over: its surplus is shared, its deficit asked for, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.occasions import run_out_ends_on, wanted_by
from employers.funding.open_requests import hold_account
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.release_reserve import release_reserve
from employers.funding.write_request import Asked, Item, write_request
from employers.models import (
    ClaimsAccount,
    FundingItem,
    FundingReceipt,
    FundingRequest,
    FundingSettlement,
    FundingTerms,
    LedgerEntry,
)
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.values.money import ZERO, percent_of
from tpa.foundation.values.periods import months_after

# Ledger kinds of what an invoice says.
_CLAIMS_FUND_KINDS = ("invoice", "credit", "rebill")


def settle_term(
    *, terms_id: int, on: date, claims_amount: Decimal, reimbursed_amount: Decimal, by: Actor
) -> FundingSettlement:
    """Settle and return it, in the caller's transaction. `claims_amount`: incurred in the term and paid until its
    run-out ended; `reimbursed_amount`: what carriers reimbursed of it.

    Of a surplus the employer gets its per cent, paid back or left in the account; the rest leaves the account. Of a
    deficit the employer's per cent is asked for. Raises Conflict before the run-out is over, while a deposit of the
    term is awaited, when it was settled before, or the account does not hold the surplus.
    """
    with transaction.atomic():
        terms = FundingTerms.objects.filter(
            pk=terms_id, mode=FundingTerms.Mode.LEVEL, superseded_at__isnull=True
        ).first()
        if terms is None:
            raise NotFound("funding.no_such_terms", _("There are no such funding terms."))
        account = hold_account(terms.claims_account_id)
        _check(terms, on)
        release_reserve(terms_id=terms.pk, on=on, by=by)
        deposits = _deposits(terms)
        surplus = deposits + reimbursed_amount - claims_amount
        employer = percent_of(surplus, (terms.surplus_percent if surplus > ZERO else terms.deficit_percent) or 0)
        request = _ask(account, terms, -employer, on, by) if surplus < ZERO and employer else None
        if surplus > ZERO:
            _share(account, terms, surplus, employer, on, by)
        settlement = FundingSettlement.objects.create(
            employer_id=account.employer_id,
            claims_account=account,
            terms=terms,
            request_id=request,
            settled_on=on,
            deposits_amount=deposits,
            reimbursed_amount=reimbursed_amount,
            claims_amount=claims_amount,
            surplus_amount=surplus,
            employer_amount=employer,
            other_amount=surplus - employer,
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("employers.fundingsettlement.settled", by=by, about=settlement, detail={"surplus": str(surplus)})
    return settlement


def _check(terms: FundingTerms, on: date) -> None:
    if on < run_out_ends_on(terms):
        raise Conflict("funding.run_out_runs", _("The run-out of the term is not over yet."))
    if FundingSettlement.objects.filter(terms=terms).exists():
        raise Conflict("funding.settled", _("That term is settled."))
    deposits = FundingRequest.objects.filter(
        claims_account=terms.claims_account_id,
        kind=FundingRequest.Kind.DEPOSIT,
        month_on__gte=terms.period.lower.replace(day=1),
        month_on__lt=terms.period.upper,
    )
    if deposits.filter(status__in=FundingRequest.OPEN).exists():
        raise Conflict(
            "funding.deposit_awaited", _("A deposit of the term is still awaited: receive or close it first.")
        )


def _deposits(terms: FundingTerms) -> Decimal:
    """What was paid in for the term: on requests for its months' deposits, or, where these come with the invoice, what
    the invoices of its months said are funds of the employer. A month is billed when it is over, and what changed of
    the last ones after it: the first month's invoice comes in the second month, and those of the run-out count as long
    as no other term has begun."""
    if terms.deposit_amount is not None:
        received = FundingReceipt.objects.filter(
            claims_account=terms.claims_account_id,
            request__kind=FundingRequest.Kind.DEPOSIT,
            request__month_on__gte=terms.period.lower.replace(day=1),
            request__month_on__lt=terms.period.upper,
        )
        return received.aggregate(sum=Sum("amount"))["sum"] or ZERO
    first, after = terms.period.lower.replace(day=1), terms.period.upper.replace(day=1)
    level = FundingTerms.objects.filter(claims_account=terms.claims_account_id, mode=FundingTerms.Mode.LEVEL)
    goes_on = level.filter(superseded_at__isnull=True, period__startswith__gte=terms.period.upper).exists()
    last = months_after(after, 1)
    billed = LedgerEntry.objects.filter(
        account__claims_account=terms.claims_account_id,
        account__kind=Account.EMPLOYER_FUNDS,
        transaction__kind__in=_CLAIMS_FUND_KINDS,
        transaction__posted_on__gte=months_after(first, 1),
        transaction__posted_on__lt=last if goes_on else max(last, run_out_ends_on(terms)),
    )
    return -(billed.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def _ask(account: ClaimsAccount, terms: FundingTerms, amount: Decimal, on: date, by: Actor) -> int:
    asked = Asked(kind=FundingRequest.Kind.DEFICIT, raised_on=on, due_on=wanted_by(terms, on))
    items = [Item(FundingItem.Kind.DEFICIT, amount)]
    return write_request(account=account, terms=terms, asked=asked, items=items, by=by).request_id


def _share(
    account: ClaimsAccount, terms: FundingTerms, surplus: Decimal, employer: Decimal, on: date, by: Actor
) -> None:
    """What leaves the account: the administrator's or carrier's part, and the employer's where it is paid back."""
    leaves = surplus if terms.surplus_as == FundingTerms.SurplusAs.REFUND else surplus - employer
    if not leaves:
        return
    post(
        claims_account_id=account.pk,
        posting=Posting(
            reference=f"settlement:{terms.pk}",
            kind="surplus",
            description=_("Surplus of the term from %(first)s: employer %(employer)s, others %(others)s")
            % {"first": terms.period.lower, "employer": employer, "others": surplus - employer},
            posted_on=on,
            entries=((Account.EMPLOYER_FUNDS, leaves), (Account.CASH, -leaves)),
        ),
        by=by,
    )

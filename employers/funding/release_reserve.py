"""When a level-funded term is over, what was kept for its run-out may be drawn."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from employers.funding.open_requests import hold_account
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.models import FundingReceipt, FundingRequest, FundingTerms, LedgerEntry
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict
from tpa.foundation.values.money import ZERO


def release_reserve(*, terms_id: int, on: date, by: Actor) -> bool:
    """Set free what came of the term's deposits; True when something was. Twice it changes nothing; what comes later is
    set free with the next call. Raises Conflict while the term runs."""
    with transaction.atomic():
        terms = FundingTerms.objects.get(pk=terms_id)
        if terms.period.upper > on:
            raise Conflict("funding.term_runs", _("The term is not over yet."))
        account = hold_account(terms.claims_account_id)
        reserve = LedgerEntry.objects.filter(account__claims_account=account, account__kind=Account.RESERVE)
        receipts = FundingReceipt.objects.filter(
            claims_account=account,
            request__kind=FundingRequest.Kind.DEPOSIT,
            request__month_on__gte=terms.period.lower.replace(day=1),
            request__month_on__lt=terms.period.upper,
        )
        kept = (
            reserve.filter(transaction__in=receipts.values("transaction")).aggregate(sum=Sum("amount"))["sum"] or ZERO
        )
        freed = reserve.filter(transaction__reference__startswith=f"reserve:{terms.pk}:")
        left_amount = -kept - (freed.aggregate(sum=Sum("amount"))["sum"] or ZERO)
        if left_amount <= ZERO:
            return False
        post(
            claims_account_id=account.pk,
            posting=Posting(
                reference=f"reserve:{terms.pk}:{freed.count()}",
                kind="reserve",
                description=_("Kept for the run-out, which has begun"),
                posted_on=on,
                entries=((Account.RESERVE, left_amount), (Account.EMPLOYER_FUNDS, -left_amount)),
            ),
            by=by,
        )
    return True

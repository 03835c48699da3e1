"""The claims accounts that payments draw on: whose money is in them, at which bank, and how much of it may be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from employers.funding.posting import MAY_BE_DRAWN, Account
from employers.models import ClaimsAccount, Employer, LedgerEntry
from tpa.foundation.values.money import ZERO


@dataclass(frozen=True, slots=True)
class PayingAccount:
    """A claims account. `is_advanced`: the TPA pays from its own funds. `available_amount` None: no limit."""

    claims_account_id: int
    plan_id: int | None
    name: str
    bank_routing_number: str
    bank_account_number: str
    is_advanced: bool
    available_amount: Decimal | None


def paying_accounts(employer_id: int) -> list[PayingAccount]:
    """An employer's claims accounts, held until the transaction ends so that what is available stays so. Two queries.

    Own money: cash less what is issued and not cleared and what is kept for a run-out, plus the overdraft. Advanced by
    the TPA: the limit less what the employer has not reimbursed yet.
    """
    accounts = ClaimsAccount.objects.filter(employer=employer_id).select_related("employer").order_by("pk")
    return _with_sums(list(accounts.select_for_update(of=("self",), no_key=True)))


def available_amounts(employer_id: int) -> dict[int, Decimal | None]:
    """What may be drawn on each of an employer's accounts, to look at: nothing is held. Two queries."""
    accounts = ClaimsAccount.objects.filter(employer=employer_id).select_related("employer").order_by("pk")
    return {one.claims_account_id: one.available_amount for one in _with_sums(list(accounts))}


def _with_sums(accounts: list[ClaimsAccount]) -> list[PayingAccount]:
    sums: dict[tuple[int, str], Decimal] = {
        (account, kind): amount
        for account, kind, amount in LedgerEntry.objects.filter(account__claims_account__in=accounts)
        .values_list("account__claims_account", "account__kind")
        .annotate(Sum("amount"))
        .order_by()
    }
    return [_paying(account, sums) for account in accounts]


def _paying(account: ClaimsAccount, sums: dict[tuple[int, str], Decimal]) -> PayingAccount:
    is_advanced = account.employer.funding_mode == Employer.FundingMode.TPA_ADVANCE
    kinds = (Account.TPA_FUNDS,) if is_advanced else MAY_BE_DRAWN
    limit = account.overdraft_limit_amount
    return PayingAccount(
        claims_account_id=account.pk,
        plan_id=account.plan_id,
        name=account.name,
        bank_routing_number=account.bank_routing_number,
        bank_account_number=account.bank_account_number,
        is_advanced=is_advanced,
        available_amount=None
        if limit is None
        else limit + sum((sums.get((account.pk, kind), ZERO) for kind in kinds), ZERO),
    )

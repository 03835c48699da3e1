"""Reads the ledger: balances, what is available, the register with its running balance. All are sums of entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from employers.funding.posting import MAY_BE_DRAWN, SPENDABLE, Account
from employers.models import ClaimsAccount, LedgerEntry, LedgerTransaction
from tpa.foundation.access import Scope
from tpa.foundation.errors import NotFound
from tpa.foundation.values.money import ZERO


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One posting as it moved the money a register is about."""

    transaction_id: int
    posted_on: date
    kind: str
    description: str
    reference: str
    amount: Decimal
    balance_amount: Decimal


@dataclass(frozen=True, slots=True)
class Register:
    """The postings of a period between its opening and its closing balance, in the order of the days they count for."""

    opening_amount: Decimal
    rows: list[RegisterRow]
    closing_amount: Decimal


def accounts_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[ClaimsAccount]:
    """The claims accounts that exist for a person."""
    accounts = ClaimsAccount.objects.visible_to(scope).select_related("employer", "plan")
    if employer_id is not None:
        accounts = accounts.filter(employer=employer_id)
    return accounts.order_by("employer_id", "plan_id")


def claims_accounts(employer_id: int) -> dict[int | None, int]:
    """An employer's claims accounts by plan; under None the one that serves plans without their own. One query."""
    return dict(ClaimsAccount.objects.filter(employer=employer_id).values_list("plan_id", "pk"))


def plans_of_accounts(claims_account_ids: Collection[int]) -> dict[int, int | None]:
    """The plan each of these claims accounts serves; None: plans without an account of their own. One query."""
    return dict(ClaimsAccount.objects.filter(pk__in=list(claims_account_ids)).values_list("pk", "plan_id"))


def shares_owed(opening: str) -> dict[int, Decimal]:
    """What stands posted as owed to others under references that open so, by claims account. One query."""
    entries = LedgerEntry.objects.filter(
        transaction__reference__startswith=opening, account__kind=Account.RECOVERY_SHARES
    )
    sums = entries.values_list("account__claims_account").annotate(Sum("amount")).order_by("account__claims_account")
    return {account: -amount for account, amount in sums}


def shares_described(claims_account_ids: Collection[int], ending: str) -> list[tuple[str, Decimal]]:
    """The postings of these accounts that owe others a share and whose description ends so; one query."""
    entries = LedgerEntry.objects.filter(
        account__claims_account__in=list(claims_account_ids),
        account__kind=Account.RECOVERY_SHARES,
        transaction__kind="carrier_share",
        transaction__description__endswith=ending,
    )
    rows = entries.order_by("pk").values_list("transaction__description", "amount")
    return [(description, -amount) for description, amount in rows]


def balances(claims_account_id: int, *, until: date | None = None) -> dict[str, Decimal]:
    """The balance of every account of the chart (debit positive), up to and with a day when one is given. One query."""
    entries = LedgerEntry.objects.filter(account__claims_account=claims_account_id)
    if until is not None:
        entries = entries.filter(transaction__posted_on__lte=until)
    sums = dict(entries.values_list("account__kind").annotate(Sum("amount")).order_by())
    return {kind: sums.get(kind, ZERO) for kind in Account.values}


def available_amount(claims_account_id: int) -> Decimal | None:
    """What payments may still draw: cash less what is issued and not cleared and what is kept for a run-out, plus the
    overdraft; None: no limit.

    Two queries. To decide on it, hold the claims account's row, as `post_many` does.
    """
    limit = ClaimsAccount.objects.values_list("overdraft_limit_amount", flat=True).get(pk=claims_account_id)
    if limit is None:
        return None
    held = balances(claims_account_id)
    return limit + sum((held[kind] for kind in MAY_BE_DRAWN), ZERO)


def spendable_amount(claims_account_id: int, *, until: date | None = None) -> Decimal:
    """Cash less what is issued and not yet cleared, whatever limit there is. One query."""
    held = balances(claims_account_id, until=until)
    return sum((held[kind] for kind in SPENDABLE), ZERO)


def posting_of(reference: str) -> int:
    """The transaction of a reference that was posted. One query."""
    return LedgerTransaction.objects.values_list("pk", flat=True).get(reference=reference)


def register(
    scope: Scope,
    claims_account_id: int,
    *,
    kinds: Sequence[str] = SPENDABLE,
    from_on: date | None = None,
    to_on: date | None = None,
) -> Register:
    """The postings that moved the money on these accounts, with the running balance. Two queries.

    By default the money that may be spent: what the employer sees and what ties to the bank.
    """
    entries = LedgerEntry.objects.visible_to(scope).filter(
        account__claims_account=claims_account_id, account__kind__in=list(kinds)
    )
    opening = ZERO
    if from_on is not None:
        before = entries.filter(transaction__posted_on__lt=from_on).aggregate(sum=Sum("amount"))
        opening = before["sum"] or ZERO
        entries = entries.filter(transaction__posted_on__gte=from_on)
    if to_on is not None:
        entries = entries.filter(transaction__posted_on__lte=to_on)
    sums = (
        entries.values_list(
            "transaction_id",
            "transaction__posted_on",
            "transaction__kind",
            "transaction__description",
            "transaction__reference",
        )
        .annotate(sum=Sum("amount"))
        .order_by("transaction__posted_on", "transaction_id")
    )
    rows: list[RegisterRow] = []
    balance = opening
    for transaction_id, posted_on, kind, description, reference, amount in sums:
        if amount:
            balance += amount
            rows.append(RegisterRow(transaction_id, posted_on, kind, description, reference, amount, balance))
    return Register(opening, rows, balance)


def employer_of_account(claims_account_id: int) -> int:
    """Whose account it is. Raises NotFound."""
    found = ClaimsAccount.objects.filter(pk=claims_account_id).values_list("employer_id", flat=True).first()
    if found is None:
        raise NotFound("funding.no_such_account", _("There is no such claims account."))
    return found

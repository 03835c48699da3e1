"""Reads claims accounts with their funding for a desk: mode, balance, what may be drawn, what was asked and awaited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from employers.funding.open_requests import with_received
from employers.funding.posting import MAY_BE_DRAWN, SPENDABLE, Account
from employers.funding.selectors import accounts_of
from employers.funding.terms_of_account import terms_of_accounts
from employers.models import Employer, FundingRequest, FundingTerms, LedgerEntry, PlanOffering
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO


@dataclass(frozen=True, slots=True)
class AwaitedRequest:
    """A request that is open."""

    request_id: int
    number: str
    kind_words: str
    status: str
    status_words: str
    raised_on: date
    due_on: date
    amount: Decimal
    received_amount: Decimal

    @property
    def awaited_amount(self) -> Decimal:
        return max(ZERO, self.amount - self.received_amount)


@dataclass(frozen=True, slots=True)
class FundedAccount:
    """A claims account as it stands. `available_amount` None: payments may draw without limit. `mode` empty: nothing is
    asked, be it that the TPA advances (`is_advanced`) or that nothing was agreed."""

    claims_account_id: int
    employer_id: int
    plan_id: int | None
    employer_name: str
    name: str
    plan_name: str
    is_advanced: bool
    mode: str
    mode_words: str
    balance_amount: Decimal
    available_amount: Decimal | None
    requests: list[AwaitedRequest] = field(default_factory=list)

    @property
    def awaited_amount(self) -> Decimal:
        return sum((request.awaited_amount for request in self.requests), ZERO)


def funded_accounts(scope: Scope, *, on: date, claims_account_id: int | None = None) -> list[FundedAccount]:
    """Every account that exists for a person, or one of them. Four queries."""
    found = accounts_of(scope)
    accounts = list(found if claims_account_id is None else found.filter(pk=claims_account_id))
    ids = [account.pk for account in accounts]
    terms = terms_of_accounts(ids, on)
    requests = _open(ids)
    sums = _sums(ids)
    seen = []
    for account in accounts:
        agreed = terms.get(account.pk)
        is_advanced = account.employer.funding_mode == Employer.FundingMode.TPA_ADVANCE
        drawn = (Account.TPA_FUNDS,) if is_advanced else MAY_BE_DRAWN
        limit = account.overdraft_limit_amount
        seen.append(
            FundedAccount(
                claims_account_id=account.pk,
                employer_id=account.employer_id,
                plan_id=account.plan_id,
                employer_name=account.employer.name,
                name=account.name,
                plan_name=account.plan.name if account.plan else "",
                is_advanced=is_advanced,
                mode=agreed.mode if agreed else "",
                mode_words=str(agreed.get_mode_display()) if agreed else "",
                balance_amount=sum((sums[account.pk, kind] for kind in SPENDABLE), ZERO),
                available_amount=None
                if limit is None
                else limit + sum((sums[account.pk, kind] for kind in drawn), ZERO),
                requests=requests[account.pk],
            )
        )
    return seen


def requests_of(scope: Scope, *, claims_account_id: int | None = None) -> QuerySet[FundingRequest]:
    """Requests that exist for a person, with `received_amount`, the latest first."""
    requests = FundingRequest.objects.visible_to(scope).select_related("employer", "claims_account__plan", "terms")
    if claims_account_id is not None:
        requests = requests.filter(claims_account=claims_account_id)
    return with_received(requests).order_by("-pk")


def open_requests_of(scope: Scope) -> QuerySet[FundingRequest]:
    """Of these the open ones, what is wanted first first."""
    return requests_of(scope).filter(status__in=FundingRequest.OPEN).order_by("due_on", "pk")


def terms_history(scope: Scope, claims_account_id: int) -> QuerySet[FundingTerms]:
    """The terms of an account that stand, the latest first, with how level-funded ones were settled."""
    terms = FundingTerms.objects.visible_to(scope).filter(claims_account=claims_account_id, superseded_at__isnull=True)
    return terms.select_related("settlement").order_by("-period")


def accounts_to_open(scope: Scope) -> list[tuple[int, int, str]]:
    """Employer, plan and words of every plan that is offered and has no claims account. Two queries."""
    offered = PlanOffering.objects.visible_to(scope).values_list("employer", "plan", "employer__name", "plan__name")
    has: set[tuple[int, int | None]] = set(accounts_of(scope).values_list("employer_id", "plan_id"))
    return [
        (employer, plan, f"{employer_name} · {plan_name}")
        for employer, plan, employer_name, plan_name in sorted(set(offered), key=lambda row: (row[2], row[3]))
        if (employer, plan) not in has and (employer, None) not in has
    ]


def _open(claims_account_ids: Collection[int]) -> dict[int, list[AwaitedRequest]]:
    rows = with_received(
        FundingRequest.objects.filter(claims_account__in=list(claims_account_ids), status__in=FundingRequest.OPEN)
    )
    found: dict[int, list[AwaitedRequest]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.claims_account_id].append(
            AwaitedRequest(
                row.pk,
                row.number,
                str(row.get_kind_display()),
                row.status,
                str(row.get_status_display()),
                row.raised_on,
                row.due_on,
                row.amount,
                row.received_amount,  # type: ignore[attr-defined]
            )
        )
    return found


def _sums(claims_account_ids: Collection[int]) -> dict[tuple[int, str], Decimal]:
    rows = LedgerEntry.objects.filter(account__claims_account__in=list(claims_account_ids))
    sums: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for account, kind, amount in (
        rows.values_list("account__claims_account", "account__kind").annotate(Sum("amount")).order_by()
    ):
        sums[account, kind] = amount
    return sums

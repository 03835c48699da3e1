"""Reads requests: one held for a change, what came in on each, what is still awaited of an account."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from employers.models import ClaimsAccount, FundingItem, FundingReceipt, FundingRequest
from tpa.foundation.errors import NotFound
from tpa.foundation.values.money import ZERO


def locked_request(request_id: int) -> FundingRequest:
    """A request, held until the transaction ends. Raises NotFound."""
    rows = FundingRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("terms")
    request = rows.filter(pk=request_id).first()
    if request is None:
        raise NotFound("funding.no_such_request", _("There is no such funding request."))
    return request


def hold_account(claims_account_id: int) -> ClaimsAccount:
    """A claims account, held until the transaction ends: nobody posts to it or asks for it meanwhile. After requests
    and payment runs, never before them. Raises NotFound."""
    account = ClaimsAccount.objects.select_for_update(no_key=True).filter(pk=claims_account_id).first()
    if account is None:
        raise NotFound("funding.no_such_account", _("There is no such claims account."))
    return account


def received_amount(request: FundingRequest) -> Decimal:
    """What came in on a request, less what the bank took back. One query."""
    return request.receipts.aggregate(sum=Sum("amount"))["sum"] or ZERO


def with_received(requests: QuerySet[FundingRequest]) -> QuerySet[FundingRequest]:
    """The same requests with `received_amount`."""
    sums = (
        FundingReceipt.objects.filter(request=OuterRef("pk")).order_by().values("request").annotate(sum=Sum("amount"))
    )
    return requests.annotate(received_amount=Coalesce(Subquery(sums.values("sum")), ZERO))


def awaited_amounts(claims_account_ids: Collection[int]) -> dict[int, Decimal]:
    """What open requests still await, by account: what was asked less what came in. One query."""
    awaited: dict[int, Decimal] = {}
    rows = with_received(
        FundingRequest.objects.filter(claims_account__in=list(claims_account_ids), status__in=FundingRequest.OPEN)
    )
    for row in rows:
        left: Decimal = row.amount - row.received_amount  # type: ignore[attr-defined]
        awaited[row.claims_account_id] = awaited.get(row.claims_account_id, ZERO) + max(ZERO, left)
    return awaited


class OnRequest(NamedTuple):
    """The live request on which a decision's dollars stand."""

    request_id: int
    number: str
    status_words: str


def on_requests(decision_ids: Collection[int]) -> dict[int, OnRequest]:
    """The live requests of these decisions. One query."""
    rows = FundingItem.objects.filter(decision_id__in=list(decision_ids), superseded_at__isnull=True)
    return {
        row.decision_id: OnRequest(row.request_id, row.request.number, str(row.request.get_status_display()))
        for row in rows.select_related("request")
        if row.decision_id is not None
    }


def live_decisions(decision_ids: Collection[int]) -> set[int]:
    """Of these decisions, those whose dollars stand on a live request. One query."""
    rows = FundingItem.objects.filter(decision_id__in=list(decision_ids), superseded_at__isnull=True)
    return {decision_id for decision_id in rows.values_list("decision_id", flat=True) if decision_id is not None}

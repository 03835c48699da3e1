"""Reads third-party cases: the list, the lien as of now, hints of accidents that no case has, what was recovered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DecimalField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from claims.models import Pend, SubrogationTerms, ThirdPartyCase, ThirdPartyClaim, ThirdPartyShare
from claims.recoveries.third_party_cases import paid_parts, received_of
from employers.funding.selectors import shares_described
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO

ACCIDENTS = ("accident", "work_related")
"""The questions that an accident on a claim opens."""
_NOTHING = Value(ZERO, output_field=DecimalField(max_digits=14, decimal_places=2))


@dataclass(frozen=True, slots=True)
class Lien:
    """What the case's claims have paid by now, what came back of it, and what is left."""

    paid_amount: Decimal
    received_amount: Decimal

    @property
    def open_amount(self) -> Decimal:
        return max(ZERO, self.paid_amount - self.received_amount)


class MemberShare(NamedTuple):
    """Of money that came in for a person: a plan's part for one claim."""

    number: str
    receipt_id: int
    claims_account_id: int
    amount: Decimal


class CarrierShare(NamedTuple):
    """What of the recovered money belongs to a stop-loss carrier, as the ledger has it."""

    description: str
    amount: Decimal


def third_party_cases_of(scope: Scope, *, status: str = "", employer_id: int | None = None) -> QuerySet[ThirdPartyCase]:
    """The cases that exist for a person, each with what came in for the plan (`received_amount`)."""
    rows = ThirdPartyCase.objects.visible_to(scope).select_related("employer", "member", "terms")
    if status:
        rows = rows.filter(status=status)
    if employer_id is not None:
        rows = rows.filter(employer=employer_id)
    return rows.annotate(
        received_amount=Coalesce(Sum(F("receipts__plan_amount") + F("receipts__fee_amount")), _NOTHING)
    )


def lien_of(row: ThirdPartyCase) -> Lien:
    """As of now: claims that are paid or taken back change it; two queries."""
    return Lien(sum((part.amount for part in paid_parts(row.pk)), ZERO), received_of(row.pk))


def liens_of(rows: list[ThirdPartyCase]) -> dict[int, Decimal]:
    """What is left of the liens of these cases' claims; two queries a case of a page that people look at."""
    return {row.pk: lien_of(row).open_amount for row in rows}


def claims_of(row: ThirdPartyCase) -> QuerySet[ThirdPartyClaim]:
    """Its claims, those that belong to it first."""
    return row.claims.select_related("claim").defer("claim__submission").order_by("-is_related", "claim_id")


def hints(scope: Scope) -> QuerySet[Pend]:
    """Questions about an accident, open or answered, of claims that no case has; the newest first."""
    known = ThirdPartyClaim.objects.filter(claim=F("claim")).values("claim")
    rows = Pend.objects.visible_to(scope).filter(reason__in=ACCIDENTS).exclude(claim__in=known)
    return rows.select_related("claim__member", "claim__employer").defer("claim__submission").order_by("-pk")


def cases_of_claim(scope: Scope, claim_id: int) -> QuerySet[ThirdPartyCase]:
    """The cases that a claim belongs to."""
    related = ThirdPartyClaim.objects.filter(claim=claim_id, is_related=True)
    return third_party_cases_of(scope).filter(pk__in=related.values("case")).order_by("-pk")


def carrier_shares(row: ThirdPartyCase) -> list[CarrierShare]:
    """What stop-loss carriers get of it; one query."""
    accounts = ThirdPartyShare.objects.filter(receipt__case=row).values_list("claims_account", flat=True).distinct()
    return [CarrierShare(*one) for one in shares_described(list(accounts), row.number)]


def shares_of_members(employer_id: int, member_ids: Collection[int]) -> dict[int, list[MemberShare]]:
    """What came in for plans of third parties for these people; one query."""
    found: dict[int, list[MemberShare]] = defaultdict(list)
    rows = ThirdPartyShare.objects.filter(employer=employer_id, receipt__case__member__in=list(member_ids))
    for member_id, *values in rows.order_by("pk").values_list(
        "receipt__case__member", "receipt__case__number", "receipt", "claims_account", "amount"
    ):
        found[member_id].append(MemberShare(*values))
    return dict(found)


def subrogation_terms(scope: Scope) -> QuerySet[SubrogationTerms]:
    """The terms that stand."""
    rows = SubrogationTerms.objects.visible_to(scope).filter(superseded_at__isnull=True)
    return rows.select_related("employer", "plan")


def is_due(row: ThirdPartyCase, on: date) -> bool:
    """Is somebody to look at it by this day?"""
    return row.status != ThirdPartyCase.Status.CLOSED and row.next_action_on <= on

"""Reads what was agreed with the bank of each claims account; without an agreement, what can be said without one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from claims.models import BankTerms
from tpa.foundation.organisation import organisation

STALE_DAYS = 180


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a claims account on a day; see `BankTerms` for what each means."""

    bank_name: str
    immediate_origin: str
    company_name: str
    company_number: str
    discretionary: str = ""
    settlement_days: int = 1
    has_prenotes: bool = False
    positive_pay_layout: str = ""
    stale_days: int = STALE_DAYS
    state_law_applies: bool = True
    is_agreed: bool = False


def bank_terms(claims_account_ids: Collection[int], on: date) -> dict[int, Terms]:
    """The terms of these claims accounts on a day, each; one query."""
    us = organisation()
    default = Terms(
        bank_name="",
        immediate_origin=f"1{us.tin}",
        company_name=us.name[:16],
        company_number=f"1{us.tin}",
    )
    found = dict.fromkeys(claims_account_ids, default)
    rows = BankTerms.objects.filter(
        claims_account__in=list(claims_account_ids), period__contains=on, superseded_at__isnull=True
    )
    for row in rows:
        found[row.claims_account_id] = Terms(
            bank_name=row.bank_name,
            immediate_origin=row.immediate_origin,
            company_name=row.company_name,
            company_number=row.company_number,
            discretionary=row.discretionary,
            settlement_days=row.settlement_days,
            has_prenotes=row.has_prenotes,
            positive_pay_layout=row.positive_pay_layout,
            stale_days=row.stale_days,
            state_law_applies=row.state_law_applies,
            is_agreed=True,
        )
    return found

"""What an account's terms ask for by the calendar, besides claims: deposits, and reserves that are set free."""

from __future__ import annotations

from datetime import date

from employers.funding.funding_facts import Raised
from employers.funding.occasions import asks_on, deposit_months
from employers.funding.raise_deposit_request import raise_deposit_request
from employers.funding.release_reserve import release_reserve
from employers.funding.terms_of_account import level_terms_to_settle, terms_on
from employers.models import FundingRequest
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict


def ask_deposits(*, claims_account_id: int, on: date, by: Actor) -> list[Raised]:
    """Raise the deposits that are due to be asked for; set free the reserve of terms that are over. Twice it raises
    nothing twice: a month that was asked for, whatever became of it, is a person's to ask for again."""
    for over in level_terms_to_settle(on):
        if over.claims_account_id == claims_account_id:
            release_reserve(terms_id=over.pk, on=on, by=by)
    terms = terms_on(claims_account_id, on)
    if terms is None:
        return []
    months = deposit_months(terms, on)
    asked = FundingRequest.objects.filter(claims_account=claims_account_id, month_on__in=months)
    before = set(asked.values_list("month_on", flat=True))
    raised = []
    for month_on in months:
        if month_on not in before:
            try:
                raised.append(raise_deposit_request(terms_id=terms.pk, month_on=month_on, on=on, by=by))
            except Conflict as conflict:
                # Another sweep was faster.
                if conflict.code != "funding.deposit_asked":
                    raise
    return raised


def is_to_be_asked(claims_account_id: int, on: date) -> bool:
    """Whether an account's terms ask for claims on a day, and nobody has asked on it yet."""
    terms = terms_on(claims_account_id, on)
    if terms is None or not asks_on(terms, on):
        return False
    asked = FundingRequest.objects.filter(
        claims_account=claims_account_id, kind=FundingRequest.Kind.CLAIMS, raised_on=on
    )
    return not asked.exists()

"""Asks an employer for the money that one claims account needs for its claims."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from claims.payments.funding_need import claims_need
from claims.payments.hold_payments import hold_payments
from employers.funding.funding_facts import Raised
from employers.funding.open_funding_request import open_funding_request
from employers.funding.open_requests import hold_account
from employers.funding.selectors import employer_of_account
from employers.funding.terms_of_account import asked_since
from tpa.foundation.audit import Actor


def raise_funding_request(*, claims_account_id: int, on: date, by: Actor) -> Raised | None:
    """Raise a request, and say which; None where the account holds, or awaits, what it shall hold.

    Payment runs of the employer wait meanwhile, and so does who asks for the same account: the second finds nothing
    left to ask for. A fixed number of statements. Raises what `open_funding_request` raises.
    """
    employer_id = employer_of_account(claims_account_id)
    with transaction.atomic():
        hold_payments(employer_id=employer_id, wait=True)
        hold_account(claims_account_id)
        need = claims_need(employer_id, claims_account_id, asked_since(claims_account_id) or on)
        return open_funding_request(claims_account_id=claims_account_id, on=on, need=need, by=by)

"""What the calendar asks for of one claims account: its deposit, its claims. Twice it asks for nothing twice."""

from __future__ import annotations

from datetime import date

from claims.payments.raise_funding_request import raise_funding_request
from employers.funding.ask_by_calendar import ask_deposits, is_to_be_asked
from employers.funding.funding_facts import Raised
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("funding")


def ask_for_funds(*, claims_account_id: int, on: date) -> list[Raised]:
    """Raise what the account's terms ask for on a day, as far as nobody has asked on it yet."""
    raised = ask_deposits(claims_account_id=claims_account_id, on=on, by=SYSTEM)
    if is_to_be_asked(claims_account_id, on):
        claims = raise_funding_request(claims_account_id=claims_account_id, on=on, by=SYSTEM)
        raised += [claims] if claims else []
    return raised

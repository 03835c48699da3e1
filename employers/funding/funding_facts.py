"""What the claims floor hands down to a funding request, and what it gets back: plain facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import ZERO


class ClaimDollars(NamedTuple):
    """A decision's dollars: negative where it takes back. `pay_by_on`: the day after which a carrier would owe less."""

    decision_id: int
    claim_id: int
    claim_number: str
    amount: Decimal
    due_on: date | None = None
    pay_by_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimsNeed:
    """What of an account's claims stands on no live request yet: `paid` out of it, and `waiting` to be paid.

    `netted`: of payments, by the reference of their posting, what they were more than their claims. `waiting_amount`:
    all that approved claims would draw now, those of live requests among them.
    """

    paid: Sequence[ClaimDollars] = ()
    waiting: Sequence[ClaimDollars] = ()
    netted: Mapping[str, Decimal] = field(default_factory=dict)
    waiting_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Raised:
    """A request that was raised."""

    request_id: int
    number: str
    amount: Decimal
    claims_account_id: int
    employer_id: int

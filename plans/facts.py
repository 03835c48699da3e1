"""What plans and networks say to the other floors: prices that apply and participation, plain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class ParticipationFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A provider takes part in a network from `starts_on` to before `ends_on`, paid by a schedule."""

    provider_id: int
    network: str  # the network's code, as plans name it
    schedule_id: int
    starts_on: date
    ends_on: date | None = None


class RateFact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One price. `method` as in plans.models.FeeRate; `percent` of billed or of the `reference_amount`.

    `reference_method` says what the reference's amount is for: fee (a unit), per_diem (a day) or case_rate (the case).
    """

    rate_id: int
    schedule: str  # the schedule's code
    method: str
    code_kind: str = "procedure"
    code: str = ""
    modifier: str = ""
    place_of_service: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    reference_schedule: str = ""
    reference_amount: Decimal | None = None
    reference_method: str = "fee"
    starts_on: date
    ends_on: date | None = None

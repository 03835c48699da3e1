"""Invented plans, providers, networks and prices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from psycopg2.extras import DateRange

from plans.models import FeeRate, FeeSchedule, Network, NetworkParticipation, Payee, Plan, Provider
from tpa.foundation.values.identifiers import npi_check_digit

RECORDED_AT = datetime(2025, 11, 1, 12, tzinfo=UTC)
_number = count(1)


def an_npi() -> str:
    """An NPI that passes the check and was never given out before in this process."""
    first_nine = f"19{next(_number):07}"
    return first_nine + npi_check_digit(first_nine)


def make_plan(code: str | None = None) -> Plan:
    """A plan without a version: enough to be covered by."""
    code = code or f"plan-{next(_number)}"
    return Plan.objects.create(code=code, name=code)


def make_payee(**fields: Any) -> Payee:
    """A payee with a TIN of its own."""
    number = next(_number)
    return Payee.objects.create(**{"tin": f"31{number:07}", "npi": an_npi(), "name": f"Payee {number}"} | fields)


def make_provider(**fields: Any) -> Provider:
    """An organisation with its payee."""
    npi = fields.pop("npi", None) or an_npi()
    payee = fields.pop("payee", None) or make_payee(npi=npi)
    return Provider.objects.create(**{"npi": npi, "entity": "2", "name": f"Practice {npi}", "payee": payee} | fields)


def make_network(code: str | None = None) -> Network:
    """A network in which nobody takes part."""
    code = code or f"network-{next(_number)}"
    return Network.objects.create(code=code, name=code)


def make_schedule(code: str | None = None, *, is_reference: bool = False) -> FeeSchedule:
    """A fee schedule without prices."""
    code = code or f"schedule-{next(_number)}"
    return FeeSchedule.objects.create(code=code, name=code, is_reference=is_reference)


def make_participation(
    provider: Provider,
    network: Network,
    schedule: FeeSchedule,
    *,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
    recorded_at: datetime = RECORDED_AT,
) -> NetworkParticipation:
    """The provider takes part from a day on."""
    return NetworkParticipation.objects.create(
        provider=provider,
        network=network,
        schedule=schedule,
        period=DateRange(starts_on, ends_on),
        recorded_at=recorded_at,
    )


def make_rate(schedule: FeeSchedule, amount: str | None = None, **fields: Any) -> FeeRate:
    """A price: so many dollars a unit, unless `method` and `percent` say otherwise."""
    starts_on, ends_on = fields.pop("starts_on", date(2026, 1, 1)), fields.pop("ends_on", None)
    return FeeRate.objects.create(
        schedule=schedule,
        amount=None if amount is None else Decimal(amount),
        period=DateRange(starts_on, ends_on),
        **{"method": "fee", "recorded_at": RECORDED_AT} | fields,
    )

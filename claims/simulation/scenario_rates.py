"""Turns what a scenario says of prices into the rates that the engine takes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from claims.simulation.scenarios import LineWords, Rate
from plans.facts import LocalityFact, RateFact, ValuesFact
from tpa.foundation.values.money import cents

LONG_AGO = date(2020, 1, 1)


def rate_of(line: LineWords) -> RateFact | None:
    """The contract's price of a line, if it has one."""
    rate = line.rate
    if rate is None:
        if line.price is None:
            return None
        return RateFact(rate_id=1, schedule="contract", method="fee", amount=cents(line.price), starts_on=LONG_AGO)
    return _rate_fact(rate, rate.schedule, rate.number)


def _rate_fact(rate: Rate, schedule: str, number: int) -> RateFact:
    is_of_reference = rate.method == "percent_of_reference"
    return RateFact(
        rate_id=number,
        schedule=schedule,
        method=rate.method,
        code_kind=rate.kind,
        modifier=str(rate.modifier),
        amount=rate.amount,
        percent=rate.percent,
        reference_schedule=rate.reference_schedule if is_of_reference else "",
        reference_amount=rate.reference,
        reference_method=rate.reference_method,
        starts_on=LONG_AGO,
        values=msgspec.convert(rate.values, ValuesFact, strict=False) if rate.values else None,
        place=msgspec.convert({"locality": "here"} | rate.place, LocalityFact, strict=False) if rate.place else None,
    )


def reference_rate(number: int, schedule: str, said: Decimal | Rate) -> RateFact:
    """A reference's price out of network: dollars a unit, or a rate of its own."""
    if isinstance(said, Rate):
        return _rate_fact(said, schedule, number)
    return RateFact(rate_id=number, schedule=schedule, method="fee", amount=said, starts_on=LONG_AGO)

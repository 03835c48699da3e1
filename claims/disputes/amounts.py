"""What a dispute under the No Surprises Act costs and changes: fees by the day it began, what is still to be paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tpa.foundation.parameters import parameter
from tpa.foundation.values.money import ZERO, cents


@dataclass(frozen=True, slots=True)
class DisputeFees:
    """What both parties owe the departments, and between which amounts an entity may set its own fee, by number of
    items: single, batched, and for each further `lines_per_extra` lines of a batch beyond the first."""

    fee_amount: Decimal
    single_min_amount: Decimal
    single_max_amount: Decimal
    batched_min_amount: Decimal
    batched_max_amount: Decimal
    extra_min_amount: Decimal
    extra_max_amount: Decimal
    lines_per_extra: Decimal


def fees_on(initiated_on: date, read: Callable[..., Decimal] = parameter) -> DisputeFees:
    """The fees of a dispute that began on a day (29 CFR 2590.716-8(d)(2)(ii), (e)(2)(viii))."""
    return DisputeFees(**{name: read(f"nsa.idr_{name}", on=initiated_on) for name in DisputeFees.__dataclass_fields__})


def additional_payment(selected_offer: Decimal, initial_payment: Decimal, cost_share: Decimal) -> Decimal:
    """What the plan still pays: the offer less what was paid and what the member bears; never less than nothing, what
    was paid too much is asked back ((c)(4)(ix))."""
    return max(ZERO, cents(selected_offer - initial_payment - cost_share))


def refund_due(selected_offer: Decimal, initial_payment: Decimal, cost_share: Decimal) -> Decimal:
    """What the provider gives back where the offer is below what it has."""
    return max(ZERO, cents(initial_payment + cost_share - selected_offer))

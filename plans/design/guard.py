"""What a guardrail says, and the law's numbers that it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from plans.design.legal_index import indexed_limit

REFUSES, WARNS = "refuses", "warns"

ACA_SELF, ACA_OTHER = "aca.oop_max.self", "aca.oop_max.other"
HDHP_DEDUCTIBLE_SELF, HDHP_DEDUCTIBLE_FAMILY = "hdhp.deductible_min.self", "hdhp.deductible_min.family"
HDHP_OOP_SELF, HDHP_OOP_FAMILY = "hdhp.oop_max.self", "hdhp.oop_max.family"

PREMIUM_ADJUSTMENT, OOP_BASE = "aca.premium_adjustment", "aca.oop_max.base"
WAITING_DAYS, WAITING_HOURS = "aca.waiting_days_max", "aca.waiting_service_hours_max"
REWARD_PERCENT, TOBACCO_PERCENT = "wellness.reward_percent", "wellness.reward_percent.tobacco"
GRANDFATHER_POINTS = "grandfathering.percent_points"
GRANDFATHER_COPAY = "grandfathering.copay_amount"
GRANDFATHER_CONTRIBUTION = "grandfathering.contribution_points"
MEDICAL_BASE, MEDICAL_INDEX = "medical_care_index.base", "medical_care_index"

PARAMETERS: Final = (
    ACA_SELF, ACA_OTHER, PREMIUM_ADJUSTMENT, OOP_BASE, HDHP_DEDUCTIBLE_SELF, HDHP_DEDUCTIBLE_FAMILY, HDHP_OOP_SELF,
    HDHP_OOP_FAMILY, WAITING_DAYS, WAITING_HOURS, REWARD_PERCENT, TOBACCO_PERCENT, GRANDFATHER_POINTS,
    GRANDFATHER_COPAY, GRANDFATHER_CONTRIBUTION, MEDICAL_BASE, MEDICAL_INDEX,
)  # fmt: skip


class LegalNumber(NamedTuple):
    """A value of the law for the plan's year, and where it stands."""

    value: Decimal
    citation: str


class Guard(NamedTuple):
    """One thing that the law wants otherwise, the clause it is about, and whether that keeps it from publication."""

    code: str
    severity: str
    section: str
    message: str
    citation: str


Numbers = Mapping[str, LegalNumber]


def with_indexed_limits(numbers: Numbers) -> Numbers:
    """The same, with the year's limits on cost sharing by their index where they are not published yet."""
    if ACA_SELF in numbers or PREMIUM_ADJUSTMENT not in numbers or OOP_BASE not in numbers:
        return numbers
    adjustment = numbers[PREMIUM_ADJUSTMENT]
    limit = indexed_limit(base_amount=numbers[OOP_BASE].value, adjustment=adjustment.value)
    citation = f"{adjustment.citation}, as indexed"
    return {
        **numbers,
        ACA_SELF: LegalNumber(limit.self_only_amount, citation),
        ACA_OTHER: LegalNumber(limit.other_amount, citation),
    }

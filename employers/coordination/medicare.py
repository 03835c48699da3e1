"""Medicare beside an employer's plan: who pays first by entitlement, employment and the employer's size.

42 U.S.C. 1395y(b)(1); 42 CFR 411.160 to 411.206.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from employers.coordination.headcount import had_in_weeks, had_on_days
from employers.coordination.place import Place, first, lacking
from employers.facts import HeadcountFact, LegalFact, OtherCoverageFact

AGE, DISABILITY, ESRD = "age", "disability", "esrd"
ACTIVE = "active"

_AGED = "42 CFR 411.172"
_DISABLED = "42 CFR 411.204"
_RENAL = "42 CFR 411.162"
_TWO_REASONS = "42 CFR 411.163"


LAW: Final = (
    *("msp.aged_employees_min", "msp.aged_weeks", "msp.disabled_employees_min", "msp.disabled_days_percent"),
    *("msp.esrd_months", "medicare.age"),
)
"""The legal parameters that these rules stand on."""


class EmployerPlan(msgspec.Struct, frozen=True):
    """An employer's plan as Medicare's rules look at it: how its subscriber stands, and how large the employer is."""

    standing: str
    headcounts: Sequence[HeadcountFact]


def place_of_medicare(
    cover: OtherCoverageFact, plan: EmployerPlan, birth_on: date | None, law: Sequence[LegalFact], on: date
) -> Place:
    """Where Medicare stands to the plan for a service on a day."""
    order = cover.order
    numbers = {one.name: one.value for one in law}
    if order is None or not order.entitled_by:
        return lacking("entitled_by", "medicare", "42 U.S.C. 1395y(b)(1)")
    renal_on = order.esrd_on or (cover.starts_on if order.entitled_by == ESRD else None)
    if renal_on is None or on < renal_on.replace(day=1):
        return _by_employment(cover, plan, birth_on, numbers, on)
    renal_on = renal_on.replace(day=1)
    if _was_entitled_before(cover, birth_on, renal_on, numbers):
        # Where Medicare already paid first for another reason, it goes on doing so.
        before = _by_employment(cover, plan, birth_on, numbers, renal_on)
        if before.verdict != "after":
            return msgspec.structs.replace(before, citation=_TWO_REASONS)
    months = int(numbers["msp.esrd_months"])
    ends_on = _months_after(renal_on, months)
    inputs = (("esrd_from", str(renal_on)), ("coordinated_until", str(ends_on)), ("months", str(months)))
    return first(theirs=on >= ends_on, rule="medicare.esrd", citation=_RENAL, inputs=inputs)


def _by_employment(
    cover: OtherCoverageFact, plan: EmployerPlan, birth_on: date | None, numbers: Mapping[str, Decimal], on: date
) -> Place:
    """For the aged and the disabled the plan pays first where it is by current employment with a large employer."""
    assert cover.order is not None
    is_aged = cover.order.entitled_by == AGE or is_of_age(birth_on, on, numbers["medicare.age"])
    rule, citation = ("medicare.aged", _AGED) if is_aged else ("medicare.disabled", _DISABLED)
    inputs = (("entitled_by", AGE if is_aged else DISABILITY), ("standing", plan.standing))
    if not plan.standing:
        return lacking("standing", rule, citation)
    if plan.standing != ACTIVE:
        return first(theirs=True, rule=rule, citation=citation, inputs=inputs)
    if is_aged:
        least = int(numbers["msp.aged_employees_min"])
        is_large = had_in_weeks(plan.headcounts, least, int(numbers["msp.aged_weeks"]), on)
    else:
        least = int(numbers["msp.disabled_employees_min"])
        is_large = had_on_days(plan.headcounts, least, numbers["msp.disabled_days_percent"], on)
    if is_large is None:
        return lacking("employee_count", rule, citation)
    size = (("employees_at_least", str(least)), ("large_enough", "yes" if is_large else "no"))
    return first(theirs=not is_large, rule=rule, citation=citation, inputs=(*inputs, *size))


def _was_entitled_before(
    cover: OtherCoverageFact, birth_on: date | None, renal_on: date, numbers: Mapping[str, Decimal]
) -> bool:
    assert cover.order is not None
    if cover.order.entitled_by in (AGE, DISABILITY):
        return cover.starts_on < renal_on
    return is_of_age(birth_on, renal_on, numbers["medicare.age"])


def is_of_age(birth_on: date | None, on: date, age: Decimal) -> bool:
    """Entitled by age, from the month in which it is reached (42 U.S.C. 426(a)); `age` in years: `medicare.age`."""
    return birth_on is not None and on >= _months_after(birth_on.replace(day=1), 12 * int(age))


def _months_after(first_of_month: date, months: int) -> date:
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return date(first_of_month.year + years, month + 1, 1)

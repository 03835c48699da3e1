"""A line of several days over the turn of a plan year: its parts, each in its own year, where the plan splits it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from claims.adjudication.engine.coverage import coverage_of, without_coverage
from claims.adjudication.engine.placement import check_line_covered, place_line
from claims.adjudication.engine.rates import days_of
from claims.adjudication.engine.work import FIGURES, Line, Work
from claims.adjudication.engine.years import is_stay
from tpa.foundation.values.money import ZERO, split

_DAY = timedelta(days=1)


class Part(NamedTuple):
    """Days of a line that lie in one plan year."""

    starts_on: date
    days_count: int


def parts_of(work: Work, line: Line) -> list[Line]:
    """The parts of a priced line, as lines of their own with their part of every figure; none: it is not split."""
    terms, submitted = work.terms, line.submitted
    if not terms.splits_lines or submitted.service_from == submitted.service_to:
        return []
    if terms.stays_by_admission and is_stay(work.submission):
        return []
    days = list(_parts(work, line))
    if len(days) < 2:
        return []
    return _split(work, line, days)


def join(line: Line, parts: list[Line]) -> None:
    """Take what was decided of the parts back into the line."""
    line.adjustments = []
    for part in parts:
        line.steps += part.steps
        for adjustment in part.adjustments:
            same = [
                one
                for one in line.adjustments
                if (one.group, one.carc, one.rarcs) == (adjustment.group, adjustment.carc, adjustment.rarcs)
            ]
            for one in same:
                line.adjustments.remove(one)
            amount = sum((one.amount for one in same), adjustment.amount)
            line.adjustments.append(msgspec.structs.replace(adjustment, amount=amount))
    for figure in FIGURES:
        line.figures[figure] = sum((part.figures[figure] for part in parts), ZERO)
    line.is_denied = all(part.is_denied for part in parts)


def _parts(work: Work, line: Line) -> Iterator[Part]:
    """The line's days by plan year, in order. Days are those that it stands for: nights where they are billed."""
    submitted = line.submitted
    calendar_days = (submitted.service_to - submitted.service_from).days + 1
    days = min(int(days_of(submitted, work.submission)), calendar_days)
    starts_on, count = submitted.service_from, 0
    for number in range(days):
        on = submitted.service_from + number * _DAY
        if count and work.terms.on(on).year_on(on) != work.terms.on(starts_on).year_on(starts_on):
            yield Part(starts_on, count)
            starts_on, count = on, 0
        count += 1
    if count:
        yield Part(starts_on, count)


def _split(work: Work, line: Line, days: list[Part]) -> list[Line]:
    weights = [part.days_count for part in days]
    figures = {name: split(amount, weights) for name, amount in line.figures.items() if amount}
    adjusted = [split(adjustment.amount, weights) for adjustment in line.adjustments]
    priced, basis = split(line.priced_amount, weights), split(line.basis_amount, weights)
    units, all_days = line.submitted.units_count, sum(weights)
    parts = []
    for at, day in enumerate(days):
        part = line.copy()
        part.figures |= {name: amounts[at] for name, amounts in figures.items()}
        # The cents of the parts of what is billed follow those of the rest, so that each part balances.
        part.figures["billed_amount"] = part.figures["allowed_amount"]
        for adjustment, amounts in zip(line.adjustments, adjusted, strict=True):
            if amounts[at]:
                part.adjustments.append(msgspec.structs.replace(adjustment, amount=amounts[at]))
                part.figures["billed_amount"] += amounts[at]
        part.priced_amount, part.basis_amount = priced[at], basis[at]
        part.submitted = msgspec.structs.replace(
            line.submitted,
            billed_amount=part.figures["billed_amount"],
            units_count=units * day.days_count / all_days,
            service_from=day.starts_on,
            service_to=day.starts_on + (day.days_count - 1) * _DAY,
        )
        part.permitted = line.permitted if at == 0 else []
        _stand(work, part, day, Decimal(all_days))
        parts.append(part)
    return parts


def _stand(work: Work, part: Line, day: Part, all_days: Decimal) -> None:
    """Let a part stand on its own day: coverage, year and plan version, and with another version its own benefit."""
    before = part.terms
    part.service_on = day.starts_on
    part.terms = work.terms.on(day.starts_on)
    part.year_on = part.terms.year_on(day.starts_on)
    inputs = (
        ("from", str(day.starts_on)),
        ("days", str(day.days_count)),
        ("of_days", str(all_days)),
        ("plan_year", str(part.year_on)),
    )
    part.note("part", work.terms.sections.get("stays", ""), inputs)
    found = coverage_of(work, part)
    if found is None:
        because = without_coverage(work.facts.coverages, day.starts_on)
        clause = part.terms.sections.get("eligibility", "")
        part.deny(because, "coverage.none", clause, (("service_on", str(day.starts_on)),))
        return
    part.coverage = found
    if part.terms is not before:
        place_line(work, part)
        if part.is_open:
            check_line_covered(work, part)

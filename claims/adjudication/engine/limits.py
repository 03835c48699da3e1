"""Limits of benefits: visits, days, units and dollars, in a year, a lifetime or any so many months, by condition."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from claims.adjudication.engine.rates import days_of, stay_days
from claims.adjudication.engine.reasons import LIFETIME_LIMIT
from claims.adjudication.engine.reasons import LIMIT as YEARLY_LIMIT
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import is_stay, key_of, window
from plans.design.matching import in_ranges
from plans.design.terms import PER_LIFETIME, Limit
from tpa.foundation.values.money import ZERO, split

_ONE = Decimal(1)

Key = tuple[date, str]  # what a sum is kept under: the first day of the year or the day itself, and the bucket
Uses = list[tuple[Key, Decimal]]
Counted = dict[tuple[str, date], tuple[Decimal, Decimal]]  # (bucket, day) -> used and wanted


def apply_limits(work: Work, line: Line, counted: Counted) -> Uses:
    """Take what lies beyond a limit out of the allowed amount; returns what the line will use up, limit by limit.

    `counted` are the visits and stays that lines of this claim counted already: each counts once, and what part of it
    lies within the limit holds for all its lines. A line of which nothing is left uses nothing up.
    """
    if not line.benefit.limits:
        return []
    uses: Uses = []
    counts_now: Counted = {}
    for limit in line.benefit.limits:
        allowed = line.figures["allowed_amount"]
        if limit.counts == "paid" or not allowed or not _applies(limit, line):
            continue
        bucket = _bucket(limit, line)
        if not bucket:
            continue
        left = _left(work, line, limit, bucket)
        if limit.counts == "allowed":
            used = min(allowed, left)
            beyond = allowed - used
        else:
            once = (bucket, _counted_on(work, line, limit))
            seen = counted.get(once) if limit.counts != "units" else None
            used, wanted = seen or _count(work, line, limit, left)
            beyond = _beyond(allowed, used, wanted)
            if seen:
                used = ZERO
            elif limit.counts != "units":
                counts_now[once] = (used, wanted)
        if beyond:
            _take_out(line, limit, bucket, beyond, left)
            line.basis_amount = max(line.basis_amount - beyond, ZERO)
        if used:
            uses.append(((key_of(line.terms, limit.span, line.service_on), bucket), used))
    if not line.figures["allowed_amount"]:
        return []
    counted.update(counts_now)
    return uses


def limit_payment(work: Work, line: Line, payable: Decimal) -> tuple[Decimal, Uses]:
    """Hold what the plan would pay to its limits in dollars paid; the rest is the member's."""
    uses: Uses = []
    for limit in line.benefit.limits:
        if limit.counts != "paid" or not _applies(limit, line):
            continue
        bucket = _bucket(limit, line)
        if not bucket:
            continue
        left = _left(work, line, limit, bucket)
        if payable > left:
            _take_out(line, limit, bucket, payable - left, left)
            payable = left
        uses.append(((key_of(line.terms, limit.span, line.service_on), bucket), payable))
    return payable, uses


def _applies(limit: Limit, line: Line) -> bool:
    """Is the limit of this tier, and meant for this member and service?"""
    if line.paid_as.tier not in limit.tiers:
        return False
    codes = line.codes
    return not limit.matches or any(match.fits_codes(codes) and match.fits_person(codes) for match in limit.matches)


def _bucket(limit: Limit, line: Line) -> str:
    """The limit's bucket, of the condition that leads the line where it counts by condition; blank: of none."""
    diagnosis = line.codes.diagnosis
    if limit.is_per_diagnosis:
        return f"{limit.bucket}:{diagnosis[:3]}" if diagnosis else ""
    if not limit.conditions:
        return limit.bucket
    for condition in limit.conditions:
        if in_ranges(diagnosis, condition.diagnoses):
            return f"{limit.bucket}:{condition.name}"
    return ""


def _left(work: Work, line: Line, limit: Limit, bucket: str) -> Decimal:
    """What the limit still holds. One of any so many months holds in each such time that the day lies in."""
    terms, on = line.terms, line.service_on
    if not limit.span.is_rolling:
        return max(limit.most_amount - work.sums.member(key_of(terms, limit.span, on), bucket), ZERO)
    used = work.sums.dated(bucket, *window(terms, limit.span, on))
    most = ZERO
    for first in (on, *(day for day, _amount in used if day <= on)):
        _before, after = window(terms, limit.span, first)
        if on < after:
            most = max(most, sum((amount for day, amount in used if first <= day < after), ZERO))
    return max(limit.most_amount - most, ZERO)


def _count(work: Work, line: Line, limit: Limit, left: Decimal) -> tuple[Decimal, Decimal]:
    """How many visits, days or units lie within the limit, and how many there are."""
    if limit.counts == "units":
        wanted = line.submitted.units_count
    elif _was_counted_before(work, line, limit):
        wanted = ZERO
    elif limit.counts == "visits":
        wanted = _ONE
    elif is_stay(work.submission):
        wanted = _days_of_stay(work, line)
    else:
        wanted = days_of(line.submitted, work.submission)
    return min(wanted, left), wanted


def _counted_on(work: Work, line: Line, limit: Limit) -> date:
    """Lines that count together: of one day, and of a stay's days those of one year."""
    return line.year_on if limit.counts == "days" and is_stay(work.submission) else line.service_on


def _days_of_stay(work: Work, line: Line) -> Decimal:
    """All nights of the stay, or where each day belongs to its own year, those of the line's."""
    days = stay_days(work.submission)
    if line.terms.stays_by_admission:
        return days
    starts = work.submission.statement_from or work.submission.service_from
    nights = [starts + timedelta(days=night) for night in range(int(days))]
    return Decimal(sum(line.terms.year_on(night) == line.year_on for night in nights))


def _was_counted_before(work: Work, line: Line, limit: Limit) -> bool:
    """Another claim of the same provider, day and benefit: the same visit."""
    npi = work.submission.billing_provider.npi
    return any(
        prior.outcome == "approved"
        and prior.billing_npi == npi
        and prior.service_from == line.submitted.service_from
        and prior.benefit in limit.benefits
        and prior.allowed_amount > 0
        for prior in work.facts.prior_lines
    )


def _beyond(allowed: Decimal, used: Decimal, wanted: Decimal) -> Decimal:
    if used == wanted:
        return ZERO
    return split(allowed, [used, wanted - used])[1] if used else allowed


def _take_out(line: Line, limit: Limit, bucket: str, beyond: Decimal, left: Decimal) -> None:
    name = bucket.removeprefix("limit:")
    inputs = (("limit", name), ("most", str(limit.most_amount)), ("left", str(left)))
    line.add("allowed_amount", -beyond, "limit", limit.section, inputs)
    line.add("not_covered_amount", beyond, "limit", limit.section, inputs)
    line.adjust(LIFETIME_LIMIT if limit.span.per == PER_LIFETIME else YEARLY_LIMIT, beyond)

"""Limits of benefits: visits, days, units and dollars, in a plan year or a lifetime."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.rates import days_of, stay_days
from claims.adjudication.engine.reasons import LIFETIME_LIMIT
from claims.adjudication.engine.reasons import LIMIT as YEARLY_LIMIT
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME, is_stay
from plans.design.terms import Limit
from tpa.foundation.values.money import ZERO, split

_ONE = Decimal(1)

Uses = list[tuple[Limit, Decimal]]
Counted = dict[tuple[str, date], tuple[Decimal, Decimal]]  # (limit, day) -> used and wanted


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
        if line.paid_as.tier not in limit.tiers or limit.counts == "paid" or not allowed:
            continue
        left = _left(work, line, limit)
        if limit.counts == "allowed":
            used = min(allowed, left)
            beyond = allowed - used
        else:
            used, wanted = _count(work, line, limit, left, counted)
            beyond = _beyond(allowed, used, wanted)
            if (limit.name, line.service_on) in counted:
                used = ZERO
            elif limit.counts != "units":
                counts_now[limit.name, line.service_on] = (used, wanted)
        if beyond:
            _take_out(line, limit, beyond, left)
            line.basis_amount = max(line.basis_amount - beyond, ZERO)
        if used:
            uses.append((limit, used))
    if not line.figures["allowed_amount"]:
        return []
    counted.update(counts_now)
    return uses


def limit_payment(work: Work, line: Line, payable: Decimal) -> tuple[Decimal, Uses]:
    """Hold what the plan would pay to its limits in dollars paid; the rest is the member's."""
    uses: Uses = []
    for limit in line.benefit.limits:
        if limit.counts != "paid" or line.paid_as.tier not in limit.tiers:
            continue
        left = _left(work, line, limit)
        if payable > left:
            _take_out(line, limit, payable - left, left)
            payable = left
        uses.append((limit, payable))
    return payable, uses


def year_of(limit: Limit, line: Line) -> date:
    """The key under which a limit's sum is kept."""
    return LIFETIME if limit.is_lifetime else line.year_on


def _left(work: Work, line: Line, limit: Limit) -> Decimal:
    return max(limit.most_amount - work.sums.member(year_of(limit, line), limit.bucket), ZERO)


def _count(work: Work, line: Line, limit: Limit, left: Decimal, counted: Counted) -> tuple[Decimal, Decimal]:
    """How many visits, days or units lie within the limit, and how many there are; as counted before, if they were."""
    if limit.counts != "units" and (before := counted.get((limit.name, line.service_on))):
        return before
    if limit.counts == "units":
        wanted = line.submitted.units_count
    elif _was_counted_before(work, line, limit):
        wanted = ZERO
    elif limit.counts == "visits":
        wanted = _ONE
    elif is_stay(work.submission):
        wanted = stay_days(work.submission)
    else:
        wanted = days_of(line.submitted, work.submission)
    return min(wanted, left), wanted


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


def _take_out(line: Line, limit: Limit, beyond: Decimal, left: Decimal) -> None:
    inputs = (("limit", limit.name), ("most", str(limit.most_amount)), ("left", str(left)))
    line.add("allowed_amount", -beyond, "limit", limit.section, inputs)
    line.add("not_covered_amount", beyond, "limit", limit.section, inputs)
    line.adjust(LIFETIME_LIMIT if limit.is_lifetime else YEARLY_LIMIT, beyond)

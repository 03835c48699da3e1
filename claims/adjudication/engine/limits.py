"""Limits of benefits: visits, days, units and dollars, in a plan year or a lifetime."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.pricing import days_of, stay_days
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME, is_stay
from plans.design.terms import Limit
from tpa.foundation.values.money import ZERO, cents, split

_ONE = Decimal(1)

Uses = list[tuple[Limit, Decimal]]
Counted = dict[tuple[str, date], tuple[Decimal, Decimal]]  # (limit, day) -> used and wanted


def apply_limits(work: Work, line: Line, counted: Counted) -> Uses:
    """Take what lies beyond a limit out of the allowed amount; returns what the line will use up, limit by limit.

    `counted` are the visits and stays that lines of this claim counted already: each counts once, and what part of it
    lies within the limit holds for all its lines.
    """
    uses: Uses = []
    assert line.benefit is not None and line.paid_as is not None
    for limit in line.benefit.limits:
        allowed = line.figures["allowed_amount"]
        if line.paid_as.tier not in limit.tiers or limit.counts == "paid" or not allowed:
            continue
        left = max(limit.most_amount - work.sums.member(year_of(limit, line), limit.bucket), ZERO)
        if limit.counts == "allowed":
            used = min(allowed, left)
            beyond = allowed - used
        else:
            key = (limit.name, line.service_on)
            within = counted.get(key)
            if within is None:
                wanted = _wanted(work, line, limit)
                used = min(wanted, left)
                within = (used, wanted)
                if limit.counts != "units":
                    counted[key] = within
            else:
                used = ZERO
            beyond = _beyond(allowed, *within)
        if beyond:
            _take_out(line, limit, beyond, left)
        if used:
            uses.append((limit, used))
    return uses


def limit_payment(work: Work, line: Line, payable: Decimal) -> tuple[Decimal, Uses]:
    """Hold what the plan would pay to its limits in dollars paid; the rest is the member's."""
    uses: Uses = []
    assert line.benefit is not None and line.paid_as is not None
    for limit in line.benefit.limits:
        if limit.counts != "paid" or line.paid_as.tier not in limit.tiers:
            continue
        left = max(limit.most_amount - work.sums.member(year_of(limit, line), limit.bucket), ZERO)
        if payable > left:
            _take_out(line, limit, payable - left, left, of_basis=False)
            payable = left
        uses.append((limit, payable))
    return payable, uses


def year_of(limit: Limit, line: Line) -> date:
    """The key under which a limit's sum is kept."""
    return LIFETIME if limit.is_lifetime else line.year_on


def _wanted(work: Work, line: Line, limit: Limit) -> Decimal:
    """How many visits, days or units the line asks for; none where another claim counted the visit."""
    submitted, submission = line.submitted, work.facts.submission
    if limit.counts == "units":
        return submitted.units_count
    if _was_counted_before(work, line, limit):
        return ZERO
    if limit.counts == "visits":
        return _ONE
    return Decimal(stay_days(submission) if is_stay(submission) else days_of(submitted, submission))


def _was_counted_before(work: Work, line: Line, limit: Limit) -> bool:
    """Another claim of the same provider, day and benefit: the same visit."""
    npi = work.facts.submission.billing_provider.npi
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
    if not used:
        return allowed
    return split(allowed, [used, wanted - used])[1]


def _take_out(line: Line, limit: Limit, beyond: Decimal, left: Decimal, *, of_basis: bool = True) -> None:
    inputs = (("limit", limit.name), ("most", str(limit.most_amount)), ("left", str(max(left, ZERO))))
    line.add("allowed_amount", -beyond, "limit", limit.section, inputs)
    line.add("not_covered_amount", beyond, "limit", limit.section, inputs)
    line.adjust("PR", limit.carc, beyond)
    if of_basis:
        line.basis_amount = cents(max(line.basis_amount - beyond, ZERO))

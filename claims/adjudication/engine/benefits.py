"""Line by line, in the claim's order: limits, the member's shares, other payers, and what the plan pays."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.engine import limits, other_payers
from claims.adjudication.engine.first_visits import find_first_visit
from claims.adjudication.engine.shares import Taken, Visits, record_shares, take_shares
from claims.adjudication.engine.spans import join, parts_of
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME
from tpa.foundation.values.money import ZERO


def apply_benefits(work: Work) -> None:
    """Figure each open line; each sees what the lines before it used up."""
    visits = Visits()
    for index, line in enumerate(work.lines):
        if not line.is_open:
            continue
        other = work.payments[index] if work.payments else None
        # What another payer paid for the whole line is not known by days, so such a line stays with its first.
        parts = parts_of(work, line) if work.terms.splits_lines and other is None else []
        for part in parts:
            if part.is_open:
                _figure(work, part, visits, None)
        if parts:
            join(line, parts)
        else:
            _figure(work, line, visits, other)


def _figure(work: Work, line: Line, visits: Visits, other: other_payers.Payment | None) -> None:
    uses = limits.apply_limits(work, line, visits.counted)
    covered = line.figures["allowed_amount"]
    # Wholly beyond a limit is denied like any other line of which nothing is covered.
    if not covered and line.figures["not_covered_amount"]:
        line.is_denied = True
        line.permitted.clear()
    if other is not None and other.is_our_basis:
        covered = min(covered, other.left_amount(line))
        line.basis_amount = min(line.basis_amount, covered)
    if line.benefit.first_visits and covered:
        find_first_visit(work, line, visits.firsts)
    taken = take_shares(work, line, visits)
    payable = covered - _sum(taken)
    payable, paid_uses = limits.limit_payment(work, line, max(payable, ZERO))
    if other is not None:
        payable = other_payers.coordinate(work, line, other, payable)
    record_shares(work, line, taken, as_alone=other is None or other.credits_deductible)
    for key, used in uses:
        work.sums.use(*key, used)
    for key, most in paid_uses:
        work.sums.use(*key, min(payable, most))
    for bucket, units in line.permitted:
        work.sums.use(LIFETIME, bucket, units)
    line.add("plan_paid_amount", payable, "plan_pays", inputs=(("covered", str(covered)),))


def _sum(taken: list[Taken]) -> Decimal:
    return sum([amount for _share, amount in taken], ZERO)

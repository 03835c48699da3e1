"""What the member bears of each line: the plan's shares in the plan's order, each within what its limits leave."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine import limits, other_payers
from claims.adjudication.engine.accumulators import room
from claims.adjudication.engine.limits import Counted
from claims.adjudication.engine.placement import is_admitted
from claims.adjudication.engine.pricing import stay_days
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME, is_stay, next_year_on
from plans.design.terms import COINSURANCE, COPAY, DEDUCTIBLE, Cap, Share
from tpa.foundation.values.money import ZERO, percent_of

FIGURE = {COPAY: "copay_amount", DEDUCTIBLE: "deductible_amount", COINSURANCE: "coinsurance_amount"}

Pool = tuple[str, object, int]  # benefit, day or stay, place of the copay among the benefit's shares


class Visits:
    """What this claim's lines share: copays of a visit or stay that are still to be paid, visits that count already."""

    __slots__ = ("copays", "counted")

    def __init__(self) -> None:
        self.copays: dict[Pool, Decimal] = {}
        self.counted: Counted = {}


def apply_benefits(work: Work) -> None:
    """Line by line, in the claim's order: limits, the member's shares, other payers, what the plan pays."""
    visits = Visits()
    other = other_payers.find(work)
    for index, line in enumerate(work.lines):
        if line.is_open:
            _apply_to(work, line, visits, other.payment_of(index) if other else None)


def _apply_to(work: Work, line: Line, visits: Visits, other: other_payers.Payment | None) -> None:
    uses = limits.apply_limits(work, line, visits.counted)
    covered = line.figures["allowed_amount"]
    if other is not None and other.replaces_basis:
        covered = min(covered, other.left_amount(line))
        line.basis_amount = min(line.basis_amount, covered)
    taken = _take_shares(work, line, visits)
    shares = sum((amount for _share, amount in taken), ZERO)
    payable = max(covered - shares, ZERO)
    payable, paid_uses = limits.limit_payment(work, line, payable)
    if other is not None:
        payable = other_payers.coordinate(line, other, payable)
    _record(work, line, taken, as_alone=other is None or other.credits_deductible)
    for limit, used in uses:
        work.sums.use(limits.year_of(limit, line), limit.bucket, used)
    for limit, most in paid_uses:
        work.sums.use(limits.year_of(limit, line), limit.bucket, min(payable, most))
    for bucket, units in line.permitted:
        work.sums.use(LIFETIME, bucket, units)
    line.add("plan_paid_amount", payable, "plan_pays", inputs=(("allowed", str(line.figures["allowed_amount"])),))


def _take_shares(work: Work, line: Line, visits: Visits) -> list[tuple[Share, Decimal]]:
    """The member's shares of the line's basis, each of what those before it left."""
    paid_as, coverage = line.paid_as, line.coverage
    assert paid_as is not None and coverage is not None
    left = line.basis_amount
    if not left:
        return []
    sums, year, tier = work.sums, line.year_on, coverage.tier
    maximum = paid_as.out_of_pocket
    bearable = None if maximum is None else room(maximum, sums, year, tier)
    taken: list[tuple[Share, Decimal]] = []
    for place, share in enumerate(paid_as.shares):
        counts = maximum is not None and share.kind in maximum.shares
        if share.kind == DEDUCTIBLE:
            assert share.deductible is not None
            open_amount = room(share.deductible, sums, year, tier)
            amount = left if open_amount is None else min(left, open_amount)
            inputs = (("of", str(left)), ("deductible_left", str(open_amount)))
        elif share.kind == COPAY:
            due = _copay_due(work, line, visits, share, place)
            amount = min(left, due)
            inputs = (("of", str(left)), ("copay_due", str(due)), ("per", share.per))
        else:
            amount = percent_of(left, share.percent)
            inputs = (("of", str(left)), ("percent", str(share.percent)))
        is_held = False
        if counts and bearable is not None:
            if amount > bearable:
                inputs += (("uncapped", str(amount)), ("out_of_pocket_left", str(bearable)))
                amount, is_held = bearable, True
            bearable -= amount
        if amount or is_held or share.kind == DEDUCTIBLE:
            line.add(FIGURE[share.kind], amount, share.kind, share.section, inputs)
        if share.kind == COPAY:
            visits.copays[_pool(work, line, share, place)] -= amount
        taken.append((share, amount))
        left -= amount
        if not left:
            break
    return taken


def _copay_due(work: Work, line: Line, visits: Visits, share: Share, place: int) -> Decimal:
    """What of a copay is still to be paid: a visit, day or stay owes it once, however many lines or claims it has."""
    if share.waived_if_admitted and is_admitted(work):
        due = ZERO
    else:
        due = share.amount
    pool = _pool(work, line, share, place)
    known = visits.copays.get(pool)
    if known is not None:
        return known
    if due and share.per == "unit":
        due = due * line.submitted.units_count
    elif due and share.per == "day" and is_stay(work.facts.submission):
        due = due * stay_days(work.facts.submission)
    if due and _is_per_stay(work, share):
        before = work.sums.member(line.year_on, _stay_bucket(line))
        if share.per == "admission":
            due -= before
        elif share.most_per_stay is not None:
            due = min(due, share.most_per_stay - before)
    elif due and share.per in ("visit", "day"):
        due -= _copay_before(work, line)
    visits.copays[pool] = due = max(due, ZERO)
    return due


def _pool(work: Work, line: Line, share: Share, place: int) -> Pool:
    assert line.benefit is not None
    once: object = line.number if share.per in ("service", "unit") else line.service_on
    return line.benefit.name, once, place


def _copay_before(work: Work, line: Line) -> Decimal:
    """What other claims of the same visit took: same day, provider and benefit."""
    npi = work.facts.submission.billing_provider.npi
    assert line.benefit is not None
    name, day = line.benefit.name, line.submitted.service_from
    return sum(
        (
            prior.copay_amount
            for prior in work.facts.prior_lines
            if prior.benefit == name
            and prior.outcome == "approved"
            and prior.billing_npi == npi
            and prior.service_from == day
        ),
        ZERO,
    )


def _is_per_stay(work: Work, share: Share) -> bool:
    return share.per == "admission" or (share.per == "day" and is_stay(work.facts.submission))


def _stay_bucket(line: Line) -> str:
    """What copays of a stay were paid, however many bills it has; there are few stays."""
    assert line.benefit is not None
    return f"stay:{line.benefit.name}:{line.service_on}"


def _record(work: Work, line: Line, taken: list[tuple[Share, Decimal]], *, as_alone: bool) -> None:
    """Let the caps and stays remember what was applied. A deductible may be credited as if no other payer had paid."""
    paid_as = line.paid_as
    assert paid_as is not None
    maximum = paid_as.out_of_pocket
    left = {figure: line.figures[figure] for figure in FIGURE.values()}
    for share, amount in taken:
        figure = FIGURE[share.kind]
        borne = min(amount, left[figure])
        left[figure] -= borne
        if share.deductible is not None:
            _use_deductible(work, line, share.deductible, amount if as_alone else borne)
        elif share.kind == COPAY and _is_per_stay(work, share):
            work.sums.use(line.year_on, _stay_bucket(line), amount)
        if maximum is not None and share.kind in maximum.shares:
            work.sums.use(line.year_on, maximum.bucket, borne)


def _use_deductible(work: Work, line: Line, cap: Cap, amount: Decimal) -> None:
    work.sums.use(line.year_on, cap.bucket, amount)
    month = cap.carry_over_from_month
    if month is not None and amount and _is_from_month(line.service_on, month, work):
        assert work.terms is not None
        work.sums.use(next_year_on(work.terms, line.year_on), cap.bucket, amount)


def _is_from_month(on: date, month: int, work: Work) -> bool:
    """Whether the day lies in the plan year's last months, from `month` on."""
    assert work.terms is not None
    starts = work.terms.year_month
    return (on.month - starts) % 12 >= (month - starts) % 12

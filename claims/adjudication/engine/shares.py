"""What the member bears of a line: the plan's shares in the plan's order, each within what its limits leave."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.accumulators import room
from claims.adjudication.engine.first_visits import Firsts
from claims.adjudication.engine.limits import Counted
from claims.adjudication.engine.rates import stay_days
from claims.adjudication.engine.work import SHARE_FIGURES, Inputs, Line, Work
from claims.adjudication.engine.years import admitted_on, is_stay, next_year_on
from plans.design.terms import COPAY, DEDUCTIBLE, Cap, Share
from tpa.foundation.values.money import ZERO, cents, percent_of

Taken = tuple[Share, Decimal]
Pool = tuple[str, object, int]  # benefit, day or line, place of the copay among the benefit's shares


class Visits:
    """What the claim's lines have in common: what of a visit's or stay's copay is still due, what counts already."""

    __slots__ = ("copays", "counted", "firsts")

    def __init__(self) -> None:
        self.copays: dict[Pool, Decimal] = {}
        self.counted: Counted = {}
        self.firsts: Firsts = {}


def take_shares(work: Work, line: Line, visits: Visits) -> list[Taken]:
    """The member's shares of the line's basis, each of what those before it left, none above the maximum."""
    left = line.basis_amount
    if not left:
        return []
    maximum = line.paid_as.out_of_pocket
    bearable = None if maximum is None else room(maximum, work.sums, line.year_on, line.coverage.tier)
    taken: list[Taken] = []
    for place, share in enumerate(line.paid_as.shares):
        if share.kind == DEDUCTIBLE:
            amount, inputs = _deductible(work, line, share, left)
        elif share.kind == COPAY:
            amount, inputs = _copay(work, line, visits, share, place, left)
        else:
            amount = percent_of(left, share.percent)
            inputs = (("of", str(left)), ("percent", str(share.percent)))
        if maximum is not None and bearable is not None and share.kind in maximum.shares:
            if amount > bearable:
                inputs = (*inputs, ("without_maximum", str(amount)), ("maximum_left", str(bearable)))
                amount = bearable
            bearable -= amount
        if share.kind == COPAY:
            visits.copays[_pool(work, line, share, place)] -= amount
        line.add(SHARE_FIGURES[share.kind], amount, share.kind, share.section, inputs)
        taken.append((share, amount))
        left -= amount
        if not left:
            break
    return taken


def record_shares(work: Work, line: Line, taken: list[Taken], *, as_alone: bool) -> None:
    """Let deductibles, maximums and stays remember what was applied.

    After another payer the member bears less than was taken; the maximum remembers what they bear, the deductible too
    unless it is credited `as_alone`, as if nobody else had paid.
    """
    maximum = line.paid_as.out_of_pocket
    left = {figure: line.figures[figure] for figure in SHARE_FIGURES.values()}
    for share, amount in taken:
        if not amount:
            continue
        figure = SHARE_FIGURES[share.kind]
        borne = min(amount, left[figure])
        left[figure] -= borne
        if share.deductible is not None:
            _use_deductible(work, line, share.deductible, amount if as_alone else borne)
        elif share.kind == COPAY and _is_per_stay(work, share):
            work.sums.use(*_stay_key(work, line), amount)
        if maximum is not None and share.kind in maximum.shares:
            work.sums.use(line.year_on, maximum.bucket, borne)


def _deductible(work: Work, line: Line, share: Share, left: Decimal) -> tuple[Decimal, Inputs]:
    assert share.deductible is not None
    open_amount = room(share.deductible, work.sums, line.year_on, line.coverage.tier)
    if open_amount is None:
        return left, (("of", str(left)),)
    inputs: Inputs = (("of", str(left)), ("deductible_left", str(open_amount)))
    if credited := work.sums.credited.get((line.year_on, share.deductible.bucket)):
        inputs += (
            ("prior_carrier", str(credited)),
            ("credited_by", line.terms.sections.get("prior_carrier", "")),
        )
    return min(left, open_amount), inputs


def _copay(work: Work, line: Line, visits: Visits, share: Share, place: int, left: Decimal) -> tuple[Decimal, Inputs]:
    """A visit, day or stay owes its copay once, however many lines and claims it has."""
    pool = _pool(work, line, share, place)
    due = visits.copays.get(pool)
    if due is None:
        due = visits.copays[pool] = _copay_due(work, line, share)
    return min(left, due), (("of", str(left)), ("copay_due", str(due)), ("per", share.per))


def _copay_due(work: Work, line: Line, share: Share) -> Decimal:
    submission = work.submission
    if share.waived_if_admitted and is_stay(submission):
        return ZERO
    due = share.amount
    if share.per == "unit":
        return cents(due * line.submitted.units_count)
    if _is_per_stay(work, share):
        before = work.sums.member(*_stay_key(work, line))
        if share.per == "admission":
            due -= before
        else:
            due *= stay_days(submission)
            if share.most_per_stay is not None:
                due = min(due, share.most_per_stay - before)
    elif share.per != "service":
        due -= _copay_before(work, line)
    return max(due, ZERO)


def _pool(work: Work, line: Line, share: Share, place: int) -> Pool:
    if share.per == "service":
        return line.benefit.name, line.number, place
    if share.per == "unit":
        return line.benefit.name, (line.number, line.service_on), place
    stay = _stay_key(work, line) if _is_per_stay(work, share) else None
    return line.benefit.name, stay or line.service_on, place


def _copay_before(work: Work, line: Line) -> Decimal:
    """What other claims of the same visit took: same day, provider and benefit."""
    npi, name, day = work.submission.billing_provider.npi, line.benefit.name, line.submitted.service_from
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
    return share.per == "admission" or (share.per == "day" and is_stay(work.submission))


def _stay_key(work: Work, line: Line) -> tuple[date, str]:
    """Under what the copays of a stay are kept, however many bills and years it has: the day of admission."""
    began_on = admitted_on(work.submission) if is_stay(work.submission) else line.service_on
    return line.terms.year_on(began_on), f"stay:{line.benefit.name}:{began_on}"


def _use_deductible(work: Work, line: Line, cap: Cap, amount: Decimal) -> None:
    work.sums.use(line.year_on, cap.bucket, amount)
    month, starts = cap.carry_over_from_month, line.terms.year_month
    if month is not None and (line.service_on.month - starts) % 12 >= (month - starts) % 12:
        work.sums.use(next_year_on(line.terms, line.year_on), cap.bucket, amount)

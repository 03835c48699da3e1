"""The first so many visits of a period, which the plan pays otherwise than those after them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import window
from plans.design.terms import FirstVisits
from tpa.foundation.values.money import ZERO

Firsts = dict[tuple[date, str], bool]  # of this claim: (day, bucket) -> is the visit among the first?

_ONE = Decimal(1)


def find_first_visit(work: Work, line: Line, seen: Firsts) -> None:
    """Is the line of one of the first visits? Then its shares are those of the first visits.

    A visit is a day with a provider, and counts once however many lines and claims it has. It is kept under its own day
    and provider, so that a later claim of the same visit is paid like the first one was.
    """
    for first in line.benefit.first_visits:
        paid_as = first.tiers.get(line.paid_as.tier)
        if paid_as is None:
            continue
        key = (line.service_on, f"{first.bucket}:{work.submission.billing_provider.npi}")
        is_first = seen.get(key)
        if is_first is None:
            count = _count_before(work, line, first)
            is_known = work.sums.member(*key) > 0
            is_first = seen[key] = is_known or (not _was_seen_before(work, line) and count < first.visits_count)
            if is_first and not is_known:
                work.sums.use(*key, _ONE)
        if is_first:
            inputs = (("first_visits", first.name), ("of", str(first.visits_count)))
            line.note("first_visits", first.section, inputs)
            line.paid_as = paid_as
            return


def _count_before(work: Work, line: Line, first: FirstVisits) -> Decimal:
    """How many visits of the period are counted; of any so many months those that end with the day."""
    starts, ends = window(line.terms, first.span, line.service_on)
    if first.span.is_rolling:
        ends = line.service_on
    used = work.sums.dated(first.bucket, starts, ends)
    return sum((amount for day, amount in used if not first.span.is_rolling or day > starts), ZERO)


def _was_seen_before(work: Work, line: Line) -> bool:
    """Another claim of the same visit was decided, and it was not among the first."""
    npi = work.submission.billing_provider.npi
    return any(
        prior.outcome == "approved"
        and prior.billing_npi == npi
        and prior.service_from == line.submitted.service_from
        and prior.benefit == line.benefit.name
        and prior.allowed_amount > 0
        for prior in work.facts.prior_lines
    )

"""Turns the rows of a policy into terms that the reckoning understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.payments.paid_services import PaidQuestion
from tpa.foundation.values.periods import Period
from tpa.models import StopLossCoverage, StopLossPolicy
from tpa.stoploss.reckoning.terms import AggregateTerms, Laser, SpecificTerms, Windows
from tpa.stoploss.reckoning.windows import end_early, months_of

Kind = StopLossCoverage.Kind


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """A policy as it is reckoned. `term` is shorter than agreed where it ended early."""

    policy: StopLossPolicy
    term: Period
    coverages: dict[str, StopLossCoverage]
    specific: SpecificTerms | None
    aggregate: AggregateTerms | None

    @property
    def is_terminal(self) -> bool:
        """Did it end early with terminal liability? Then claims go on to count, and the attachment rises."""
        return self.policy.ends_early_on is not None and self.policy.terminal_months_count > 0

    def question(self, kind: str) -> PaidQuestion:
        """What is to be read of payments for a coverage."""
        terms = self.specific if kind == Kind.SPECIFIC else self.aggregate
        assert terms is not None, "the policy has this coverage"
        return PaidQuestion(
            employer_id=self.policy.employer_id,
            incurred=terms.windows.incurred,
            paid=terms.windows.paid,
            benefit_names=self.policy.benefit_names,
            months_begin=self.term.start.day,
            reissued_counts_from=self.policy.reissued_counts_from,
            # Where the carrier is first, what came back lowers what is above the deductible first.
            nets_recoveries=kind != Kind.SPECIFIC or self.policy.recovery_priority == StopLossPolicy.Priority.CARRIER,
        )

    def last_day(self, kind: str) -> date:
        """The last day on which a payment counts for a coverage."""
        last = self.question(kind).paid.last
        assert last is not None, "windows have an end"
        return last


def terms_of_policy(policy: StopLossPolicy) -> PolicyTerms:
    """Read coverages, factors and lasers. Three queries."""
    rows = {row.kind: row for row in policy.coverages.prefetch_related("factors", "lasers")}
    agreed = Period.of_range(policy.period)
    ends_on = policy.ends_early_on
    term = agreed if ends_on is None else Period(agreed.start, ends_on)
    lasers = _lasers(rows.get(Kind.SPECIFIC))
    windows = {kind: _windows(policy, row) for kind, row in rows.items()}
    specific, aggregate = rows.get(Kind.SPECIFIC), rows.get(Kind.AGGREGATE)
    return PolicyTerms(
        policy=policy,
        term=term,
        coverages=rows,
        specific=None if specific is None else _specific(specific, windows[Kind.SPECIFIC], lasers),
        aggregate=None
        if aggregate is None
        else _aggregate(aggregate, windows[Kind.AGGREGATE], lasers, len(months_of(agreed)), specific),
    )


def _specific(row: StopLossCoverage, windows: Windows, lasers: tuple[Laser, ...]) -> SpecificTerms:
    assert row.attachment_amount is not None, "the database asks it of a specific coverage"
    return SpecificTerms(
        windows=windows,
        deductible_amount=row.attachment_amount,
        lasers=lasers,
        corridor_amount=row.corridor_amount,
        reimburse_percent=row.reimburse_percent,
        most_amount=row.most_amount,
        benefits=tuple(row.benefits),
    )


def _aggregate(
    row: StopLossCoverage,
    windows: Windows,
    lasers: tuple[Laser, ...],
    months_count: int,
    specific: StopLossCoverage | None,
) -> AggregateTerms:
    """Of a person counts what the policy says, else the specific deductible: the rest is the specific coverage's."""
    limit = row.person_limit_amount
    if limit is None and specific is not None:
        limit = specific.attachment_amount
    return AggregateTerms(
        windows=windows,
        months_count=months_count,
        factors=tuple((factor.tier, factor.amount) for factor in row.factors.all()),
        corridor_percent=row.corridor_percent,
        minimum_percent=row.minimum_percent,
        minimum_floor_amount=row.minimum_floor_amount,
        quoted_month_amount=row.quoted_month_amount,
        person_limit_amount=limit,
        lasers=lasers,
        counts_lasers=row.counts_lasers,
        reimburse_percent=row.reimburse_percent,
        most_amount=row.most_amount,
        benefits=tuple(row.benefits),
    )


def _windows(policy: StopLossPolicy, row: StopLossCoverage) -> Windows:
    agreed = Windows(Period.of_range(row.incurred), Period.of_range(row.paid))
    if policy.ends_early_on is None:
        return agreed
    return end_early(agreed, policy.ends_early_on, run_out_months=policy.terminal_months_count)


def _lasers(specific: StopLossCoverage | None) -> tuple[Laser, ...]:
    rows = specific.lasers.all() if specific is not None else ()
    return tuple(Laser(row.member_id, row.amount) for row in rows)

"""Was the claim filed in time? The clock starts on the last day of service, or with another payer's answer."""

from __future__ import annotations

from datetime import date, timedelta

from claims.adjudication.engine.prior_payers import payers_before_us
from claims.adjudication.engine.reasons import FILED_TOO_LATE
from claims.adjudication.engine.work import Inputs, Work
from plans.design.terms import Filing
from tpa.foundation.values.periods import months_after

# A replacement or void follows a claim that was filed in time.
_CORRECTIONS = frozenset("78")


def check_filing(work: Work) -> None:
    """Deny what came too late; a stated reason for the delay is weighed by a person."""
    filing, submission = work.terms.filing, work.submission
    if filing is None or submission.frequency_code in _CORRECTIONS:
        return
    received_on = work.facts.received_on
    answered_on = _answered_on(work) if submission.other_payers or work.facts.prior_remittances else None
    for line in work.open_lines():
        started_on = line.submitted.service_to
        if answered_on is not None and answered_on > started_on:
            started_on = answered_on
        last_day = _last_day(filing, line.tier.name, started_on)
        if last_day is None or received_on <= last_day:
            continue
        inputs: Inputs = (
            ("started_on", str(started_on)),
            ("last_day", str(last_day)),
            ("received_on", str(received_on)),
        )
        if submission.delay_reason_code:
            inputs = (*inputs, ("delay_reason", submission.delay_reason_code))
            work.ask("late_with_reason", line, inputs, filing.section)
        else:
            line.deny(FILED_TOO_LATE, "filing.too_late", filing.section, inputs)


def _answered_on(work: Work) -> date | None:
    """When the last payer before us answered, if we come after one."""
    before = payers_before_us(work.facts)
    days = [prior.payer.paid_on for prior in before if prior.payer.paid_on]
    days += [said.paid_on for prior in before for entries in prior.lines.values() for said in entries if said.paid_on]
    return max(days, default=None)


def _last_day(filing: Filing, tier: str, started_on: date) -> date | None:
    days = filing.days_by_tier.get(tier)
    if days is not None:
        return started_on + timedelta(days=days)
    months = filing.months_by_tier.get(tier)
    if months is None:
        return None
    return months_after(started_on, months)

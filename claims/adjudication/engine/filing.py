"""Was the claim filed in time? The clock starts on the last day of service, or with another payer's answer."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from claims.adjudication.engine.prior_payers import payers_before_us
from claims.adjudication.engine.work import Work
from claims.facts import Submission
from plans.design.terms import Filing

TOO_LATE = ("CO", "29", ())

# A replacement or void follows a claim that was filed in time (frequency codes 7 and 8).
_CORRECTIONS = frozenset("78")


def check_filing(work: Work) -> None:
    """Deny what came too late; a stated reason for the delay is weighed by a person."""
    assert work.terms is not None
    filing, submission = work.terms.filing, work.facts.submission
    if filing is None or submission.frequency_code in _CORRECTIONS:
        return
    answered_on = _answered_on(submission)
    for line in work.open_lines():
        assert line.tier is not None
        started_on = max(line.submitted.service_to, answered_on) if answered_on else line.submitted.service_to
        last_day = _last_day(filing, line.tier.name, started_on)
        if last_day is None or work.facts.received_on <= last_day:
            continue
        inputs = (
            ("started_on", str(started_on)),
            ("last_day", str(last_day)),
            ("received_on", str(work.facts.received_on)),
        )
        if submission.delay_reason_code:
            work.ask(
                "late_with_reason", line, (*inputs, ("delay_reason", submission.delay_reason_code)), filing.section
            )
        else:
            line.deny(TOO_LATE, "filing.too_late", filing.section, inputs)


def _answered_on(submission: Submission) -> date | None:
    """When the last payer before us answered, if we come after one."""
    before = payers_before_us(submission)
    if not before:
        return None
    days = [payer.paid_on for payer in before if payer.paid_on]
    days += [said.paid_on for line in submission.lines for said in line.other_payers if said.paid_on]
    return max(days, default=None)


def _last_day(filing: Filing, tier: str, started_on: date) -> date | None:
    if (days := filing.days_by_tier.get(tier)) is not None:
        return started_on + timedelta(days=days)
    if (months := filing.months_by_tier.get(tier)) is None:
        return None
    month = started_on.month - 1 + months
    year, month = started_on.year + month // 12, month % 12 + 1
    return date(year, month, min(started_on.day, monthrange(year, month)[1]))

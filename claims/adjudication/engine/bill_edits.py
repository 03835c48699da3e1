"""Edits of an institutional bill: its type, dates, status and revenue codes must agree; and no two stays at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from claims.adjudication.engine.failure import Failure, Failures, listed
from claims.adjudication.engine.reasons import (
    NO_HCPCS,
    WRONG_ADMISSION,
    WRONG_DAYS,
    WRONG_PERIOD,
    WRONG_REVENUE_CODE,
    WRONG_STATUS,
    Denial,
)
from claims.adjudication.engine.work import Inputs, Line, Work
from claims.facts import Submission
from plans.facts import BillRule, CodeRange, EditFacts

# Room and board: its units are nights (NUBC revenue codes 010x to 021x).
_ACCOMMODATION: tuple[CodeRange, ...] = (("010", "021"),)
# A patient who stays on: the last day of the bill is a night too.
_STILL_PATIENT = "30"
# Types of bill that are stays.
ADMITS = frozenset({"11", "18", "21", "41", "65", "66", "86"})


def bill_types(work: Work, rows: EditFacts) -> Failures:
    """What is wrong with the whole bill falls on all its lines; a line's revenue code on that line."""
    submission = work.submission
    if submission.kind != "I":
        return
    lines = work.open_lines()
    wrong = _of_dates(submission)
    rules = [rule for rule in rows.bills if _is_about(rule, submission)]
    for rule in rules:
        wrong = wrong or _of_rule(rule, submission)
    for line in lines:
        if wrong is not None:
            yield Failure(line, wrong[1], wrong[0])
            continue
        yield from _of_line(line, submission)
        for rule in rules:
            yield from _of_revenue(rule, line, submission)


def stays(work: Work, rows: EditFacts) -> Failures:
    """The patient lay somewhere else on one of these nights: one of both bills is wrong, and a person says which."""
    submission = work.submission
    period = stay_of(submission)
    if period is None:
        return
    for prior in work.facts.prior_stays:
        if prior.outcome == "denied" or prior.claim_number == work.facts.claim_number:
            continue
        if prior.starts_on < period[1] and period[0] < prior.ends_on:
            evidence: Inputs = (
                ("stay", f"{period[0]} {period[1]}"),
                ("claim_number", prior.claim_number),
                ("its_stay", f"{prior.starts_on} {prior.ends_on}"),
                ("its_billing_npi", prior.billing_npi),
                ("outcome", prior.outcome),
            )
            for line in work.open_lines():
                yield Failure(line, evidence, is_judgement=True)
            return


def stay_of(submission: Submission) -> tuple[date, date] | None:
    """First night and day of leaving of an inpatient bill; None for other claims."""
    if submission.kind != "I" or submission.facility_code[:2] not in ADMITS:
        return None
    starts = submission.statement_from or submission.service_from
    ends = submission.statement_to or submission.service_to
    if submission.discharge_status == _STILL_PATIENT:
        ends += timedelta(days=1)
    return starts, ends


def _is_about(rule: BillRule, submission: Submission) -> bool:
    on = submission.statement_from or submission.service_from
    bill_type, frequency = submission.facility_code[:2] + submission.frequency_code, submission.frequency_code
    return rule.is_in_force(on) and rule.is_about(bill_type, frequency)


def _of_dates(submission: Submission) -> tuple[Denial, Inputs] | None:
    """Do statement, admission and discharge follow each other?"""
    starts, ends = submission.statement_from, submission.statement_to
    admitted, discharged = submission.admitted_on, submission.discharged_on
    if starts and ends and ends < starts:
        return WRONG_PERIOD, (("statement_from", str(starts)), ("statement_to", str(ends)))
    if admitted and ends and ends < admitted:
        return WRONG_ADMISSION, (("admitted_on", str(admitted)), ("statement_to", str(ends)))
    if admitted and discharged and discharged < admitted:
        return WRONG_ADMISSION, (("admitted_on", str(admitted)), ("discharged_on", str(discharged)))
    return None


def _of_rule(rule: BillRule, submission: Submission) -> tuple[Denial, Inputs] | None:
    """What bills of this type need."""
    bill: Inputs = (("rule", rule.name), ("bill_type", submission.facility_code[:2] + submission.frequency_code))
    status = submission.discharge_status
    if "admitted_on" in rule.needs and submission.admitted_on is None:
        return WRONG_ADMISSION, (*bill, ("missing", "admitted_on"))
    if "discharge_status" in rule.needs and not status:
        return WRONG_STATUS, (*bill, ("missing", "discharge_status"))
    if status and (status in rule.statuses_not or (rule.statuses and status not in rule.statuses)):
        return WRONG_STATUS, (*bill, ("discharge_status", status))
    stay = stay_of(submission) if rule.counts_nights else None
    if stay is not None:
        nights = max((stay[1] - stay[0]).days, 1)
        beds = [line for line in submission.lines if _in(line.revenue_code, _ACCOMMODATION)]
        billed = sum([line.units_count for line in beds], Decimal(0))
        if billed > nights:
            return WRONG_DAYS, (*bill, ("nights", str(nights)), ("nights_billed", str(billed.normalize())))
    return None


def _of_line(line: Line, submission: Submission) -> Failures:
    starts, ends = submission.statement_from, submission.statement_to
    submitted = line.submitted
    if starts and ends and (submitted.service_from < starts or submitted.service_to > ends):
        days = listed((submitted.service_from, submitted.service_to))
        yield Failure(line, (("service", days), ("statement", listed((starts, ends)))), WRONG_PERIOD)


def _of_revenue(rule: BillRule, line: Line, submission: Submission) -> Failures:
    revenue = line.submitted.revenue_code
    evidence: Inputs = (
        ("rule", rule.name),
        ("bill_type", submission.facility_code[:2] + submission.frequency_code),
        ("revenue", revenue),
    )
    if _in(revenue, rule.revenue_codes_not):
        yield Failure(line, evidence, WRONG_REVENUE_CODE)
    elif _in(revenue, rule.procedure_with) and not line.submitted.procedure_code:
        yield Failure(line, (*evidence, ("missing", "procedure")), NO_HCPCS)


def _in(code: str, ranges: tuple[CodeRange, ...]) -> bool:
    return bool(code) and any(first <= code[: len(first)] and code[: len(last)] <= last for first, last in ranges)

"""Is the claim complete enough to be decided, and may somebody else be liable for it?"""

from __future__ import annotations

from datetime import date

from claims.adjudication.engine.reasons import (
    BILLED_BEFORE_SERVICE,
    NO_DIAGNOSIS,
    NO_PROCEDURE,
    NO_REVENUE_CODE,
    NO_UNITS,
    WRONG_DATES,
    Denial,
)
from claims.adjudication.engine.work import Work
from claims.facts import Submission, SubmittedLine


def check_completeness(work: Work) -> None:
    """Deny what can not be decided as it was sent; an emergency's line goes to a person instead."""
    submission, received_on = work.submission, work.facts.received_on
    for line in work.open_lines():
        found = _missing(line.submitted, submission, received_on)
        if found is None:
            continue
        because, what = found
        if line.submitted.is_emergency:
            work.ask("missing_information", line, (("missing", what),))
        else:
            line.deny(because, "edit." + what)


def ask_about_others(work: Work) -> None:
    """Ask where the claim says that another party may be liable, or that it wants something else than payment."""
    submission = work.submission
    accident_on = ("accident_on", str(submission.accident_on or ""))
    if "EM" in submission.accident_codes:
        work.ask_of_claim("work_related", (accident_on,))
    elif submission.accident_codes:
        work.ask_of_claim("accident", (("accident_codes", ", ".join(submission.accident_codes)), accident_on))
    if submission.submission_type == "31":
        work.ask_of_claim("subrogation_demand")
    # Asked by claims/adjustments before anything is decided; here the answer is heard.
    if ("original_not_found", None) in work.answers:
        work.ask_of_claim("original_not_found")
    if ("original_void", None) in work.answers:
        work.ask_of_claim("original_void")
    excluded_on = work.facts.provider_excluded_on
    if excluded_on is not None and excluded_on <= submission.service_to:
        work.ask_of_claim("provider_excluded", (("excluded_on", str(excluded_on)),))


def _missing(line: SubmittedLine, submission: Submission, received_on: date) -> tuple[Denial, str] | None:
    """What is wrong, and its name in the trace."""
    if line.service_to < line.service_from:
        return WRONG_DATES, "dates"
    if line.service_from > received_on:
        return BILLED_BEFORE_SERVICE, "billed_before_service"
    if submission.kind == "I":
        if not line.revenue_code:
            return NO_REVENUE_CODE, "revenue_code"
    elif not line.procedure_code:
        return NO_PROCEDURE, "procedure"
    if line.units_count <= 0:
        return NO_UNITS, "units"
    if submission.kind == "P":
        if not submission.diagnoses:
            return NO_DIAGNOSIS, "diagnosis"
        if any(not 1 <= pointer <= len(submission.diagnoses) for pointer in line.diagnosis_pointers):
            return NO_DIAGNOSIS, "diagnosis_pointer"
    return None

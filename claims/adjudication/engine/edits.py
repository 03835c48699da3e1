"""Is the claim complete enough to be decided, and may somebody else be liable for it?"""

from __future__ import annotations

from claims.adjudication.engine.work import Line, Work
from claims.facts import Submission

Adjusts = tuple[str, str, tuple[str, ...]]

NO_PROCEDURE: Adjusts = ("CO", "16", ("M51",))
NO_REVENUE_CODE: Adjusts = ("CO", "16", ("M50",))
NO_UNITS: Adjusts = ("CO", "16", ("M53",))
NO_DIAGNOSIS: Adjusts = ("CO", "16", ("M76",))
WRONG_POINTER: Adjusts = ("CO", "16", ("M64",))
WRONG_DATES: Adjusts = ("CO", "16", ("M52",))
BILLED_BEFORE_SERVICE: Adjusts = ("CO", "110", ())


def check_completeness(work: Work) -> None:
    """Deny what can not be decided as it was sent; an emergency's line goes to a person instead."""
    submission = work.facts.submission
    for line in work.open_lines():
        found = _missing(line, submission, work)
        if found is None:
            continue
        (adjustment, what) = found
        if line.submitted.is_emergency:
            work.ask("missing_information", line, (("missing", what),))
        else:
            line.deny(adjustment, "edit." + what)


def ask_about_others(work: Work) -> None:
    """Ask where the claim itself says that another party may be liable, or that it wants something else than payment."""
    facts = work.facts
    submission = facts.submission
    if "EM" in submission.accident_codes:
        work.ask_of_claim("work_related", (("accident_on", str(submission.accident_on or "")),))
    elif submission.accident_codes:
        codes = ", ".join(submission.accident_codes)
        work.ask_of_claim("accident", (("accident_codes", codes), ("accident_on", str(submission.accident_on or ""))))
    if submission.submission_type == "31":
        work.ask_of_claim("subrogation_demand")
    excluded_on = facts.provider_excluded_on
    if excluded_on is not None and excluded_on <= submission.service_to:
        work.ask_of_claim("provider_excluded", (("excluded_on", str(excluded_on)),))


def _missing(line: Line, submission: Submission, work: Work) -> tuple[Adjusts, str] | None:
    """What is wrong, and its name in the trace."""
    submitted = line.submitted
    if submitted.service_to < submitted.service_from:
        return WRONG_DATES, "dates"
    if submitted.service_from > work.facts.received_on:
        return BILLED_BEFORE_SERVICE, "billed_before_service"
    if submission.kind == "I":
        if not submitted.revenue_code:
            return NO_REVENUE_CODE, "revenue_code"
    elif not submitted.procedure_code:
        return NO_PROCEDURE, "procedure"
    if submitted.units_count <= 0:
        return NO_UNITS, "units"
    if submission.kind == "P":
        if not submission.diagnoses:
            return NO_DIAGNOSIS, "diagnosis"
        if any(not 1 <= pointer <= len(submission.diagnoses) for pointer in submitted.diagnosis_pointers):
            return WRONG_POINTER, "diagnosis_pointer"
    return None

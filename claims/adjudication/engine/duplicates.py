"""Was the same service decided before? An exact duplicate is denied, a similar one asked about; both with evidence."""

from __future__ import annotations

from claims.adjudication.engine.facts import PriorLine
from claims.adjudication.engine.work import Inputs, Line, Work

# CARC 18 is for group OA only, except where a state's workers' compensation rules ask for CO.
DUPLICATE = ("OA", "18", ())

# Modifiers by which a provider says that it is another service: repeated, distinct, or on another side or site.
_TELLS_APART = frozenset(
    ["59", "76", "77", "91", "XE", "XS", "XP", "XU", "RT", "LT", "50", "E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "26", "TC"]
)


def check_duplicates(work: Work) -> None:
    """Compare each line with the member's lines of the same day. What was denied before may be sent again."""
    facts = work.facts
    prior = [line for line in facts.prior_lines if line.outcome != "denied" and line.claim_number != facts.claim_number]
    if not prior:
        return
    npi, kind = facts.submission.billing_provider.npi, facts.submission.kind
    for line in work.open_lines():
        same_service = [other for other in prior if _is_same_service(line, other, kind)]
        exact = next((other for other in same_service if _is_exact(line, other, npi)), None)
        if exact is not None:
            line.deny(DUPLICATE, "duplicate.exact", inputs=_evidence(exact, ()))
            continue
        for other in same_service:
            differs = _differences(line, other, npi)
            if _is_near(line, other, differs):
                work.ask("possible_duplicate", line, _evidence(other, differs))
                break


def _is_same_service(line: Line, other: PriorLine, kind: str) -> bool:
    submitted = line.submitted
    return (
        other.kind == kind
        and other.service_from == submitted.service_from
        and other.procedure_code == submitted.procedure_code
        and other.revenue_code == submitted.revenue_code
    )


def _is_exact(line: Line, other: PriorLine, npi: str) -> bool:
    submitted = line.submitted
    return (
        other.billing_npi == npi
        and other.service_to == submitted.service_to
        and other.billed_amount == submitted.billed_amount
        and other.units_count == submitted.units_count
        and other.modifiers == submitted.modifiers
        and other.tooth_numbers == submitted.tooth_numbers
    )


def _differences(line: Line, other: PriorLine, npi: str) -> tuple[str, ...]:
    submitted = line.submitted
    pairs = (
        ("billing_npi", other.billing_npi != npi),
        ("service_to", other.service_to != submitted.service_to),
        ("billed_amount", other.billed_amount != submitted.billed_amount),
        ("units_count", other.units_count != submitted.units_count),
        ("modifiers", other.modifiers != submitted.modifiers),
        ("tooth_numbers", other.tooth_numbers != submitted.tooth_numbers),
    )
    return tuple(name for name, is_different in pairs if is_different)


def _is_near(line: Line, other: PriorLine, differs: tuple[str, ...]) -> bool:
    """The same procedure on the same day, and nothing that says why it would be done twice."""
    if "tooth_numbers" in differs and other.tooth_numbers:
        return False
    if "modifiers" in differs and _TELLS_APART & (set(line.submitted.modifiers) ^ set(other.modifiers)):
        return False
    if "billing_npi" in differs:
        return differs == ("billing_npi",)
    return not ("service_to" in differs and not line.submitted.procedure_code)


def _evidence(other: PriorLine, differs: tuple[str, ...]) -> Inputs:
    found = (
        ("claim_number", other.claim_number),
        ("line_number", str(other.line_number)),
        ("service_from", str(other.service_from)),
        ("billed_amount", str(other.billed_amount)),
        ("outcome", other.outcome),
    )
    return (*found, ("differs", ", ".join(differs))) if differs else found

"""Was the same service decided before? An exact duplicate is denied, a similar one asked about; both with evidence."""

from __future__ import annotations

from claims.adjudication.engine.facts import PriorLine
from claims.adjudication.engine.reasons import DUPLICATE
from claims.adjudication.engine.work import Inputs, Work
from claims.facts import SubmittedLine

# Modifiers by which a provider says that it is another service: distinct, repeated, another side or site, one part.
_TELLS_APART = frozenset(
    {"59", "76", "77", "91", "XE", "XS", "XP", "XU", "RT", "LT", "50", "26", "TC", "TA", "FA"}
    | {f"{site}{number}" for site in "TF" for number in range(1, 10)}  # toes, fingers
    | {f"E{number}" for number in range(1, 5)}  # eyelids
)


def check_duplicates(work: Work) -> None:
    """Compare each line with the member's lines of the same day, and with the other lines of its claim."""
    _check_prior(work)
    if len(work.lines) > 1:
        _check_twins(work)


def _check_prior(work: Work) -> None:
    """What was denied before may be sent again."""
    facts = work.facts
    prior = [line for line in facts.prior_lines if line.outcome != "denied" and line.claim_number != facts.claim_number]
    if not prior:
        return
    npi, kind = work.submission.billing_provider.npi, work.submission.kind
    for line in work.open_lines():
        near: tuple[PriorLine, tuple[str, ...]] | None = None
        for other in prior:
            if other.kind != kind or not _is_same_service(line.submitted, other):
                continue
            differs = _differences(line.submitted, other, npi)
            if not differs:
                line.deny(DUPLICATE, "duplicate.exact", inputs=_evidence(other, differs))
                break
            if near is None and _is_near(line.submitted, other, differs):
                near = (other, differs)
        if near is not None and line.is_open:
            work.ask("possible_duplicate", line, _evidence(*near))


def _check_twins(work: Work) -> None:
    """Two lines of one claim that say the same, word for word: one of them may be a slip, and a person asks which.

    Services without a procedure, such as a hospital's drugs, are often billed in equal parts.
    """
    asked = {question.line_number for question in work.questions if question.reason == "possible_duplicate"}
    first: dict[tuple[object, ...], int] = {}
    for line in work.open_lines():
        submitted = line.submitted
        if not submitted.procedure_code:
            continue
        number = first.setdefault(_said(submitted), line.number)
        if number != line.number and line.number not in asked:
            evidence: Inputs = (
                ("same_claim", f"line {number}"),
                ("procedure", submitted.procedure_code),
                ("service_from", str(submitted.service_from)),
                ("billed_amount", str(submitted.billed_amount)),
            )
            work.ask("possible_duplicate", line, evidence)


def _said(line: SubmittedLine) -> tuple[object, ...]:
    """All by which a line could be another service than its twin."""
    return (
        line.procedure_code,
        line.modifiers,
        line.revenue_code,
        line.service_from,
        line.service_to,
        line.units_count,
        line.billed_amount,
        line.place_of_service,
        line.rendering_npi,
        line.ndc,
        line.diagnosis_pointers,
        line.tooth_numbers,
        line.tooth_surfaces,
        line.oral_cavity_codes,
    )


def _is_same_service(line: SubmittedLine, other: PriorLine) -> bool:
    return (
        other.service_from == line.service_from
        and other.procedure_code == line.procedure_code
        and other.revenue_code == line.revenue_code
    )


def _differences(line: SubmittedLine, other: PriorLine, npi: str) -> tuple[str, ...]:
    pairs = (
        ("billing_npi", other.billing_npi != npi),
        ("service_to", other.service_to != line.service_to),
        ("billed_amount", other.billed_amount != line.billed_amount),
        ("units_count", other.units_count != line.units_count),
        ("modifiers", other.modifiers != line.modifiers),
        ("tooth_numbers", other.tooth_numbers != line.tooth_numbers),
    )
    return tuple(name for name, is_different in pairs if is_different)


def _is_near(line: SubmittedLine, other: PriorLine, differs: tuple[str, ...]) -> bool:
    """The same procedure on the same day, and nothing that says why it would be done twice."""
    if "tooth_numbers" in differs and other.tooth_numbers:
        return False
    if "modifiers" in differs and _TELLS_APART & (set(line.modifiers) ^ set(other.modifiers)):
        return False
    if "billing_npi" in differs:
        return differs == ("billing_npi",)
    return bool(line.procedure_code) or "service_to" not in differs


def _evidence(other: PriorLine, differs: tuple[str, ...]) -> Inputs:
    found = (
        ("claim_number", other.claim_number),
        ("line_number", str(other.line_number)),
        ("service_from", str(other.service_from)),
        ("billed_amount", str(other.billed_amount)),
        ("outcome", other.outcome),
    )
    return (*found, ("differs", ", ".join(differs))) if differs else found

"""Applies the edits that the plan names: what fails one is denied or asked about, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from claims.adjudication.engine import bill_edits, day_edits, line_edits
from claims.adjudication.engine.failure import Failure, Failures
from claims.adjudication.engine.reasons import REASONS, Denial
from claims.adjudication.engine.work import Inputs, Work
from plans.design.terms import EditTerm
from plans.facts import EditFacts

CHECKS: Final[dict[str, Callable[[Work, EditFacts], Failures]]] = {
    "procedure_codes": line_edits.procedure_codes,
    "diagnosis_codes": line_edits.diagnosis_codes,
    "diagnosis_pointers": line_edits.diagnosis_pointers,
    "modifiers": line_edits.modifiers,
    "places": line_edits.places,
    "ages": line_edits.ages,
    "sexes": line_edits.sexes,
    "bill_types": bill_edits.bill_types,
    "stays": bill_edits.stays,
    "units_per_line": day_edits.units_per_line,
    "units_per_day": day_edits.units_per_day,
    "procedure_pairs": day_edits.procedure_pairs,
    "add_on_codes": day_edits.add_on_codes,
}
_NO_ROWS: Final = EditFacts()


def check_edits(work: Work) -> None:
    """One edit after the other; each sees the lines that those before it left open, all of them at once."""
    rows = work.facts.edits or _NO_ROWS
    for term in work.terms.edits:
        settled: set[int] = set()
        # One adjustment or question of an edit is enough for a line: what needs no judgement, and was found first.
        for failure in sorted(CHECKS[term.edit](work, rows), key=lambda found: found.is_judgement):
            if failure.line.number not in settled:
                settled.add(failure.line.number)
                _settle(work, term, failure)


def _settle(work: Work, term: EditTerm, failure: Failure) -> None:
    """Deny what may be denied by rule; an emergency, and what is a matter of judgement, goes to a person."""
    line, code = failure.line, f"edit_{term.edit}"
    reason = REASONS[code]
    because = _because(term, failure.because or reason.denial)
    inputs: Inputs = (*failure.evidence, ("mended_by", reason.mended_by))
    if term.denies and not failure.is_judgement and not line.is_emergency:
        line.deny(because, f"code_edit.{term.edit}", term.section, inputs)
    else:
        work.ask(code, line, inputs, term.section, because)


def _because(term: EditTerm, usual: Denial) -> Denial:
    """The plan's own adjustment, if it names one."""
    if term.carc:
        return Denial(term.group or usual.group, term.carc, term.rarcs)
    return usual._replace(group=term.group or usual.group, rarcs=term.rarcs or usual.rarcs)

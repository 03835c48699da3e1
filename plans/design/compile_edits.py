"""Compiles the edits clause of a plan document: which edits apply, and what becomes of what fails them."""

from __future__ import annotations

from typing import Any

from plans.design.terms import EDITS, EditTerm

# What only a person may say, unless the plan wants it denied: it may well be right for this patient.
_ASKED = frozenset({"ages", "sexes", "stays"})


def compile_edits(clause: dict[str, Any]) -> tuple[EditTerm, ...]:
    """The edits in the order in which they are tried, whatever their order in the document."""
    terms = [_edit(edit, clause["section"]) for edit in clause["apply"]]
    return tuple(sorted(terms, key=lambda term: EDITS.index(term.edit)))


def _edit(edit: dict[str, Any] | str, section: str) -> EditTerm:
    said: dict[str, Any] = {"edit": edit} if isinstance(edit, str) else edit
    usual = "pend" if said["edit"] in _ASKED else "deny"
    return EditTerm(
        edit=said["edit"],
        denies=said.get("when_failed", usual) == "deny",
        group=said.get("group", ""),
        carc=str(said.get("carc", "")),
        rarcs=tuple(said.get("rarcs", ())),
        section=said.get("section", section),
    )

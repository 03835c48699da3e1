"""Says the edits clause of a plan document in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.design.compile_edits import compile_edits

TITLES: Final = {
    "procedure_codes": gettext_lazy("procedure codes valid on the day"),
    "diagnosis_codes": gettext_lazy("diagnosis codes valid on the day"),
    "diagnosis_pointers": gettext_lazy("a diagnosis that may lead the line"),
    "modifiers": gettext_lazy("modifiers valid, and fit for the procedure"),
    "places": gettext_lazy("place of service fit for the procedure"),
    "ages": gettext_lazy("codes fit for the patient's age"),
    "sexes": gettext_lazy("codes fit for the patient's sex"),
    "bill_types": gettext_lazy("type of bill, dates, status and revenue codes agree"),
    "stays": gettext_lazy("no two stays at once"),
    "units_per_line": gettext_lazy("units of a line (MUE)"),
    "units_per_day": gettext_lazy("units of a day (MUE)"),
    "procedure_pairs": gettext_lazy("procedures that include each other (NCCI)"),
    "add_on_codes": gettext_lazy("add-on procedures with their primary one"),
}


def describe_edits(clause: dict[str, Any]) -> dict[str, str]:
    """What becomes of what fails each edit, in the order in which they are tried."""
    says = {}
    for term in compile_edits(clause):
        words = _("denied") if term.denies else _("looked at")
        if term.carc:
            words += f" ({'-'.join(part for part in (term.group, term.carc) if part)})"
        says[str(TITLES[term.edit])] = words
    return says

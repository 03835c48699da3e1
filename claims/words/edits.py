"""Plain words for the edits of codes and bills: what each found, on what evidence, and who can mend it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

RULES: Final = {
    "code_edit.procedure_codes": _("The procedure code was not valid on the day"),
    "code_edit.diagnosis_codes": _("A diagnosis code was not valid on the day"),
    "code_edit.diagnosis_pointers": _("No diagnosis that may lead the line"),
    "code_edit.modifiers": _("A modifier is not valid, or does not go with the rest"),
    "code_edit.places": _("Not done at such a place"),
    "code_edit.ages": _("A code that does not fit the patient's age"),
    "code_edit.sexes": _("A code that does not fit the patient's sex"),
    "code_edit.bill_types": _("The bill contradicts itself"),
    "code_edit.stays": _("Another stay on these nights"),
    "code_edit.units_per_line": _("More units on the line than are likely"),
    "code_edit.units_per_day": _("More units on the day than are likely"),
    "code_edit.procedure_pairs": _("Part of another procedure of the day"),
    "code_edit.add_on_codes": _("Only adds to a procedure that was not found"),
}
# What stands in %(…)s is the step's evidence; a step that lacks some of it is told by its name and its inputs.
SENTENCES: Final = {
    "code_edit.procedure_codes": _(
        "%(code)s was no valid procedure code on %(on)s: %(result)s is denied. The %(mended_by)s can mend it."
    ),
    "code_edit.diagnosis_codes": _(
        "%(code)s was no valid diagnosis code on %(on)s: %(result)s is denied. The %(mended_by)s can mend it."
    ),
    "code_edit.units_per_line": _(
        "%(units)s units of %(procedure)s on one line; at most %(most)s are likely (MUE, %(table)s): %(result)s is "
        "denied. The %(mended_by)s can mend it."
    ),
    "code_edit.units_per_day": _(
        "%(units)s units of %(procedure)s on %(on)s, on all lines and claims; at most %(most)s are likely (MUE, "
        "%(table)s): %(result)s is denied."
    ),
    "code_edit.procedure_pairs": _(
        "%(column_two)s is part of %(column_one)s on %(with)s (NCCI, modifier indicator %(indicator)s): %(result)s is "
        "denied. The %(mended_by)s can mend it."
    ),
    "code_edit.add_on_codes": _(
        "%(procedure)s only adds to another procedure, and none that will do was found on %(on)s: %(result)s is "
        "denied. The %(mended_by)s can mend it."
    ),
}
INPUTS: Final = {
    "mended_by": _("can be mended by the"),
    "column_one": _("column one"),
    "column_two": _("column two"),
    "indicator": _("modifier indicator"),
    "in_force_from": _("in force from"),
    "with": _("beside"),
    "allowed_before": _("allowed before"),
    "most": _("at most"),
    "table": _("table"),
    "other_lines": _("with"),
    "kind": _("type"),
    "others": _("beside"),
    "ended_on": _("valid until"),
    "code_set": _("code set"),
    "its_stay": _("the other stay"),
    "its_billing_npi": _("billed by"),
    "nights_billed": _("nights billed"),
    "leading_diagnosis": _("leading diagnosis"),
    "not_with": _("not with"),
    "ages": _("for ages"),
    "sexes": _("for sex"),
    "places": _("done at"),
    "differs": _("differs in"),
}

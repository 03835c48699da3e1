"""Plain words for the edits of codes and bills: what each found, on what evidence, and who can mend it."""

from __future__ import annotations

from collections.abc import Mapping
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
# The same of a question that an edit leaves to a person, by its reason; several, where the evidence differs in kind.
ASKED: Final = {
    "edit_procedure_codes": (_("%(code)s was no valid procedure code on %(on)s."),),
    "edit_diagnosis_codes": (_("%(code)s was no valid diagnosis code on %(on)s."),),
    "edit_diagnosis_pointers": (
        _("%(leading_diagnosis)s never leads a line."),
        _("The line points to none of the %(diagnoses)s diagnoses."),
    ),
    "edit_modifiers": (
        _("Modifier %(modifier)s contradicts %(not_with)s."),
        _("Modifier %(modifier)s does not go with %(procedure)s."),
        _("Modifier %(modifier)s stands twice."),
        _("Modifier %(code)s was not valid on %(on)s."),
    ),
    "edit_places": (
        _("%(procedure)s is done at places %(places)s, not at %(place)s."),
        _("%(code)s was no valid place of service on %(on)s."),
    ),
    "edit_ages": (
        _("Procedure %(procedure)s is for ages %(ages)s; the patient was %(age)s."),
        _("Diagnosis %(diagnosis)s is for ages %(ages)s; the patient was %(age)s."),
    ),
    "edit_sexes": (
        _("Procedure %(procedure)s is for sex %(sexes)s; the record says %(sex)s."),
        _("Diagnosis %(diagnosis)s is for sex %(sexes)s; the record says %(sex)s."),
    ),
    "edit_bill_types": (
        _("A bill %(bill_type)s must say %(missing)s (%(rule)s)."),
        _("A bill %(bill_type)s does not go with discharge status %(discharge_status)s (%(rule)s)."),
        _("%(nights_billed)s nights are billed, of %(nights)s."),
        _("A bill %(bill_type)s does not hold revenue code %(revenue)s (%(rule)s)."),
        _("The service of %(service)s lies outside the statement, %(statement)s."),
    ),
    "edit_stays": (_("On nights of this stay the patient was in the one of claim %(claim_number)s: %(its_stay)s."),),
    "edit_units_per_line": (
        _("%(units)s units of %(procedure)s on one line; at most %(most)s are likely (MUE, %(table)s)."),
    ),
    "edit_units_per_day": (
        _(
            "%(units)s units of %(procedure)s on %(on)s, on all lines and claims; at most %(most)s are likely "
            "(MUE, %(table)s)."
        ),
    ),
    "edit_procedure_pairs": (
        _("%(column_two)s was paid before (%(allowed_before)s), and is part of this %(column_one)s (NCCI)."),
        _("%(column_two)s is part of %(column_one)s on %(with)s (NCCI, modifier indicator %(indicator)s)."),
    ),
    "edit_add_on_codes": (
        _("%(procedure)s only adds to another procedure; beside it stands %(others)s, which is not listed for it."),
        _("%(procedure)s only adds to another procedure, and none was found on %(on)s."),
    ),
}
MENDED_BY: Final = {
    "provider": _("The provider can mend it with a corrected claim."),
    "examiner": _("An examiner can settle it from what we know."),
    "clinician": _("A clinician must judge it."),
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
    "same_claim": _("the same as, on this claim,"),
}


def asked_sentence(reason: str, evidence: Mapping[str, str]) -> str:
    """What an edit found and who can mend it; empty for a question of another kind."""
    for sentence in ASKED.get(reason, ()):
        try:
            told = str(sentence) % evidence
        except KeyError:
            continue
        return " ".join(part for part in (told, str(MENDED_BY.get(evidence.get("mended_by", ""), ""))) if part)
    return ""

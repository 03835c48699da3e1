"""What can be wrong with an enrolment record: codes, and the sentences that say what to do about it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

MESSAGES: Final = {
    "column.unknown": _("This column is not known. Rename or remove it."),
    "column.missing": _("This column is missing."),
    "column.twice": _("This column stands there twice."),
    "row.length": _("The row has more or fewer cells than the header."),
    "row.twice": _("The same person and plan stand in an earlier row."),
    "cell.missing": _("This must be filled in."),
    "cell.too_long": _("This is longer than the field."),
    "date.wrong": _("This is no date. Write 2026-01-31 or 01/31/2026."),
    "date.order": _("The last day is before the first."),
    "birth.future": _("The date of birth lies in the future."),
    "relationship.unknown": _("This relationship is not known. Write employee, spouse, child or other."),
    "sex.unknown": _("Write F, M or U."),
    "tier.unknown": _("This coverage tier is not known. Write EE, ES, EC or FAM."),
    "ssn.wrong": _("This can be no Social Security number."),
    "email.wrong": _("This is no e-mail address."),
    "disabled.unknown": _("Write yes or no."),
    "action.unknown": _("Write set, end or reinstate."),
    "subscriber.missing": _("The subscriber number is missing."),
    "subscriber.unknown": _("Nobody is enrolled under this subscriber number, and this is a dependent."),
    "subscriber.other_person": _("This number belongs to somebody with another name and date of birth."),
    "member.unknown": _("We know of no such member."),
    "member.ambiguous": _("Several members of the family fit."),
    "plan.missing": _("No plan is named, and the employer offers more than one."),
    "plan.unknown": _("The employer offers no plan of this name."),
    "plan.not_offered": _("The employer does not offer this plan on the first day."),
    "division.unknown": _("The employer has no such division."),
    "coverage.no_start": _("The first day of coverage is missing."),
    "coverage.no_end": _("The last day of coverage is missing."),
    "coverage.none_given": _("The person was recorded, but no coverage was named."),
    "coverage.subscriber_not_covered": _("The subscriber is not covered by this plan on the first day."),
    "cob.order_unknown": _("Another coverage was named, but not which pays first. Ask the member."),
    "medicare.reason_unknown": _("Medicare was named, but not by what the member is entitled to it. Ask the member."),
    "medicare.begin_unknown": _("Kidney failure was named, but not since when there is Medicare. Ask the member."),
    "medicare.differs": _("The file and what we recorded of the member's Medicare differ; nothing was changed."),
    "member.missing": _("Covered with us on the day of the file, but not in it."),
    "member.changed": _("What we held differed and was changed."),
    "sponsor.unknown": _("No employer of ours has this number."),
    "sponsor.ambiguous": _("Several employers of ours have this number."),
    "file.no_rows": _("The file holds no rows."),
}
"""Every code, with its sentence. None of them names a person."""

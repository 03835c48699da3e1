"""When somebody may enrol outside the open period, and from which day at the latest, 29 CFR 2590.701-6."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from tpa.foundation.values.periods import Period

LOSS, MARRIAGE, BIRTH, ADOPTION = "loss", "marriage", "birth", "adoption"
# (b)(3)(iii)(B): a child's enrolment goes back to the birth, adoption or placement.
_FROM_THE_DAY: Final = (BIRTH, ADOPTION)


class SpecialEnrolment(NamedTuple):
    """Whether the plan must allow it, in any of its benefit packages, and the latest first day."""

    must_allow: bool
    effective_by: date | None


def special_enrolment(*, event: str, on: date, requested_on: date, request_days: int) -> SpecialEnrolment:
    """After loss of other coverage and after marriage from the first day of the month that begins after the request."""
    if requested_on < on or (requested_on - on).days > request_days:
        return SpecialEnrolment(must_allow=False, effective_by=None)
    if event in _FROM_THE_DAY:
        return SpecialEnrolment(must_allow=True, effective_by=on)
    return SpecialEnrolment(must_allow=True, effective_by=Period.of_month(requested_on).end)

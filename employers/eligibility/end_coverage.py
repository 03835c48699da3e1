"""Ends a member's coverage after a day; a subscriber's end is the dependents' too."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.open_household import open_household
from employers.eligibility.timeline import cut
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict


def end_coverage(*, member_id: int, last_on: date, because: str, by: Actor, plan_id: int | None = None) -> None:
    """The last day of coverage, by one plan or by all. It may lie in the past: what stood beyond it is superseded.

    Raises `Conflict("coverage.ended")` when nothing reaches beyond that day.
    """
    with transaction.atomic():
        roster, household, member = open_household(member_id=member_id)
        for plan, line in list(member.lines.items()):
            if plan_id is None or plan == plan_id:
                member.lines[plan] = cut(line, last_on + timedelta(days=1))
        if not member.lines_changed:
            raise Conflict("coverage.ended", _("No coverage of the member reaches beyond that day."))
        for person in household.people:
            person.because = because
        roster.save(by=by, because=because)

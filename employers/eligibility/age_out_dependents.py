"""Ends the coverage of children who have come of the age up to which the law has them covered."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from employers.eligibility.hold_enrolment import hold_enrolment
from employers.eligibility.roster import Roster
from employers.eligibility.timeline import cut
from employers.models import Member
from tpa.foundation.audit import Actor
from tpa.foundation.parameters import parameter

AGE_MONTHS = "aca.dependent_age.months"
BECAUSE = "reached the limiting age"


def age_out_dependents(*, employer_id: int, on: date, by: Actor) -> list[int]:
    """End, by the last of the month of that birthday, the coverage of children whose month is over on a day.

    The age is the law's (29 CFR 2590.715-2714); disabled children stay. Returns the ids of those who were ended; doing
    it again ends nobody. A fixed number of statements, however many children.
    """
    months = int(parameter(AGE_MONTHS, on=on))
    born_before = _months_later(on.replace(day=1), -months)
    with transaction.atomic():
        at = hold_enrolment(employer_id=employer_id)
        grown = Member.objects.filter(
            employer=employer_id,
            relationship=Member.Relationship.CHILD,
            is_disabled=False,
            birth_on__lt=born_before,
            coverages__superseded_at__isnull=True,
        ).distinct()
        families = set(grown.values_list("family_id", flat=True))
        if not families:
            return []
        roster = Roster(employer_id, at)
        roster.load(family_ids=families)
        ended = []
        for household in roster.households.values():
            for person in household.people:
                row = person.row
                if row.relationship != Member.Relationship.CHILD or row.is_disabled or row.birth_on is None:
                    continue
                if row.birth_on >= born_before:
                    continue
                month_after = _months_later(row.birth_on.replace(day=1), months + 1)
                person.lines = {plan_id: cut(line, month_after) for plan_id, line in person.lines.items()}
                if person.lines_changed:
                    ended.append(person.key)
                    for one in household.people:
                        one.because = BECAUSE
        roster.save(by=by, because=BECAUSE)
    return sorted(ended)


def _months_later(first: date, months: int) -> date:
    """The first of the month so many months after a first of a month."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)

"""Changes a subscriber's coverage from a day on: another tier, division or plan."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.offered_plans import OfferedPlans
from employers.eligibility.open_household import open_household
from employers.eligibility.roster import Household
from employers.eligibility.timeline import FOREVER, SELF, Span, at, cut, lay
from employers.models import Coverage
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def change_coverage(
    *,
    member_id: int,
    plan_id: int,
    from_on: date,
    because: str,
    by: Actor,
    tier: str = "",
    division: str = "",
    to_plan_id: int | None = None,
) -> None:
    """From a day on the subscriber, with all dependents covered on that day, has another tier, division or plan.

    What stood from that day on is superseded; it can be a day in the past. Dependents follow: they are covered by
    what covers the subscriber. Blank means: as it was.
    """
    if tier and tier not in Coverage.Tier.values:
        raise Invalid("tier.unknown", _("There is no such coverage tier."))
    with transaction.atomic():
        roster, household, subscriber = open_household(member_id=member_id)
        if subscriber.row.relationship != SELF:
            raise Invalid("coverage.of_dependent", _("A dependent's coverage follows the subscriber's."))
        offered = OfferedPlans(roster.employer_id)
        if division and division not in offered.divisions:
            raise Invalid("division.unknown", _("The employer has no such division."))
        if to_plan_id is not None and not offered.offers(to_plan_id, from_on):
            raise Invalid("plan.not_offered", _("The employer does not offer this plan on that day."))
        now = at(subscriber.line(plan_id), from_on)
        if now is None:
            raise Invalid("coverage.none", _("The member is not covered by this plan on that day."))
        wanted = Span(from_on, FOREVER, tier or now.tier, offered.divisions.get(division, now.division_id))
        target = to_plan_id if to_plan_id is not None else plan_id
        for person in household.people:
            person.because = because
        _move(household, plan_id, target, wanted)
        household.told[target] = [wanted._replace(division_id=None)]
        roster.save(by=by, because=because)


def _move(household: Household, plan_id: int, target: int, wanted: Span) -> None:
    """Lay what is wanted over the lines of all who are covered on its first day, until their coverage ends."""
    for person in household.people:
        line = person.line(plan_id)
        covered = at(line, wanted.start)
        if covered is None:
            continue
        last = line[-1].end
        person.lines[plan_id] = cut(line, wanted.start)
        person.lines[target] = lay(cut(person.line(target), wanted.start), wanted._replace(end=last))

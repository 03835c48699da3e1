"""Opens the family of one member for a change, with the employer's enrolment held."""

from __future__ import annotations

from django.utils.translation import gettext as _

from employers.eligibility.hold_enrolment import hold_enrolment
from employers.eligibility.roster import Household, Person, Roster
from employers.models import Member
from tpa.foundation.errors import NotFound


def open_household(*, member_id: int) -> tuple[Roster, Household, Person]:
    """The roster to save, the family and the member in it. Inside the caller's transaction."""
    member = Member.objects.filter(pk=member_id).only("employer_id", "family_id").first()
    if member is None:
        raise NotFound("member.unknown", _("There is no such member."))
    roster = Roster(member.employer_id, hold_enrolment(employer_id=member.employer_id))
    roster.load(family_ids=[member.family_id])
    [household] = roster.households.values()
    return roster, household, next(person for person in household.people if person.key == member_id)

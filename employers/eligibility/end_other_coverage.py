"""Another payer's coverage of a member ends, or never was."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.open_household import open_household
from employers.models import OtherCoverage
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, NotFound


def end_other_coverage(*, other_coverage_id: int, last_on: date, because: str, by: Actor) -> None:
    """Supersede it by one that ends after a day; by nothing when it would not have begun."""
    found = OtherCoverage.objects.filter(pk=other_coverage_id).values_list("member_id", flat=True).first()
    if found is None:
        raise NotFound("cob.unknown", _("There is no such other coverage."))
    with transaction.atomic():
        roster, _household, member = open_household(member_id=found)
        row = next((other for other in member.others if other.pk == other_coverage_id), None)
        if row is None:
            raise Conflict("cob.superseded", _("This was superseded meanwhile."))
        after = last_on + timedelta(days=1)
        if row.period.upper is not None and row.period.upper <= after:
            raise Conflict("cob.ended", _("It ends by that day."))
        member.end_other(row, after)
        member.because = because
        roster.save(by=by, because=because)

"""Records how a subscriber stands with the employer: in employment, retired, laid off, or on continuation."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from employers.eligibility.cut_out import cut_out
from employers.eligibility.hold_enrolment import hold_enrolment
from employers.models import Member, OtherCoverage, SubscriberStanding
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.periods import Period


def record_standing(*, member_id: int, standing: str, period: Period, because: str, by: Actor) -> None:
    """For a period; what was told of these days before is superseded, what was told of others stays."""
    if standing not in OtherCoverage.Standing.values:
        raise Invalid("standing.unknown", _("There is no such standing."))
    if not because.strip():
        raise Invalid("standing.because", _("Say where this is known from."))
    with transaction.atomic():
        member = Member.objects.filter(pk=member_id, relationship=Member.Relationship.SELF).first()
        if member is None:
            raise NotFound("member.unknown", _("There is no such subscriber."))
        at = hold_enrolment(employer_id=member.employer_id)
        days = DateRange(period.start, period.end)
        standing_rows = SubscriberStanding.objects.filter(member=member, superseded_at__isnull=True)
        touched = list(standing_rows.filter(period__overlap=days))
        told = [(standing, days)]
        for row in touched:
            told += [(row.standing, left) for left in cut_out(row.period, period.start, period.end)]
        SubscriberStanding.objects.filter(pk__in=[row.pk for row in touched]).update(superseded_at=at)
        SubscriberStanding.objects.bulk_create(
            SubscriberStanding(
                employer_id=member.employer_id,
                member=member,
                standing=word,
                period=left,
                because=because.strip()[:120],
                recorded_at=at,
            )
            for word, left in told
        )
        record("employers.subscriberstanding.recorded", by=by, about=member, because=because)

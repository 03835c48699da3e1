"""Records how many employees an employer has: the history that the law on Medicare looks back on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from employers.eligibility.cut_out import cut_out
from employers.eligibility.hold_enrolment import hold_enrolment
from employers.models import Employer, Headcount
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Invalid
from tpa.foundation.values.periods import Period


def record_headcount(*, employer_id: int, employee_count: int, period: Period, because: str, by: Actor) -> None:
    """On each working day of a period, full- and part-time; what was told of these days before is superseded."""
    if employee_count < 0:
        raise Invalid("headcount.negative", _("A number of employees is not negative."))
    if not because.strip():
        raise Invalid("headcount.because", _("Say where this is known from."))
    with transaction.atomic():
        at = hold_enrolment(employer_id=employer_id)
        days = DateRange(period.start, period.end)
        counted = Headcount.objects.filter(employer_id=employer_id, superseded_at__isnull=True)
        touched = list(counted.filter(period__overlap=days))
        told = [(employee_count, days)]
        for row in touched:
            told += [(row.employee_count, left) for left in cut_out(row.period, period.start, period.end)]
        Headcount.objects.filter(pk__in=[row.pk for row in touched]).update(superseded_at=at)
        Headcount.objects.bulk_create(
            Headcount(
                employer_id=employer_id,
                employee_count=count,
                period=left,
                because=because.strip()[:120],
                recorded_at=at,
            )
            for count, left in told
        )
        about = Subjects.rows(Employer, [employer_id], employer_id=employer_id)
        record("employers.headcount.recorded", by=by, about=about, because=because)

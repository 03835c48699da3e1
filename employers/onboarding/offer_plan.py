"""An employer offers a plan to its people for a time."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from employers.models import Employer, PlanOffering
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound


def offer_plan(
    *,
    employer_id: int,
    plan_id: int,
    starts_on: date,
    by: Actor,
    ends_on: date | None = None,
    file_names: tuple[str, ...] = (),
) -> int:
    """From `starts_on` to before `ends_on` (None: open) people can be enrolled in the plan; returns the offering's id.

    `file_names` are what the employer's files call it: plan names (HD04) or lines of coverage (HD03: HLT, PPO, DEN …).
    """
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid("offering.period", _("The offer must end after it starts."))
    with transaction.atomic():
        if not Employer.objects.select_for_update(no_key=True).filter(pk=employer_id).exists():
            raise NotFound("employer.unknown", _("There is no such employer."))
        period = DateRange(starts_on, ends_on)
        if PlanOffering.objects.filter(employer=employer_id, plan=plan_id, period__overlap=period).exists():
            raise Conflict("offering.stands", _("The employer offers this plan for some of this time already."))
        offering = PlanOffering.objects.create(
            employer_id=employer_id, plan_id=plan_id, period=period, file_names=list(file_names)
        )
        record("employers.planoffering.added", by=by, about=offering)
    return offering.pk

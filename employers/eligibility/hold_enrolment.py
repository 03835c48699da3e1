"""Holds an employer's enrolment still, so that what is read of it at a moment stays what was known at that moment."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.models import Employer
from tpa.foundation.errors import NotFound


def hold_enrolment(*, employer_id: int) -> datetime:
    """Lock out every other change of the employer's coverage until the transaction ends; returns the moment it holds.

    Whoever changes coverage takes this first and records with the moment it returns. So the moments are in the order
    of the commits: who reads as known at one of them reads the same ever after (a month's close stands on it).
    """
    assert connection.in_atomic_block, "the lock ends with its transaction"
    held = Employer.objects.select_for_update(no_key=True).filter(pk=employer_id).values_list("pk", flat=True).first()
    if held is None:
        raise NotFound("employer.unknown", _("There is no such employer."))
    return timezone.now()

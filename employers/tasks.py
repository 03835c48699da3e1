"""What enrolment does by the calendar: children who have come of age are ended when their month is over."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from employers.eligibility.age_out_dependents import age_out_dependents
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("eligibility")


@shared_task(queue="default")
def age_out(on: str | None = None) -> None:
    """Of every employer, each in a transaction of its own. Running twice ends nobody twice."""
    today = date.fromisoformat(on) if on else timezone.localdate()
    for employer in employers_seen(system_scope("eligibility")):
        age_out_dependents(employer_id=employer.employer_id, on=today, by=SYSTEM)

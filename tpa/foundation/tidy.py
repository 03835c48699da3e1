"""What may be forgotten is forgotten: ended sessions and tokens, kept answers, old failed attempts. For each night."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import clear_expired

from tpa.foundation.api.idempotency import KEPT_FOR, forget_answers


def tidy() -> dict[str, int]:
    """Deletes what has expired and returns how many rows of each kind. Doing it again deletes nothing more.

    The audit trail, roles, keys and files are no part of this: how long they are kept is the law's to say (6 years,
    45 CFR 164.316(b)(2)), and nothing here deletes them.
    """
    now = timezone.now()
    sessions, _per_model = Session.objects.filter(expire_date__lt=now).delete()
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    attempts, _per_model = AccessAttempt.objects.filter(attempt_time__lt=now - 2 * cool_off).delete()
    clear_expired()
    return {
        "sessions": sessions,
        "failed sign-ins": attempts,
        "kept answers": forget_answers(before=now - KEPT_FOR),
    }

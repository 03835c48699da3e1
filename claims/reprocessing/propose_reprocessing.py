"""Asks for the list of an employer's decided claims that what was recorded since a moment would decide otherwise."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Reprocessing
from employers.onboarding.selectors import employers_seen
from tpa.foundation import work
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role

LIST_CLAIMS = "list_reprocessing"


def propose_reprocessing(*, employer_id: int, since: datetime, because: str, by: Scope) -> Reprocessing:
    """The list is drawn up by workers; nothing is decided. Raises Refused for another role than senior examiner and
    manager, NotFound for an employer that does not exist for the person, and Invalid without a reason or for a moment
    to come."""
    check_role(by, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
    assert by.user_id is not None
    if employer_id not in {one.employer_id for one in employers_seen(by)}:
        raise NotFound("employer.no_such_employer", _("There is no such employer."))
    now = timezone.now()
    if not because.strip():
        raise Invalid("reprocessing.reason_wanted", _("Say what changed: it stands above the list."))
    if since > now:
        raise Invalid("reprocessing.since", _("Changes are looked for from a day in the past."))
    with transaction.atomic():
        row = Reprocessing.objects.create(
            employer_id=employer_id,
            since=since,
            because=because.strip()[:300],
            proposed_at=now,
            proposed_by_id=by.user_id,
            status_at=now,
        )
        record("claims.reprocessing.proposed", by=by.actor, about=row, because=row.because)
        work.ask(LIST_CLAIMS, key=str(row.pk), payload={"reprocessing": row.pk})
    return row

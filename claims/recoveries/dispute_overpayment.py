"""A payee does not agree; a person looks at it and upholds what was asked, or what the payee says."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Overpayment
from claims.recoveries.cases import Status, case_to_work, check_reason, keep
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict
from tpa.foundation.transitions import move

_LOOK_DAYS = 14


def dispute_overpayment(*, number: str, revision: int, because: str, by: Scope) -> Overpayment:
    """Write down what the payee says; nothing is taken while it is disputed. Raises as `case_to_work`, Invalid without
    a reason, and Conflict unless it was asked for."""
    because = check_reason(because)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        if row.status != Status.REQUESTED:
            raise Conflict("recoveries.not_asked", _("Only what was asked for can be disputed."))
        move(row, Status.DISPUTED, by=by.actor, because=because)
        keep(row, next_action_on=timezone.localdate() + timedelta(days=_LOOK_DAYS))
        record("claims.overpayment.disputed", by=by.actor, about=row, because=because)
    return row


def uphold_overpayment(*, number: str, revision: int, because: str, by: Scope) -> Overpayment:
    """What was asked stands: the days of the letter count again. What the payee is right about is given up by a
    write-off. Raises as `case_to_work`, Invalid without a reason, and Conflict unless it is disputed."""
    because = check_reason(because)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        if row.status != Status.DISPUTED:
            raise Conflict("recoveries.not_disputed", _("This is not disputed."))
        move(row, Status.REQUESTED, by=by.actor, because=because)
        keep(row, next_action_on=timezone.localdate())
        record("claims.overpayment.upheld", by=by.actor, about=row, because=because)
    return row

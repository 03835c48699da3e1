"""Who may approve how much: limits agreed with an employer, set by the contract's floor and obeyed by the claims'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid
from tpa.foundation.models import ApprovalLimit, Role
from tpa.foundation.values.money import cents

ENGINE = ApprovalLimit.ENGINE
_ROLES = frozenset({*Role.values, ENGINE})


def approval_limits(employer_ids: Iterable[int], on: date) -> dict[int, dict[str, Decimal]]:
    """employer → role (or `engine`) → the amount up to which it may approve a claim on a day. Absent: no limit."""
    limits: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = ApprovalLimit.objects.filter(
        employer_id__in=list(employer_ids), period__contains=on, superseded_at__isnull=True
    ).values_list("employer_id", "role", "limit_amount")
    for employer_id, role, amount in rows:
        limits[employer_id][role] = amount
    return dict(limits)


def set_approval_limit(
    *, employer_id: int, role: str, amount: Decimal, period: tuple[date, date | None], source: str, by: Actor
) -> ApprovalLimit:
    """Agree a limit for a period (half-open); what stood for these days before is superseded, the rest of it remains.

    Raises Invalid for an unknown role or a negative amount.
    """
    if role not in _ROLES:
        raise Invalid("authority.no_such_role", _("There is no such role."), role=role)
    if amount < 0 or amount != cents(amount):
        raise Invalid("authority.amount", _("A limit is a whole number of cents and not negative."))
    start, end = period
    now = timezone.now()
    with transaction.atomic():
        _one_at_a_time(employer_id)
        standing = list(
            ApprovalLimit.objects.filter(
                employer_id=employer_id, role=role, superseded_at__isnull=True, period__overlap=period
            )
        )
        ApprovalLimit.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=now)
        rest = []
        for row in standing:
            if row.period.lower < start:
                rest.append(_copy(row, (row.period.lower, start)))
            if end is not None and (row.period.upper is None or end < row.period.upper):
                rest.append(_copy(row, (end, row.period.upper)))
        limit = ApprovalLimit(
            employer_id=employer_id, role=role, limit_amount=amount, period=period, source=source, recorded_at=now
        )
        for row in rest:
            row.recorded_at = now
        ApprovalLimit.objects.bulk_create([*rest, limit])
        record("foundation.approvallimit.set", by=by, about=limit, because=source, detail={"role": role})
    return limit


def _copy(row: ApprovalLimit, period: tuple[date, date | None]) -> ApprovalLimit:
    return ApprovalLimit(
        employer_id=row.employer_id,
        role=row.role,
        limit_amount=row.limit_amount,
        period=period,
        source=row.source,
    )


def _one_at_a_time(employer_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('approval_limit', %s))", [employer_id])

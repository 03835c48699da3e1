"""The terms of an authorization: read under its lock, superseded by others, never edited."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from claims.authorizations.request_authorization import check_terms
from claims.models import Authorization
from tpa.foundation.access import Scope, check_role
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models import Role

DECIDERS = (Role.SENIOR_EXAMINER, Role.TPA_MANAGER)


def authorization_to_answer(*, number: str, revision: int, because: str, by: Scope) -> Authorization:
    """The authorization as it stands, locked, for who may decide. Raises Refused, NotFound, Invalid without a reason,
    and Conflict when it was changed since it was seen."""
    check_role(by, *DECIDERS)
    if not because.strip():
        raise Invalid("authorization.reason_wanted", _("Say why: the reason stays with the authorization."))
    standing = Authorization.objects.visible_to(by).filter(number=number, superseded_at__isnull=True)
    row = standing.select_for_update(no_key=True).first()
    if row is None:
        raise NotFound("authorization.no_such_authorization", _("There is no such authorization."))
    if row.revision != revision:
        raise Conflict("status.stale", _("Somebody changed this record meanwhile."), revision=row.revision)
    return row


def change_terms(
    row: Authorization, *, at: datetime, because: str, units_count: Decimal | None = None, last_on: date | None = None
) -> Authorization:
    """The same authorization in other terms: units and last day as given, else as they were. Returns the new row."""
    last = last_on or row.period.upper - timedelta(days=1)
    units = row.units_count if units_count is None else units_count
    check_terms(units, row.period.lower, last)
    Authorization.objects.filter(pk=row.pk).update(superseded_at=at)
    copied = {field.attname: getattr(row, field.attname) for field in Authorization._meta.concrete_fields}
    del copied["id"]
    return Authorization.objects.create(
        **copied
        | {
            "units_count": units,
            "period": DateRange(row.period.lower, last + timedelta(days=1)),
            "because": because.strip()[:300],
            "revision": row.revision + 1,
            "recorded_at": at,
        }
    )

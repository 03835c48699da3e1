"""A person permits more than was permitted: more units, more days, or both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.authorizations.change_terms import authorization_to_answer, change_terms
from claims.models import Authorization
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid


def extend_authorization(
    *, number: str, revision: int, because: str, by: Scope, grants: tuple[Decimal | None, date | None]
) -> Authorization:
    """All units from now on (those that are used count among them), and the last day. Raises as
    `authorization_to_answer`, Conflict for one that is not approved, Invalid for less than there was."""
    units, last_on = grants
    at = timezone.now()
    with transaction.atomic():
        row = authorization_to_answer(number=number, revision=revision, because=because, by=by)
        if row.status != Authorization.Status.APPROVED:
            raise Conflict("authorization.not_approved", _("Only an approved authorization can be extended."))
        is_less = (units is not None and units < row.units_count) or (
            last_on is not None and last_on < row.period.upper and last_on < _last(row)
        )
        if is_less or (units in (None, row.units_count) and last_on in (None, _last(row))):
            raise Invalid("authorization.no_more", _("An extension permits more units or more days than before."))
        row = change_terms(row, at=at, because=because, units_count=units, last_on=last_on)
        record("claims.authorization.extended", by=by.actor, about=row, because=because)
    return row


def _last(row: Authorization) -> date:
    return date.fromordinal(row.period.upper.toordinal() - 1)

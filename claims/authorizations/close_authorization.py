"""A person ends an authorization: for services after a day it permits nothing any more."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.authorizations.change_terms import authorization_to_answer, change_terms
from claims.models import Authorization
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid
from tpa.foundation.transitions import move


def close_authorization(*, number: str, revision: int, because: str, by: Scope, last_on: date) -> Authorization:
    """`last_on` is the last day it permits; what was used until then stands. Raises as `authorization_to_answer`,
    Conflict for one that is not approved, Invalid for a day that is not within its own."""
    at = timezone.now()
    with transaction.atomic():
        row = authorization_to_answer(number=number, revision=revision, because=because, by=by)
        if not row.period.lower <= last_on < row.period.upper:
            raise Invalid("authorization.days", _("The last day is one of its own days."))
        row = change_terms(row, at=at, because=because, last_on=last_on)
        move(row, Authorization.Status.CLOSED, by=by.actor, because=because, at=at)
        record("claims.authorization.closed", by=by.actor, about=row, because=because)
    return row

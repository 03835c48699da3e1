"""A person permits what was asked for, all of it or less."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from claims.authorizations.change_terms import authorization_to_answer, change_terms
from claims.models import Authorization
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.transitions import move


def approve_authorization(
    *, number: str, revision: int, because: str, by: Scope, grants: tuple[Decimal | None, date | None] = (None, None)
) -> Authorization:
    """Approve the request; `grants` are other units or another last day than was asked for. Raises as
    `authorization_to_answer`, and Conflict when it is answered already."""
    at = timezone.now()
    with transaction.atomic():
        row = authorization_to_answer(number=number, revision=revision, because=because, by=by)
        row = change_terms(row, at=at, because=because, units_count=grants[0], last_on=grants[1])
        move(row, Authorization.Status.APPROVED, by=by.actor, because=because, at=at)
        record("claims.authorization.approved", by=by.actor, about=row, because=because)
    return row

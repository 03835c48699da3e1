"""A person refuses what was asked for."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from claims.authorizations.change_terms import authorization_to_answer, change_terms
from claims.models import Authorization
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.transitions import move


def deny_authorization(*, number: str, revision: int, because: str, by: Scope) -> Authorization:
    """Deny the request. Raises as `authorization_to_answer`, and Conflict when it is answered already."""
    at = timezone.now()
    with transaction.atomic():
        row = authorization_to_answer(number=number, revision=revision, because=because, by=by)
        row = change_terms(row, at=at, because=because)
        move(row, Authorization.Status.DENIED, by=by.actor, because=because, at=at)
        record("claims.authorization.denied", by=by.actor, about=row, because=because)
    return row

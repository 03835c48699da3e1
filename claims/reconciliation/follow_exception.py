"""Notes that the bank was told of a check that it paid with another amount. That it put it right shows itself."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import BankException
from tpa.foundation.access import Scope
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move


def follow_exception(*, exception_id: int, note: str, scope: Scope) -> BankException:
    """Note it and return the exception. Raises Conflict when the bank was told, or has put it right."""
    if not note.strip():
        raise Invalid("bank.reason_wanted", _("Say whom you told, and when."))
    with transaction.atomic():
        found = BankException.objects.visible_to(scope).select_for_update(no_key=True).filter(pk=exception_id).first()
        if found is None:
            raise NotFound("bank.no_such_exception", _("There is no such exception."))
        move(found, BankException.Status.TOLD, by=scope.actor, because=note)
        found.note = note.strip()[:300]
        found.save(update_fields=["note"])
    return found

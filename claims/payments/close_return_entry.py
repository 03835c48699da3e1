"""Says what a person made of an entry of a return file that fitted nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import ReturnEntry
from claims.payments.instrument_for import CHANGERS
from tpa.foundation.access import Scope, check_role
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move


def close_return_entry(*, entry_id: int, note: str, by: Scope) -> ReturnEntry:
    """Raises NotFound, Invalid without a note, Refused for another role, Conflict when somebody closed it meanwhile."""
    check_role(by, *CHANGERS)
    if not note.strip():
        raise Invalid("returns.note_wanted", _("Say what you found: the note stays with the entry."))
    with transaction.atomic():
        entry = ReturnEntry.objects.visible_to(by).select_for_update(no_key=True).filter(pk=entry_id).first()
        if entry is None:
            raise NotFound("returns.no_such_entry", _("There is no such entry."))
        move(entry, ReturnEntry.Status.CLOSED, by=by.actor, because=note)
        ReturnEntry.objects.filter(pk=entry.pk).update(note=note.strip()[:300])
        entry.note = note.strip()[:300]
    return entry

"""A person writes something down about a claim."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, ClaimNote
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound


def add_note(*, claim_id: int, text: str, by: Scope) -> ClaimNote:
    """Add a note; it stays as it was written. Raises NotFound, and Invalid for a note that says nothing."""
    if not text.strip():
        raise Invalid("review.note_empty", _("Write what you want to note."))
    with transaction.atomic():
        claim = Claim.objects.visible_to(by).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        note = ClaimNote.objects.create(
            claim=claim,
            employer_id=claim.employer_id,
            at=timezone.now(),
            author_id=by.user_id or 0,
            text=text.strip(),
        )
        record("claims.claim.noted", by=by.actor, about=claim)
    return note

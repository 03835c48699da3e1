"""Asks for a what-if: kept with its pieces of work, which workers take up side by side."""

from __future__ import annotations

import msgspec
from django.db import transaction
from django.utils import timezone

from claims.models import WhatIf
from claims.trials.answer import answer_of
from claims.trials.propose import Asked, propose
from claims.trials.tally import Tally
from claims.trials.what_if import pieces_of
from tpa.foundation import audit, work
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move

WHAT_IF = "what_if"


def ask_what_if(*, employer_id: int, name: str, asked: Asked, by: Actor) -> WhatIf:
    """Ask for it; without any claim in the period it is done at once. Raises Invalid for what can not be tried."""
    tried = propose(employer_id=employer_id, asked=asked)
    now = timezone.now()
    with transaction.atomic():
        pieces = pieces_of(tried)
        row = WhatIf.objects.create(
            employer_id=employer_id,
            name=name,
            tried=msgspec.to_builtins(tried, str_keys=True),
            status_at=now,
            asked_at=now,
            asked_by_id=by.user_id,
            piece_count=len(pieces),
        )
        audit.record("claims.whatif.asked", by=by, about=row)
        work.ask_many(
            WHAT_IF,
            [
                (f"{row.pk}:{number}", 0, {"what_if": row.pk, "piece": number, "families": families})
                for number, families in enumerate(pieces)
            ],
            at=now,
        )
        if not pieces:
            WhatIf.objects.filter(pk=row.pk).update(answer=answer_of(tried, Tally()))
            move(row, WhatIf.Status.DONE, by=by, at=now)
    return row

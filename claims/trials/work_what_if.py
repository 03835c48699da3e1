"""Works on a piece of a what-if; who does the last one merges them into the answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db import transaction

from claims.models import WhatIf, WhatIfPiece
from claims.trials.answer import answer_of
from claims.trials.tally import Tally, merged
from claims.trials.tried import Tried
from claims.trials.what_if import what_if_piece
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move

_BY = Actor.system("what_if")


def work_what_if(*, what_if_id: int, number: int, family_ids: Sequence[int]) -> None:
    """Do one piece. Twice is harmless: the second finds it done."""
    row = WhatIf.objects.get(pk=what_if_id)
    if row.status != WhatIf.Status.ASKED or row.pieces.filter(number=number).exists():
        return
    tried = tried_of(row)
    tally = msgspec.to_builtins(what_if_piece(tried, family_ids), str_keys=True)
    with transaction.atomic():
        WhatIf.objects.select_for_update(no_key=True).get(pk=row.pk)
        WhatIfPiece.objects.create(what_if=row, employer_id=row.employer_id, number=number, tally=tally)
        if row.pieces.count() == row.piece_count:
            _finish(row, tried)


def give_up_what_if(*, what_if_id: int, because: str) -> None:
    """A piece failed again and again: there will be no answer."""
    row = WhatIf.objects.get(pk=what_if_id)
    if row.status == WhatIf.Status.ASKED:
        move(row, WhatIf.Status.FAILED, by=_BY, because=because)


def tried_of(row: WhatIf) -> Tried:
    """What is tried, as it was kept."""
    return msgspec.convert(row.tried, Tried, strict=False)


def _finish(row: WhatIf, tried: Tried) -> None:
    pieces = row.pieces.order_by("number").values_list("tally", flat=True)
    whole = merged(msgspec.convert(piece, Tally, strict=False) for piece in pieces)
    WhatIf.objects.filter(pk=row.pk).update(answer=answer_of(tried, whole))
    move(row, WhatIf.Status.DONE, by=_BY)

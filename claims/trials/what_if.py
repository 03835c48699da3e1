"""What if: an employer's claims of a period decided again under other terms, in memory, piece by piece.

Nothing is written here. A piece is some families, so that each member's sums are whole; the pieces of a what-if may be
worked on side by side, and merge into one answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from claims.trials.answer import answer_of
from claims.trials.redecide import redecide
from claims.trials.reprice import reprice
from claims.trials.stop_loss import InWindows
from claims.trials.stored_claims import families_of, stored_claims, stored_entries
from claims.trials.tally import Tally, Tallying, merged
from claims.trials.tried import Tried
from tpa.foundation.parallel import in_processes

FAMILIES_A_PIECE = 100


def what_if(*, tried: Tried, processes: int = 1) -> dict[str, Any]:
    """The whole answer, as JSON holds it."""
    return answer_of(tried, merged(tallies(tried, processes=processes)))


def tallies(tried: Tried, *, processes: int = 1) -> Iterator[Tally]:
    """The tallies of all pieces."""
    return in_processes(partial(what_if_piece, tried), pieces_of(tried), processes=processes)


def pieces_of(tried: Tried) -> list[tuple[int, ...]]:
    """Family ids, so many to a piece."""
    families = families_of(tried)
    return [tuple(families[at : at + FAMILIES_A_PIECE]) for at in range(0, len(families), FAMILIES_A_PIECE)]


def what_if_piece(tried: Tried, family_ids: Sequence[int]) -> Tally:
    """Decide some families' claims again and add up: a fixed number of queries."""
    claims = stored_claims(tried, family_ids)
    counting, windows = Tallying(), InWindows(tried)
    for one in redecide(tried, claims, stored_entries(tried, family_ids), reprice(tried, claims)):
        if counting.add(one):
            windows.add(one)
    tally = counting.close()
    tally.specific, tally.aggregate_basis = windows.specific(), windows.total()
    return tally

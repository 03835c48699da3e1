"""Chooses delimiters for what we send, so that the numbers which others gave us can be echoed to the letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tpa.foundation.x12.tokens import Delimiters

_ELEMENTS: Final = "*|`"
_COMPONENTS: Final = ":>\\"
_SEGMENTS: Final = "~!"
_REPETITIONS: Final = "^"
# Free text loses them all, whichever are chosen in the end.
MARKS: Final = str.maketrans(dict.fromkeys(_ELEMENTS + _COMPONENTS + _SEGMENTS + _REPETITIONS, " "))


def fit_delimiters(numbers: Iterable[str]) -> Delimiters:
    """The standard ones, or others where a number holds one of those: a sender with other delimiters may do so.

    Raises ValueError when the numbers hold every one of a kind.
    """
    held = set("".join(numbers))
    return Delimiters(
        element=_first(_ELEMENTS, held),
        repetition=_first(_REPETITIONS, set()),  # we never repeat elements, so that a number may hold it
        component=_first(_COMPONENTS, held),
        segment=_first(_SEGMENTS, held),
    )


def _first(candidates: str, held: set[str]) -> str:
    for mark in candidates:
        if mark not in held:
            return mark
    raise ValueError(f"the numbers hold each of {candidates}")

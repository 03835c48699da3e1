"""Runs pieces of a long reading in several processes, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from django.db import connections

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def in_processes(do: Callable[[Piece], Result], pieces: Sequence[Piece], *, processes: int) -> Iterator[Result]:
    """The results in the order of the pieces. With one process everything happens here, in the caller's transaction.

    `do` and its results travel between processes: a function of a module (or a partial of one), and plain values.
    """
    if processes == 1 or len(pieces) < 2:
        yield from map(do, pieces)
        return
    # A connection is not shared with a child: each side would read the other's answers.
    connections.close_all()
    with ProcessPoolExecutor(min(processes, len(pieces)), mp_context=get_context("fork")) as pool:
        yield from pool.map(do, pieces)

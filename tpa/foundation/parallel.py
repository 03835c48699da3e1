"""Runs pieces of a long reading in several processes, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import django
from django.db import connections

from tpa.foundation import collector

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def in_processes(do: Callable[[Piece], Result], pieces: Sequence[Piece], *, processes: int) -> Iterator[Result]:
    """The results in the order of the pieces. With one process everything happens here, in the caller's transaction.

    `do` and its results travel between processes: a function of a module (or a partial of one), and plain values. The
    processes begin afresh: a copy of this one would hold locks of threads that it has not.
    """
    if processes == 1 or len(pieces) < 2:
        yield from map(do, pieces)
        return
    database = str(connections["default"].settings_dict["NAME"])
    with ProcessPoolExecutor(
        min(processes, len(pieces)), mp_context=get_context("spawn"), initializer=_begin, initargs=(database,)
    ) as pool:
        yield from pool.map(do, pieces)


def _begin(database: str) -> None:
    """Ready to work on the caller's database, which in a test is not that of the settings."""
    django.setup()
    connections["default"].settings_dict["NAME"] = database
    collector.suit_batches()

"""A shelf of implementation guides: finds the guide that a set names, reading each from its file when first asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tpa.foundation.x12.guide import Guide, read_guide
from tpa.foundation.x12.patterns import segment_pattern
from tpa.foundation.x12.tokens import Delimiters


class Shelf:
    """Guides by the convention a set or group names (ST03, GS08). Shelves add up: `claims.SHELF | employers.SHELF`."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """`files`: convention → guide file, e.g. {"005010X222A1": …/837P.txt}."""
        self._files = dict(files)

    def __or__(self, other: Shelf) -> Shelf:
        return Shelf({**self._files, **other._files})

    def __contains__(self, convention: object) -> bool:
        return convention in self._files

    def guide(self, convention: str) -> Guide | None:
        path = self._files.get(convention)
        return None if path is None else _read(path)

    def knows_kind(self, functional_id: str) -> bool:
        """Whether any guide here is sent in groups of that kind (GS01)."""
        return any(_read(path).functional_id == functional_id for path in set(self._files.values()))

    def prepare(self, delimiters: Delimiters) -> None:
        """Read and compile all of it now: half a second that whoever is forked from here does not spend again."""
        for path in set(self._files.values()):
            for _loop, use in _read(path).uses():
                segment_pattern(use, delimiters)


@cache
def _read(path: Path) -> Guide:
    return read_guide(path)

"""Values of a code that stand in other lines of the file: of its base endoscopy, and of an image those of taking it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from plans.facts import PartFact, ValuesFact

_TECHNICAL: Final = "TC"
_IMAGE: Final = frozenset("467")  # indicators of multiple procedures that reduce what an image costs to take
_CODE, _MODIFIER, _VALUES = 2, 3, -1
_values = msgspec.json.Decoder(ValuesFact).decode


def gather_parts(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of rates in their order, each with what it needs of others. A base that the file does not have is none.

    The whole file is held in memory: some 18,000 lines.
    """
    held = list(rows)
    values = {(row[_CODE], row[_MODIFIER]): _values(row[_VALUES]) for _number, row in held}
    for number, row in held:
        code, modifier = row[_CODE], row[_MODIFIER]
        own = values[code, modifier]
        base = own.base and (values.get((own.base.code, modifier)) or values.get((own.base.code, "")))
        technical = values.get((code, _TECHNICAL)) if not modifier and own.multiple in _IMAGE else None
        changed = msgspec.structs.replace(
            own,
            base=_part(base, own.base.code) if own.base and base else None,
            technical=_part(technical) if technical else None,
        )
        yield number, (*row[:_VALUES], msgspec.json.encode(changed).decode())


def _part(values: ValuesFact, code: str = "") -> PartFact:
    return PartFact(
        code=code,
        work=values.work,
        practice=values.practice,
        facility_practice=values.facility_practice,
        malpractice=values.malpractice,
    )

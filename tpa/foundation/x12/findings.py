"""What a check finds in a transaction set: each fault with its place, the code that answers it, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    level     "segment" (code is IK304), "element" (code is IK403) or "business" (code is a word of ours, for a 277CA)
    ordinal   of the segment within its set, ST is 1; of a missing segment, where it should have stood
    element   position in the segment, 0 at segment level; `component` and `repeat` from 1, 0 where there is none
    number    data element number, "" for a composite
    value     what was sent, at most 99 characters
    unit      what the fault belongs to, as CTX01 names it: ("CLM01", patient control number) or ("", "")
    trigger   for a conditional fault: the element of the same segment that the condition hangs on
    rejects   False for a remark that costs nobody anything
    """

    level: str
    code: str
    segment: str
    ordinal: int
    loop: str
    note: str
    element: int = 0
    component: int = 0
    repeat: int = 0
    number: str = ""
    value: str = ""
    unit: tuple[str, str] = ("", "")
    trigger: int = 0
    rejects: bool = True

    @property
    def place(self) -> str:
        """For people: "2010AA NM109" or "2300 HI02-1"."""
        component = f"-{self.component}" if self.component else ""
        return f"{self.loop} {self.segment}{f'{self.element:02}{component}' if self.element else ''}".strip()

"""What of a claim line decides where in a plan it belongs, and whether a clause of the plan means it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import msgspec

CodeRange = tuple[str, str]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all terms. `section` names the clause of the plan document it comes from."""


class LineCodes(NamedTuple):
    """What of a claim line decides where in the plan it belongs. `diagnosis` is the one that leads the line."""

    kind: str  # P, I or D
    procedure: str = ""
    revenue: str = ""
    place: str = ""  # of service; blank on institutional claims
    bill_type: str = ""  # first two digits; blank elsewhere
    modifiers: tuple[str, ...] = ()
    diagnosis: str = ""
    age: int | None = None
    sex: str = "U"
    relationship: str = "18"
    is_emergency: bool = False


class Match(Term, frozen=True, dict=True):
    """All that is named must hold; of several codes one. Ranges of codes compare by their length: E11 holds E119."""

    kinds: tuple[str, ...] = ()
    procedures: tuple[CodeRange, ...] = ()
    revenue_codes: tuple[CodeRange, ...] = ()
    places: tuple[str, ...] = ()
    bill_types: tuple[CodeRange, ...] = ()
    modifiers: tuple[str, ...] = ()
    diagnoses: tuple[CodeRange, ...] = ()
    from_age: int | None = None
    under_age: int | None = None
    sexes: tuple[str, ...] = ()
    relationships: tuple[str, ...] = ()
    emergency: bool | None = None

    def fits_codes(self, line: LineCodes) -> bool:
        """Do procedure, revenue code, place and type of bill fit? Depends on nothing else."""
        return (
            (not self.kinds or line.kind in self.kinds)
            and (not self.procedures or in_ranges(line.procedure, self.procedures))
            and (not self.revenue_codes or in_ranges(line.revenue, self.revenue_codes))
            and (not self.places or line.place in self.places)
            and (not self.bill_types or in_ranges(line.bill_type, self.bill_types))
        )

    @cached_property
    def is_by_codes(self) -> bool:
        """Whether nothing but codes is asked."""
        asks_more = self.modifiers or self.diagnoses or self.sexes or self.relationships
        return not asks_more and self.from_age is None and self.under_age is None and self.emergency is None

    def fits_person(self, line: LineCodes) -> bool:
        """Do diagnosis, modifiers, person and emergency fit? An unknown age fits no condition on age."""
        if self.modifiers and not any(modifier in self.modifiers for modifier in line.modifiers):
            return False
        if self.diagnoses and not in_ranges(line.diagnosis, self.diagnoses):
            return False
        if (self.sexes and line.sex not in self.sexes) or (
            self.relationships and line.relationship not in self.relationships
        ):
            return False
        if self.from_age is not None and (line.age is None or line.age < self.from_age):
            return False
        if self.under_age is not None and (line.age is None or line.age >= self.under_age):
            return False
        return self.emergency is None or self.emergency == line.is_emergency


def in_ranges(code: str, ranges: tuple[CodeRange, ...]) -> bool:
    """Is the code, or what it begins with, in one of the ranges?"""
    return any(first <= code[: len(first)] and code[: len(last)] <= last for first, last in ranges) if code else False

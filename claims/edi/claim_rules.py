"""What a claim must obey beyond the syntax of its guide: findings for the 277CA, claim by claim, never for the 999.

A finding that `rejects` turns its claim away. The others are remarks: the claim is taken and the remark kept with it,
because real senders (and X12's own examples) break those rules and nothing we pay depends on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from tpa.foundation.values.identifiers import is_npi
from tpa.foundation.x12.check import Part, Rules
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.guide import Guide

# The status each finding earns in a 277CA: category (A7: rejected for invalid information) and claim status code.
CLAIM_STATUS = {
    "out_of_balance": ("A7", "400"),
    "negative_charge": ("A7", "178"),
    "diagnosis_pointer": ("A7", "477"),
    "original_claim_number_missing": ("A7", "464"),
    "service_date_in_future": ("A7", "187"),
    "date_range_reversed": ("A7", "187"),
    "remaining_liability_twice": ("A7", "672"),
    "birth_date_in_future": ("A7", "158"),
    "npi_check_digit": ("A7", "562"),
    "billing_zip": ("A7", "500"),
}
REMARKS = frozenset(("npi_check_digit", "billing_zip"))

_is_npi = lru_cache(maxsize=1 << 14)(is_npi)

# Where the charge stands in a service line, by its segment.
_CHARGE_AT = {"SV1": 2, "SV2": 3, "SV3": 2}
# … and the composite that points to the claim's diagnoses.
_POINTERS_AT = {"SV1": 7, "SV3": 11}
_DIAGNOSES = frozenset(("BK", "ABK", "BF", "ABF", "TQ"))
_SERVICE_DATES = frozenset(("472", "434"))
_CORRECTIONS = frozenset("78")
_TELLS_REMAINING = frozenset(("SBR", "NM1", "AMT", "SVD"))


def rules_with(component: str, received_on: date | None = None) -> Callable[[Guide], Rules | None]:
    """The rules for the sets of an interchange with that component separator, fresh for each set."""
    return lambda guide: ClaimRules(component, received_on) if guide.identifier == "837" else None


class ClaimRules:
    """Looks at the parts of one 837 set in their order. Without `received_on` no date is too late."""

    def __init__(self, component: str = ":", received_on: date | None = None) -> None:
        self.component = component
        self.today = f"{received_on:%Y%m%d}" if received_on else "99999999"

    def __call__(self, part: Part) -> list[Finding]:
        if part.findings:
            return []  # of what breaks the syntax nothing more can be said
        if part.loop == "2300":
            return list(self._claim(part))
        return list(self._people(part))

    def _people(self, part: Part) -> Iterator[Finding]:
        for index, segment in enumerate(part.segments):
            name = segment[0]
            if name == "NM1":
                if len(segment) > 9 and segment[8] == "XX" and not _is_npi(segment[9]):
                    yield _finding(part, index, "npi_check_digit", 9, "is no NPI")
            elif name == "DMG":
                if segment[2] > self.today:
                    yield _finding(part, index, "birth_date_in_future", 2, "had not come when we received it")
            elif name == "N4" and part.loops[index] == "2010AA":
                foreign = len(segment) > 4 and segment[4] not in ("", "US")
                if not foreign and not (len(segment) > 3 and len(segment[3]) == 9 and segment[3].isdecimal()):
                    yield _finding(part, index, "billing_zip", 3, "should have nine digits")

    def _claim(self, part: Part) -> Iterator[Finding]:
        total = charged = diagnoses = 0
        original = False
        remaining = _Remaining()
        pointing: list[tuple[int, int]] = []
        for index, segment in enumerate(part.segments):
            name = segment[0]
            charge_at = _CHARGE_AT.get(name)
            if charge_at is not None:
                cents = _cents(segment[charge_at])
                total += cents
                if cents < 0:
                    yield _finding(part, index, "negative_charge", charge_at, "is below zero")
                at = _POINTERS_AT.get(name, 99)
                if at < len(segment):
                    furthest = max(int(pointer or 0) for pointer in segment[at].split(self.component))
                    pointing.append((furthest, index))
            elif name == "DTP":
                if segment[1] in _SERVICE_DATES:
                    yield from self._dates(part, index, segment)
            elif name == "NM1":
                if len(segment) > 9 and segment[8] == "XX" and not _is_npi(segment[9]):
                    yield _finding(part, index, "npi_check_digit", 9, "is no NPI")
            elif name == "HI":
                if segment[1].partition(self.component)[0] in _DIAGNOSES:
                    diagnoses += sum(1 for composite in segment[1:] if composite)
            elif name == "REF":
                original = original or (segment[1] == "F8" and part.loops[index] == "2300")
            elif name == "CLM":
                charged = _cents(segment[2])
            if name in _TELLS_REMAINING and remaining.is_told_twice(segment, part.loops[index]):
                yield _finding(part, index, "remaining_liability_twice", 2, "stands at the claim and at its lines")
        claim = part.segments[0]
        if charged != total:
            note = f"its lines add up to {total / 100:.2f}"
            yield _finding(part, 0, "out_of_balance", 2, note)
        if charged < 0:
            yield _finding(part, 0, "negative_charge", 2, "is below zero")
        if claim[5].rpartition(self.component)[2] in _CORRECTIONS and not original:
            yield _finding(
                part, 0, "original_claim_number_missing", 5, "replaces or voids, but names no claim (REF F8)"
            )
        for furthest, index in pointing:
            if furthest > diagnoses:
                at = _POINTERS_AT[part.segments[index][0]]
                yield _finding(part, index, "diagnosis_pointer", at, f"the claim has {diagnoses} diagnoses")

    def _dates(self, part: Part, index: int, segment: list[str]) -> Iterator[Finding]:
        first, _, last = segment[3].partition("-")
        if last and last < first:
            yield _finding(part, index, "date_range_reversed", 3, "ends before it begins")
        if (last or first) > self.today:
            yield _finding(part, index, "service_date_in_future", 3, "had not come when we received it")


class _Remaining:
    """What another payer left to the patient (AMT*EAF) is told of the claim or of its lines, never of both."""

    def __init__(self) -> None:
        self._claim_level: set[str] = set()
        self._is_open = False
        self._payer = ""

    def is_told_twice(self, segment: list[str], loop: str) -> bool:
        """Look at one segment more; true at the line whose payer told it of the claim already."""
        if segment[0] == "SBR":
            self._is_open = False
        elif segment[0] == "SVD":
            self._payer = segment[1]
        elif segment[0] == "NM1":
            if self._is_open and segment[1] == "PR" and len(segment) > 9:
                self._claim_level.add(segment[9])
        elif segment[1] == "EAF":
            if loop == "2430":
                return self._payer in self._claim_level
            self._is_open = True
        return False


def _finding(part: Part, index: int, code: str, element: int, note: str) -> Finding:
    segment = part.segments[index]
    return Finding(
        level="business",
        code=code,
        segment=segment[0],
        ordinal=part.first + index,
        loop=part.loops[index],
        note=note,
        element=element,
        value=segment[element] if element < len(segment) else "",
        unit=part.unit,
        rejects=code not in REMARKS,
    )


def _cents(amount: str) -> int:
    """An amount that passed its guide (at most ten digits, two decimals), in cents; exact in that range."""
    return round(float(amount) * 100)

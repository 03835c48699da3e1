"""Our side of the order of benefits, for a batch: subscribers, employers and the law, where it matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from claims.adjudication.claims_to_decide import ClaimToDecide
from employers.coordination.medicare import LAW
from employers.eligibility.our_side import law_on, our_side_facts
from employers.facts import LegalFact, OtherCoverageFact, OurSideFact
from tpa.foundation.parameters import LegalValue, values_named


class OurSides:
    """By family; the law as it stands on each claim's day of service."""

    def __init__(self, sides: Mapping[int, OurSideFact], law: Sequence[LegalValue]) -> None:
        self._sides = sides
        self._law = law
        self._on: dict[date, tuple[LegalFact, ...]] = {}

    @classmethod
    def of(cls, claims: Sequence[ClaimToDecide], covers: Mapping[int, Sequence[OtherCoverageFact]]) -> OurSides:
        """Two queries; none where who pays first follows from nothing, for nobody in the batch."""
        derived = {member_id for member_id, found in covers.items() if any(cover.order for cover in found)}
        families = {claim.family_id for claim in claims if claim.member_id in derived}
        return cls(our_side_facts(families), values_named(LAW)) if families else cls({}, ())

    def fact(self, claim: ClaimToDecide, covers: Sequence[OtherCoverageFact]) -> OurSideFact | None:
        """Our side of one claim; None where nothing follows from it."""
        side = self._sides.get(claim.family_id)
        if side is None or not any(cover.order for cover in covers):
            return None
        return msgspec.structs.replace(side, law=self._law_on(claim.submission.service_from))

    def _law_on(self, on: date) -> tuple[LegalFact, ...]:
        if on not in self._on:
            self._on[on] = law_on(self._law, on)
        return self._on[on]

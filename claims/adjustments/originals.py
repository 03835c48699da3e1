"""Finds the claims that replacements and voids speak of, and where their chains have come to by now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import connection

from claims.packing import unpack_submission

REPLACEMENT, VOID = "7", "8"
ORIGINAL_NOT_FOUND = "original_not_found"

# The batch's own, and those that came before their original and wait for it, when a first claim of the batch is of the
# same member and has the control number that they name.
_CORRECTIONS = """
WITH asked AS (
    SELECT id FROM claims_claim
     WHERE id = ANY(%(ids)s) AND status = 'received' AND frequency_code IN ('7', '8') AND original_claim_id IS NULL
    UNION
    SELECT waiting.id
      FROM claims_claim first
      JOIN claims_claim waiting ON waiting.patient_control_number = first.patient_control_number
           AND waiting.member_id = first.member_id AND waiting.status = 'pended'
           AND waiting.frequency_code IN ('7', '8')
      JOIN claims_pend pend ON pend.claim_id = waiting.id AND pend.status = 'open' AND pend.reason = %(reason)s
     WHERE first.id = ANY(%(ids)s) AND first.frequency_code NOT IN ('7', '8')
)
SELECT c.id, c.family_id, c.member_id, c.employer_id, c.billing_provider_id, p.tin, c.claim_number,
       c.patient_control_number, c.frequency_code, c.status, c.original_claim_id, c.service_from, c.service_to,
       c.submission
  FROM asked JOIN claims_claim c USING (id) JOIN plans_payee p ON p.id = c.payee_id
 ORDER BY c.status = 'received', c.transaction_set_id NULLS LAST, c.id
"""

# By our number or the provider's, and from there whatever replaced them since. Only of the same families: a number that
# somebody guessed never reaches another family's claim.
_CANDIDATES = """
WITH RECURSIVE chain AS (
    SELECT id FROM claims_claim WHERE claim_number = ANY(%s) OR patient_control_number = ANY(%s)
    UNION
    SELECT later.id FROM claims_claim later JOIN chain ON later.original_claim_id = chain.id
)
SELECT c.id, c.family_id, c.member_id, c.employer_id, c.billing_provider_id, p.tin, c.claim_number,
       c.patient_control_number, c.frequency_code, c.status, c.original_claim_id, c.service_from, c.service_to, NULL
  FROM chain JOIN claims_claim c USING (id) JOIN plans_payee p ON p.id = c.payee_id
 WHERE c.family_id = ANY(%s) AND c.frequency_code <> '8'
 ORDER BY c.id
"""


class ClaimRow(NamedTuple):
    """What of a claim tells whether it is the one that is meant."""

    id: int
    family_id: int
    member_id: int
    employer_id: int
    billing_provider_id: int
    tin: str
    claim_number: str
    patient_control_number: str
    frequency_code: str
    status: str
    original_claim_id: int | None
    service_from: date
    service_to: date
    submission: bytes | None

    @property
    def named_number(self) -> str:
        """The payer claim control number that it names (REF*F8)."""
        return unpack_submission(self.submission).original_claim_number.strip() if self.submission else ""

    def is_of_same_provider(self, other: ClaimRow) -> bool:
        return self.billing_provider_id == other.billing_provider_id or bool(self.tin and self.tin == other.tin)

    def is_of_same_days(self, other: ClaimRow) -> bool:
        """Of the same member, with a day of service in common."""
        is_apart = self.service_to < other.service_from or other.service_to < self.service_from
        return self.member_id == other.member_id and not is_apart


@dataclass(slots=True)
class Originals:
    """The claims that a batch of corrections may speak of; follows what the batch itself does, one by one."""

    _rows: dict[int, ClaimRow] = field(default_factory=dict)
    _by_number: dict[str, int] = field(default_factory=dict)
    _by_control: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _replaced_by: dict[int, int] = field(default_factory=dict)
    _links: dict[int, int] = field(default_factory=dict)
    _taken_back: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, corrections: Sequence[ClaimRow]) -> Originals:
        """Read all that the corrections may speak of, in one query."""
        found = cls()
        numbers = [number for row in corrections if (number := row.named_number)]
        controls = [row.patient_control_number for row in corrections if row.patient_control_number]
        with connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, [numbers, controls, [row.family_id for row in corrections]])
            for values in cursor.fetchall():
                found._add(ClaimRow(*values))
        return found

    def meant_by(self, correction: ClaimRow) -> ClaimRow | None:
        """The claim that a correction is to take back: what it names by our number, else by the provider's, and if
        that was replaced since, what replaced it last. None when there is no such claim of the family and provider."""
        named = self._by_number.get(correction.named_number)
        first = self._fitting(correction, [named] if named else [])
        if first is None:
            first = self._fitting(correction, self._by_control.get(correction.patient_control_number, []))
        if first is None:
            first = self.come_later(correction)
        if first is None:
            return None
        while (later := self._replaced_by.get(first.id)) is not None and later != correction.id:
            first = self._rows[later]
        return first

    def come_later(self, correction: ClaimRow) -> ClaimRow | None:
        """A first claim that came after the correction, which overtook it on its way. A control number may be used
        again for another visit, so the days must be the same."""
        fitting = [
            row
            for row in map(self._rows.__getitem__, self._by_control.get(correction.patient_control_number, []))
            if row.id > correction.id
            and row.frequency_code not in (REPLACEMENT, VOID)
            and row.is_of_same_provider(correction)
            and row.is_of_same_days(correction)
        ]
        return min(fitting, key=lambda row: (self.is_taken_back(row), row.id), default=None)

    def first_of(self, row: ClaimRow) -> ClaimRow:
        """Where the claim's chain begins, as far as it is known."""
        while (before := self._links.get(row.id, row.original_claim_id)) is not None and before in self._rows:
            row = self._rows[before]
        return row

    def replacements(self) -> list[int]:
        """The ids of the replacements among them."""
        return [row.id for row in self._rows.values() if row.frequency_code == REPLACEMENT]

    def is_taken_back(self, row: ClaimRow) -> bool:
        """Whether nothing of the claim stands any more."""
        return row.status == "reversed" or row.id in self._taken_back

    def take_back(self, row: ClaimRow, *, replaced_by: ClaimRow | None = None) -> None:
        """Note what the batch did, for the corrections that follow in it."""
        self._taken_back.add(row.id)
        if replaced_by is not None:
            self._replaced_by[row.id] = replaced_by.id
            self._links[replaced_by.id] = row.id
            if replaced_by.id not in self._rows:
                self._add(replaced_by)

    def _add(self, row: ClaimRow) -> None:
        self._rows[row.id] = row
        self._by_number[row.claim_number] = row.id
        self._by_control[row.patient_control_number].append(row.id)
        if row.original_claim_id is not None and row.frequency_code == REPLACEMENT:
            self._replaced_by[row.original_claim_id] = row.id

    def _fitting(self, correction: ClaimRow, ids: Iterable[int]) -> ClaimRow | None:
        """The latest of these that came before the correction, of its family and provider; one that stands first."""
        fitting = [
            row
            for row in map(self._rows.__getitem__, ids)
            if row.id < correction.id and row.family_id == correction.family_id and row.is_of_same_provider(correction)
        ]
        return max(fitting, key=lambda row: (not self.is_taken_back(row), row.id), default=None)


def corrections_among(claim_ids: Sequence[int]) -> list[ClaimRow]:
    """The received replacements and voids among these claims that name no original yet, after those that wait for an
    original which is among them, each in its order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTIONS, {"ids": list(claim_ids), "reason": ORIGINAL_NOT_FOUND})
        return [ClaimRow(*values) for values in cursor.fetchall()]

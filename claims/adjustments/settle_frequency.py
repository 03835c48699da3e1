"""Carries out what replacements (frequency 7) and voids (frequency 8) ask, before anything of a batch is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from claims.adjudication.claims_to_decide import lock_families_of
from claims.adjustments.originals import ORIGINAL_NOT_FOUND, REPLACEMENT, VOID, ClaimRow, Originals, corrections_among
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, ClaimEvent, Pend, Resolution
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move_many

SYSTEM = Actor.system("adjustments")
ORIGINAL_VOID = "original_void"
REPLACED, VOIDED, NOTHING_TO_VOID, ORIGINAL_CAME = "replaced", "void", "nothing_to_void", "original_came"

_LINK = """
UPDATE claims_claim c SET original_claim_id = t.original, revision = c.revision + 1
  FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, original) WHERE c.id = t.id
"""


_Because = tuple[ClaimRow, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a batch's corrections: ids of claims taken back, of voids carried out, of what people must see,
    and of replacements that waited for an original of the batch: they are received again."""

    replaced: tuple[int, ...] = ()
    voided: tuple[int, ...] = ()
    voids: tuple[int, ...] = ()
    pended: tuple[int, ...] = ()
    received: tuple[int, ...] = ()


def settle_frequency(*, claim_ids: Sequence[int]) -> Settled:
    """For the received claims among these: reverse what replacements and voids speak of, chains in their order.

    A replacement stays received, to be decided as new. A void is done and becomes reversed itself. One whose original
    is not found (or, for a replacement, is void already) pends, once; when a person allowed it, it goes on without an
    original, and when the original comes after all, it is carried out then. Call it in the transaction that decides
    the batch. One query when the batch holds no correction and none waits for it.
    """
    if not corrections_among(claim_ids):
        return Settled()
    with transaction.atomic():
        lock_families_of(claim_ids)
        corrections = corrections_among(claim_ids)
        settling = _Settling(Originals.of(corrections))
        settling.answered = _answered([*[row.id for row in corrections], *settling.originals.replacements()])
        for row in corrections:
            if row.status == Claim.Status.PENDED:
                settling.take_up(row)
            else:
                settling.settle(row)
        return settling.write()


@dataclass(slots=True)
class _Settling:
    """What a batch's corrections come to, one after the other; written when all of it is known."""

    originals: Originals
    answered: set[int] = field(default_factory=set)
    links: dict[int, int] = field(default_factory=dict)
    replaced: list[int] = field(default_factory=list)
    voided: list[int] = field(default_factory=list)
    done: list[_Because] = field(default_factory=list)
    came: list[_Because] = field(default_factory=list)
    unclear: list[_Because] = field(default_factory=list)

    def settle(self, row: ClaimRow) -> None:
        """A received correction: its original is taken back, or a person is asked."""
        is_void = row.frequency_code == VOID
        original = self.originals.meant_by(row)
        if original is not None and not self.originals.is_taken_back(original):
            waits = self._waits(original)
            self._take_back(original, row, row)
            if waits:
                self.unclear.append((row, ORIGINAL_NOT_FOUND))
            elif is_void:
                self.done.append((row, VOIDED))
        elif row.id in self.answered or (is_void and original is not None):
            if is_void:
                self.done.append((row, NOTHING_TO_VOID))
        else:
            self.unclear.append((row, ORIGINAL_NOT_FOUND if original is None else ORIGINAL_VOID))

    def take_up(self, row: ClaimRow) -> None:
        """A correction that waited for its original, which is here now."""
        original = self.originals.come_later(self.originals.first_of(row))
        is_void = row.frequency_code == VOID
        if original is None or self.originals.is_taken_back(row):
            return
        if not self.originals.is_taken_back(original):
            self._take_back(original, row, self.originals.first_of(row))
            (self.done if is_void else self.came).append((row, VOIDED if is_void else ORIGINAL_CAME))
        elif is_void:
            self.done.append((row, NOTHING_TO_VOID))

    def write(self) -> Settled:
        """All of it; what a later correction of the batch took back asks nobody anything any more."""
        unclear = [one for one in self.unclear if not self.originals.is_taken_back(one[0])]
        came = [one for one in self.came if not self.originals.is_taken_back(one[0])]
        at = timezone.now()
        _link(self.links)
        for ids, because in ((self.replaced, REPLACED), (self.voided, VOIDED)):
            if ids:
                reverse_decisions(claim_ids=ids, by=SYSTEM, because=because, at=at)
        _close_questions([*self.done, *came], at)
        _move(came, Claim.Status.RECEIVED, at)
        _move(self.done, Claim.Status.REVERSED, at)
        _pend(unclear, at)
        return Settled(
            replaced=tuple(self.replaced),
            voided=tuple(self.voided),
            voids=tuple(row.id for row, _why in self.done),
            pended=tuple(row.id for row, _why in unclear),
            received=tuple(row.id for row, _why in came),
        )

    def _take_back(self, original: ClaimRow, row: ClaimRow, linked: ClaimRow) -> None:
        """The correction takes the original back; `linked`, the first of the correction's chain, names it from now."""
        is_void = row.frequency_code == VOID
        self.originals.take_back(original, replaced_by=None if is_void and linked is row else linked)
        (self.voided if is_void else self.replaced).append(original.id)
        self.links[linked.id] = original.id

    def _waits(self, original: ClaimRow) -> bool:
        """Whether the claim corrects one that nobody has seen: then what corrects it in turn waits as well."""
        first = self.originals.first_of(original)
        is_rootless = first.frequency_code == REPLACEMENT and first.original_claim_id is None
        return is_rootless and not {first.id, original.id} & self.answered


def _answered(claim_ids: Sequence[int]) -> set[int]:
    """Corrections of which a person said already how to go on without an original."""
    answers = Resolution.objects.filter(claim_id__in=claim_ids, reason__in=[ORIGINAL_NOT_FOUND, ORIGINAL_VOID])
    return set(answers.values_list("claim_id", flat=True))


def _link(links: dict[int, int]) -> None:
    if links:
        with connection.cursor() as cursor:
            cursor.execute(_LINK, [list(links), list(links.values())])


def _move(claims: Sequence[_Because], to_status: str, at: datetime) -> None:
    for because in sorted({why for _row, why in claims}):
        rows = [row for row, why in claims if why == because]
        move_many(Claim, {row.id: to_status for row in rows}, by=SYSTEM, because=because, at=at)
        ClaimEvent.objects.bulk_create(
            ClaimEvent(
                claim_id=row.id,
                employer_id=row.employer_id,
                at=at,
                actor=str(SYSTEM),
                origin="system",
                from_status=row.status,
                to_status=to_status,
                because=because,
            )
            for row in rows
        )


def _close_questions(claims: Sequence[_Because], at: datetime) -> None:
    """Where the original is, was answered by its coming."""
    waited = [row.id for row, _why in claims if row.status == Claim.Status.PENDED]
    pends = Pend.objects.filter(claim_id__in=waited, status=Pend.Status.OPEN).values_list("pk", flat=True)
    move_many(Pend, dict.fromkeys(pends, Pend.Status.RESOLVED), by=SYSTEM, because=ORIGINAL_CAME, at=at)


def _pend(claims: Sequence[_Because], at: datetime) -> None:
    _move(claims, Claim.Status.PENDED, at)
    Pend.objects.bulk_create(
        Pend(
            claim_id=row.id,
            employer_id=row.employer_id,
            reason=reason,
            evidence={"named": row.named_number, "patient_control_number": row.patient_control_number},
            queue="examiner",
            status_at=at,
            opened_at=at,
        )
        for row, reason in claims
    )

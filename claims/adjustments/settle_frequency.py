"""Carries out what replacements (frequency 7) and voids (frequency 8) ask, before anything of a batch is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from claims.adjudication.claims_to_decide import lock_families_of
from claims.adjustments.originals import VOID, ClaimRow, Originals, corrections_among
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, ClaimEvent, Pend, Resolution
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move_many

SYSTEM = Actor.system("adjustments")
ORIGINAL_NOT_FOUND = "original_not_found"
ORIGINAL_VOID = "original_void"
REPLACED, VOIDED, NOTHING_TO_VOID = "replaced", "void", "nothing_to_void"

_LINK = """
UPDATE claims_claim c SET original_claim_id = t.original, revision = c.revision + 1
  FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, original) WHERE c.id = t.id
"""


_Because = tuple[ClaimRow, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a batch's corrections: ids of claims taken back, of voids carried out, of what people must see."""

    replaced: tuple[int, ...] = ()
    voided: tuple[int, ...] = ()
    voids: tuple[int, ...] = ()
    pended: tuple[int, ...] = ()


def settle_frequency(*, claim_ids: Sequence[int]) -> Settled:
    """For the received claims among these: reverse what replacements and voids speak of, chains in their order.

    A replacement stays received, to be decided as new. A void is done and becomes reversed itself. One whose original
    is not found (or, for a replacement, is void already) pends, once; when a person allowed it, it goes on without an
    original. Call it in the transaction that decides the batch. One query when the batch holds no correction.
    """
    if not corrections_among(claim_ids):
        return Settled()
    with transaction.atomic():
        lock_families_of(claim_ids)
        corrections = corrections_among(claim_ids)
        answered = _answered(corrections)
        originals = Originals.of(corrections)
        links: dict[int, int] = {}
        replaced: list[int] = []
        voided: list[int] = []
        done: list[_Because] = []
        unclear: list[_Because] = []
        for row in corrections:
            is_void = row.frequency_code == VOID
            original = originals.meant_by(row)
            if original is not None and not originals.is_taken_back(original):
                originals.take_back(original, replaced_by=None if is_void else row)
                (voided if is_void else replaced).append(original.id)
                links[row.id] = original.id
                if is_void:
                    done.append((row, VOIDED))
            elif row.id in answered or (is_void and original is not None):
                if is_void:
                    done.append((row, NOTHING_TO_VOID))
            else:
                unclear.append((row, ORIGINAL_NOT_FOUND if original is None else ORIGINAL_VOID))
        # What a later correction of the batch took back asks nobody anything any more.
        unclear = [(row, reason) for row, reason in unclear if not originals.is_taken_back(row)]
        at = timezone.now()
        _link(links)
        for ids, because in ((replaced, REPLACED), (voided, VOIDED)):
            if ids:
                reverse_decisions(claim_ids=ids, by=SYSTEM, because=because, at=at)
        _move(done, Claim.Status.REVERSED, at)
        _pend(unclear, at)
    return Settled(
        tuple(replaced), tuple(voided), tuple(row.id for row, _why in done), tuple(row.id for row, _why in unclear)
    )


def _answered(corrections: Sequence[ClaimRow]) -> set[int]:
    """Corrections of which a person said already how to go on without an original."""
    answers = Resolution.objects.filter(
        claim_id__in=[row.id for row in corrections], reason__in=[ORIGINAL_NOT_FOUND, ORIGINAL_VOID]
    )
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
                from_status=Claim.Status.RECEIVED,
                to_status=to_status,
                because=because,
            )
            for row in rows
        )


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

"""How what a prior payer's remittance says finds its claim, and what is written of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from claims.adjudication.ask_decision import ask_decision
from claims.adjudication.engine.facts import RemittanceFact, RemittedLine
from claims.edi.prior_remittance import is_of, prior_remittance
from claims.edi.remittance_balance import OutOfBalance, check_claim
from claims.edi.x835 import ClaimPayment, Remittance
from claims.facts import Submission
from claims.models import Claim, ClaimEvent, Pend, PriorRemittance
from claims.packing import pack, unpack_submission
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.transitions import move

WAITS_FOR = "primary_amounts_missing"

# A claim that was never decided is read with all it has only where something came to it after it was received.
_NOTICE = "UPDATE claims_claim SET revision = revision + 1 WHERE id = ANY(%s) AND status = 'received'"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a remittance came from: a set of a file, or bytes that a person attached; `origin` as events have it."""

    received_at: datetime
    by: Actor
    origin: str
    transaction_set_id: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim of ours that may be meant, with what was submitted."""

    claim: Claim
    submission: Submission


def candidates_of(numbers: Collection[str], claim_id: int | None = None) -> Mapping[str, Sequence[Candidate]]:
    """Our claims by patient control number, without those that were taken back. One query."""
    claims = Claim.objects.filter(patient_control_number__in=numbers).exclude(status=Claim.Status.REVERSED)
    if claim_id is not None:
        claims = claims.filter(pk=claim_id)
    found: dict[str, list[Candidate]] = defaultdict(list)
    for claim in claims.order_by("pk"):
        found[claim.patient_control_number].append(Candidate(claim, unpack_submission(claim.submission)))
    return found


def claim_of(told: ClaimPayment, candidates: Mapping[str, Sequence[Candidate]]) -> tuple[Candidate | None, str]:
    """The claim that is meant by number, charge and patient, or why none: not_ours, ambiguous, out_of_balance."""
    try:
        check_claim(told)
    except OutOfBalance:
        return None, "out_of_balance"
    mine = [one for one in candidates.get(told.patient_control_number, ()) if is_of(told, one.submission)]
    if len(mine) == 1:
        return mine[0], ""
    return None, "ambiguous" if mine else "not_ours"


def row_of(remittance: Remittance, told: ClaimPayment, meant: Candidate, source: Source) -> PriorRemittance:
    """What stands with the claim, not written yet."""
    read = prior_remittance(remittance, told, meant.submission)
    lines = tuple(RemittedLine(line_number=number, entry=entry) for number, entry in read.lines)
    return PriorRemittance(
        claim=meant.claim,
        employer_id=meant.claim.employer_id,
        transaction_set_id=source.transaction_set_id,
        sha256=source.sha256,
        payer_name=remittance.payer.name[:80],
        trace_number=remittance.trace_number[:50],
        paid_on=remittance.paid_on,
        paid_amount=told.paid_amount,
        is_reversal=read.is_reversal,
        says=pack(RemittanceFact(payer=read.payer, lines=lines)),
        received_at=source.received_at,
        received_by=str(source.by),
    )


def write_rows(rows: Sequence[PriorRemittance], source: Source) -> list[int]:
    """Write them in their order: the last word of a payer counts. Claims that wait for them are decided anew; one that
    is received takes them into its first decision. Returns the ids of the claims."""
    PriorRemittance.objects.bulk_create(rows)
    taken = list(dict.fromkeys(row.claim_id for row in rows))
    if taken:
        record("claims.priorremittance.taken", by=source.by, about=Subjects.rows(Claim, taken))
        with connection.cursor() as cursor:
            cursor.execute(_NOTICE, [taken])
        _decide_anew(taken, source)
    return taken


def _decide_anew(claim_ids: Sequence[int], source: Source) -> None:
    """Claims that wait for what a prior payer paid are received again; what was decided otherwise stays decided."""
    waiting = Pend.objects.filter(claim_id__in=claim_ids, reason=WAITS_FOR, status=Pend.Status.OPEN)
    claims = Claim.objects.filter(pk__in=waiting.values("claim_id"), status=Claim.Status.PENDED).order_by("pk")
    because = _("the prior payer's remittance came")
    for claim in claims.select_for_update(no_key=True):
        move(claim, Claim.Status.RECEIVED, by=source.by, because=because)
        Pend.objects.filter(claim=claim, status=Pend.Status.OPEN).update(
            status=Pend.Status.RESOLVED, status_at=source.received_at
        )
        ClaimEvent.objects.create(
            claim=claim,
            employer_id=claim.employer_id,
            at=claim.status_at,
            actor=str(source.by),
            origin=source.origin,
            from_status=Claim.Status.PENDED,
            to_status=Claim.Status.RECEIVED,
            because=because,
        )
        ask_decision(claims=[(claim.pk, claim.family_id)], key=f"claim:{claim.pk}:{claim.revision}")

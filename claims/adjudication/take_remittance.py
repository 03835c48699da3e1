"""Takes what a prior payer's remittance says of claims of ours; those that waited for it are decided anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from claims.adjudication.ask_decision import ask_decision
from claims.adjudication.engine.facts import RemittanceFact, RemittedLine
from claims.edi.prior_remittance import is_of, prior_remittance
from claims.edi.remittance_balance import OutOfBalance, check_claim
from claims.edi.x835 import ClaimPayment, Remittance
from claims.models import Claim, ClaimEvent, Pend, PriorRemittance
from claims.packing import pack, unpack_submission
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.transitions import move

WAITS_FOR = "primary_amounts_missing"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a remittance came from: a set of a file, or bytes that a person attached; `origin` as events have it."""

    received_at: datetime
    by: Actor
    origin: str
    transaction_set_id: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A claim of the remittance that was not taken: not_ours, ambiguous or out_of_balance."""

    patient_control_number: str
    code: str


def take_remittance(
    *, remittance: Remittance, source: Source, claim_id: int | None = None
) -> tuple[list[int], list[NotTaken]]:
    """Match its claims by the provider's number, the charge and the patient's name; with `claim_id` to that claim only.

    In the caller's transaction, a fixed number of queries besides those of claims that are decided anew. Returns the
    claims it spoke of, and what was not taken.
    """
    assert connection.in_atomic_block
    candidates = _candidates(remittance, claim_id)
    rows: list[PriorRemittance] = []
    refused: list[NotTaken] = []
    for told in remittance.claims:
        mine = [claim for claim in candidates[told.patient_control_number] if is_of(told, claim.facts)]  # type: ignore[attr-defined]
        code = _refusal(told, mine)
        if code:
            refused.append(NotTaken(told.patient_control_number, code))
        else:
            rows.append(_row(remittance, told, mine[0], source))
    PriorRemittance.objects.bulk_create(rows)
    taken = list(dict.fromkeys(row.claim_id for row in rows))
    if taken:
        record("claims.priorremittance.taken", by=source.by, about=Subjects.rows(Claim, taken))
        _decide_anew(taken, source)
    return taken, refused


def _candidates(remittance: Remittance, claim_id: int | None) -> dict[str, list[Claim]]:
    numbers = {told.patient_control_number for told in remittance.claims}
    claims = Claim.objects.filter(patient_control_number__in=numbers).exclude(status=Claim.Status.REVERSED)
    if claim_id is not None:
        claims = claims.filter(pk=claim_id)
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims.order_by("pk"):
        claim.facts = unpack_submission(claim.submission)  # type: ignore[attr-defined]
        found[claim.patient_control_number].append(claim)
    return found


def _refusal(told: ClaimPayment, mine: Sequence[Claim]) -> str:
    if not mine:
        return "not_ours"
    if len(mine) > 1:
        return "ambiguous"
    try:
        check_claim(told)
    except OutOfBalance:
        return "out_of_balance"
    return ""


def _row(remittance: Remittance, told: ClaimPayment, claim: Claim, source: Source) -> PriorRemittance:
    read = prior_remittance(remittance, told, claim.facts)  # type: ignore[attr-defined]
    lines = tuple(RemittedLine(line_number=number, entry=entry) for number, entry in read.lines)
    return PriorRemittance(
        claim=claim,
        employer_id=claim.employer_id,
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

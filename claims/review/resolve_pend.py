"""A person answers what the engine left open; the claim goes back to be decided with the answers as facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjudication.ask_decision import ask_decision
from claims.models import Claim, ClaimEvent, Pend, Resolution
from tpa.foundation.access import Scope
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Conflict, Invalid, NotFound, Refused
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to one question: allow, deny (with a CARC) or price (with an amount, per line)."""

    pend_id: int
    answer: str
    amount: Decimal | None = None
    carc: str = ""


def resolve_pend(*, claim_id: int, revision: int, answers: Sequence[Answer], because: str, by: Scope) -> Claim:
    """Answer open questions of a pended claim; returns the claim, received again and waiting to be decided anew.

    Raises NotFound, Conflict when somebody was quicker (`revision` is the one the person saw), Invalid for an answer
    that says too little, and Refused when the amount is above the person's authority.
    """
    if not because.strip():
        raise Invalid("review.reason_wanted", _("Say why: the reason stays with the claim."))
    with transaction.atomic():
        claim = Claim.objects.visible_to(by).select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        if claim.status != Claim.Status.PENDED:
            raise Conflict("claim.not_pended", _("This claim no longer waits for an answer."), status=claim.status)
        pends = {pend.pk: pend for pend in claim.pends.filter(status=Pend.Status.OPEN)}
        if any(answer.answer != Resolution.Answer.DENY for answer in answers):
            _check_authority(claim, by)
        Resolution.objects.bulk_create([_resolution(claim, pends, answer, because, by) for answer in answers])
        move(claim, Claim.Status.RECEIVED, by=by.actor, because=because, revision=revision)
        Pend.objects.filter(pk__in=[answer.pend_id for answer in answers]).update(
            status=Pend.Status.RESOLVED, status_at=timezone.now()
        )
        ClaimEvent.objects.create(
            claim=claim,
            employer_id=claim.employer_id,
            at=claim.status_at,
            actor=str(by.actor),
            origin="screen",
            from_status=Claim.Status.PENDED,
            to_status=Claim.Status.RECEIVED,
            because=because,
        )
        ask_decision(claims=[(claim.pk, claim.family_id)], key=f"claim:{claim.pk}:{claim.revision}")
    return claim


def _resolution(claim: Claim, pends: dict[int, Pend], answer: Answer, because: str, by: Scope) -> Resolution:
    pend = pends.get(answer.pend_id)
    if pend is None:
        raise Conflict("review.already_answered", _("This question was answered meanwhile."))
    if answer.answer == Resolution.Answer.PRICE and (answer.amount is None or answer.amount < 0):
        raise Invalid("review.amount_wanted", _("A price needs an amount that is not negative."))
    if answer.answer not in Resolution.Answer.values:
        raise Invalid("review.unknown_answer", _("Answer with allow, deny or price."))
    return Resolution(
        claim=claim,
        employer_id=claim.employer_id,
        reason=pend.reason,
        line_number=pend.line_number,
        answer=answer.answer,
        amount=answer.amount,
        carc=answer.carc,
        because=because,
        by_id=by.user_id,
        by_name=str(by.actor),
        at=timezone.now(),
    )


def _check_authority(claim: Claim, by: Scope) -> None:
    """Nobody approves above the limit that the contract sets for their role; the highest of several roles counts."""
    limits = approval_limits([claim.employer_id], timezone.localdate()).get(claim.employer_id, {})
    mine = [limits[role] for role in by.roles if role in limits]
    if mine and (claim.plan_paid_amount or ZERO) > max(mine):
        raise Refused(
            "review.above_authority",
            _("This pays more than you may approve; route it to somebody with a higher limit."),
            limit=str(max(mine)),
        )

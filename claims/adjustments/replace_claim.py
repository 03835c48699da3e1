"""Puts one claim in the place of another: for a replacement whose original only a person could tell."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.adjudication.ask_decision import ask_decision
from claims.adjudication.claims_to_decide import lock_families_of
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.models import Claim, ClaimEvent, Pend
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move, move_many


def replace_claim(*, claim_id: int, original_claim_id: int, by: Actor, because: str) -> Claim:
    """Reverse the original and let the claim, pended or received, be decided in its place; returns the claim.

    Raises NotFound; Invalid when the two are of different families, payees, or in the wrong order; Conflict when the
    claim is decided already or the original reversed.
    """
    with transaction.atomic():
        lock_families_of([claim_id, original_claim_id])
        found = Claim.objects.select_for_update(no_key=True).filter(pk__in=[claim_id, original_claim_id])
        rows = {row.pk: row for row in found.order_by("pk")}
        if len(rows) != 2:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        claim, original = rows[claim_id], rows[original_claim_id]
        if claim.family_id != original.family_id or claim.payee_id != original.payee_id or claim.pk < original.pk:
            raise Invalid("adjustments.no_pair", _("A claim replaces an earlier one of the same family and payee."))
        if claim.status not in (Claim.Status.RECEIVED, Claim.Status.PENDED):
            raise Conflict("claim.already_decided", _("This claim is decided already."), status=claim.status)
        reverse_decisions(claim_ids=[original_claim_id], by=by, because=because)
        claim.original_claim = original
        Claim.objects.filter(pk=claim_id).update(original_claim=original)
        if claim.status == Claim.Status.PENDED:
            _receive_again(claim, by, because)
        ask_decision(claims=[(claim.pk, claim.family_id)], key=f"claim:{claim.pk}:{claim.revision}")
    return claim


def _receive_again(claim: Claim, by: Actor, because: str) -> None:
    before = move(claim, Claim.Status.RECEIVED, by=by, because=because)
    pends = Pend.objects.filter(claim_id=claim.pk, status=Pend.Status.OPEN).values_list("pk", flat=True)
    move_many(Pend, dict.fromkeys(pends, Pend.Status.RESOLVED), by=by, because=because, at=claim.status_at)
    ClaimEvent.objects.create(
        claim=claim,
        employer_id=claim.employer_id,
        at=claim.status_at,
        actor=str(by),
        origin="screen" if by.kind == "user" else "system",
        from_status=before,
        to_status=Claim.Status.RECEIVED,
        because=because[:300],
    )

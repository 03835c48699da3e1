"""Says by which day claims must be paid, or that they wait: the next payment runs obey it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, PaymentInstruction
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Instruction:
    """For one claim: pay by a day, or hold. Neither of the two lifts what stood."""

    claim_id: int
    because: str
    pay_by_on: date | None = None
    is_held: bool = False


def instruct_payments(*, employer_id: int, instructions: Sequence[Instruction], by: Actor) -> int:
    """Set or lift the instructions of an employer's claims; returns how many changed. Three statements, and audit.

    A claim that is paid meanwhile is left alone by payment runs whatever stands here. Raises NotFound for a claim of
    another employer.
    """
    wanted = {one.claim_id: one for one in instructions}
    if len(wanted) < len(instructions):
        raise Invalid("payments.instructed_twice", _("A claim is named twice."))
    with transaction.atomic():
        known = Claim.objects.filter(pk__in=list(wanted), employer=employer_id).count()
        if known < len(wanted):
            raise NotFound("payments.no_such_claim", _("Some of these claims do not exist."))
        stand = {
            row.claim_id: row for row in PaymentInstruction.objects.select_for_update().filter(claim__in=list(wanted))
        }
        changed = [one for one in wanted.values() if _says(stand.get(one.claim_id)) != (one.pay_by_on, one.is_held)]
        PaymentInstruction.objects.filter(claim__in=[one.claim_id for one in changed]).delete()
        at = timezone.now()
        PaymentInstruction.objects.bulk_create(
            PaymentInstruction(
                claim_id=one.claim_id,
                employer_id=employer_id,
                pay_by_on=one.pay_by_on,
                is_held=one.is_held,
                because=one.because[:200],
                set_at=at,
            )
            for one in changed
            if one.pay_by_on or one.is_held
        )
        if changed:
            about = Subjects.rows(Claim, [one.claim_id for one in changed], employer_id=employer_id)
            record("claims.paymentinstruction.set", by=by, about=about, because=changed[0].because)
    return len(changed)


def _says(row: PaymentInstruction | None) -> tuple[date | None, bool]:
    return (row.pay_by_on, row.is_held) if row else (None, False)

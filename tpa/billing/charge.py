"""Charges what happened beside claims and enrolment: the next invoice takes it up, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import cents
from tpa.models import Charge as ChargeRow
from tpa.models import Contract

Kind = ChargeRow.Kind
_GIVEN_BACK = (Kind.RECOVERY, Kind.GUARANTEE)


@dataclass(frozen=True, slots=True)
class ChargeWords:
    """What is charged. `reference` says once and for all what it is for (`vendor:UM-2231`). The amount is never
    negative; what is recovered or credited is given back by its kind."""

    kind: str
    reference: str
    name: str
    incurred_on: date
    amount: Decimal
    section: str = ""
    claims_account_id: int | None = None


def charge(*, contract_id: int, words: ChargeWords, by: Actor) -> ChargeRow:
    """Charge and return it; the same again changes nothing. Raises Invalid for what is no amount or no kind, Conflict
    when the reference stands for something else."""
    if words.kind not in Kind.values or not words.reference.strip() or not words.name.strip():
        raise Invalid("billing.charge_words", _("Say what is charged: kind, reference and name."))
    if words.amount <= 0 or words.amount != cents(words.amount):
        raise Invalid("billing.charge_amount", _("An amount is more than zero and in whole cents."))
    amount = -words.amount if words.kind in _GIVEN_BACK else words.amount
    with transaction.atomic():
        # The close holds the contract: it either takes the charge up or has not seen it.
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        earlier = ChargeRow.objects.filter(reference=words.reference).first()
        if earlier is not None:
            if (earlier.contract_id, earlier.kind, earlier.amount) != (contract_id, words.kind, amount):
                raise Conflict("billing.reference_used", _("Something else was charged under this reference."))
            return earlier
        row = ChargeRow.objects.create(
            contract=contract,
            employer_id=contract.employer_id,
            kind=words.kind,
            reference=words.reference,
            name=words.name[:200],
            section=words.section[:80],
            incurred_on=words.incurred_on,
            amount=amount,
            claims_account_id=words.claims_account_id,
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("tpa.charge.recorded", by=by, about=row, detail={"kind": words.kind, "amount": str(amount)})
    return row

"""What we are paid for serving a plan, from us billing it and from others: as ERISA wants it told to the employer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.contracts.compensation import is_disclosed
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.parameters import LegalValue, legal_value
from tpa.foundation.values.money import ZERO, cents
from tpa.models import Contract, ContractFee, IndirectCompensation, InvoiceLine, InvoiceSettlement

LEAST = "erisa.disclosure.compensation_min"


class Paid(NamedTuple):
    """Who pays us how much for what."""

    payer: str
    service: str
    section: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Direct compensation as invoices posted it, credits and write-offs counted; indirect as it was received; and the
    amount from which the law wants it told."""

    from_on: date
    before: date
    direct: list[Paid]
    indirect: list[Paid]
    least: LegalValue

    @property
    def total_amount(self) -> Decimal:
        return sum((one.amount for one in (*self.direct, *self.indirect)), ZERO)

    @property
    def is_wanted(self) -> bool:
        """Does it come to so much that it must be told?"""
        return is_disclosed(self.total_amount, self.least.value)


def disclosure_of(scope: Scope, contract: Contract, *, from_on: date, before: date) -> Disclosure:
    """Read what was invoiced and received from a day to before another. Four queries."""
    employer = contract.employer.name
    lines = (
        InvoiceLine.objects.visible_to(scope)
        .filter(
            invoice__contract=contract,
            invoice__issued_on__gte=from_on,
            invoice__issued_on__lt=before,
            fee__purpose=ContractFee.Purpose.ADMINISTRATION,
        )
        .values_list("fee__name", "fee__section")
        .annotate(Sum("amount"))
        .order_by("fee__section", "fee__name")
    )
    direct = [Paid(employer, name, section, amount) for name, section, amount in lines]
    direct += _reductions(scope, contract, employer, from_on, before)
    received = IndirectCompensation.objects.visible_to(scope).filter(
        contract=contract, received_on__gte=from_on, received_on__lt=before
    )
    indirect = [Paid(one.payer_name, one.service, "", one.amount) for one in received.order_by("received_on", "pk")]
    return Disclosure(from_on, before, direct, indirect, legal_value(LEAST, on=from_on))


def _reductions(scope: Scope, contract: Contract, employer: str, from_on: date, before: date) -> list[Paid]:
    """What guarantees gave back and what was written off."""
    credits_ = (
        InvoiceLine.objects.visible_to(scope)
        .filter(
            invoice__contract=contract,
            invoice__issued_on__gte=from_on,
            invoice__issued_on__lt=before,
            kind=InvoiceLine.Kind.GUARANTEE,
        )
        .aggregate(sum=Sum("amount"))["sum"]
    )
    given_up = (
        InvoiceSettlement.objects.visible_to(scope)
        .filter(
            invoice__contract=contract,
            write_off__isnull=False,
            recorded_at__date__gte=from_on,
            recorded_at__date__lt=before,
        )
        .aggregate(sum=Sum("amount"))["sum"]
    )
    found = []
    if credits_:
        found.append(Paid(employer, _("credits for guarantees missed"), "", credits_))
    if given_up:
        found.append(Paid(employer, _("written off"), "", -given_up))
    return found


def record_indirect_compensation(*, contract_id: int, paid: Paid, reference: str, on: date, by: Actor) -> int:
    """Record what somebody else paid us for serving the contract's plan; its id. The same again changes nothing;
    another amount under the reference raises Conflict."""
    if not paid.payer.strip() or not paid.service.strip() or not reference.strip() or paid.amount != cents(paid.amount):
        raise Invalid("billing.compensation_words", _("Say who paid how much for what, and its reference."))
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        earlier = IndirectCompensation.objects.filter(reference=reference).first()
        if earlier is not None:
            if (earlier.contract_id, earlier.amount) != (contract_id, paid.amount):
                raise Conflict("billing.reference_used", _("Something else was recorded under this reference."))
            return earlier.pk
        row = IndirectCompensation.objects.create(
            contract=contract,
            employer_id=contract.employer_id,
            payer_name=paid.payer.strip()[:120],
            service=paid.service.strip()[:200],
            reference=reference.strip()[:80],
            received_on=on,
            amount=paid.amount,
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("tpa.indirectcompensation.recorded", by=by, about=row)
    return row.pk

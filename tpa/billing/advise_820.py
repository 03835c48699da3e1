"""Writes the 820 of what an employer pays us, for those who pay by EDI: their bank sends it with the money, and we read
it back (`load_820_set`)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from employers.onboarding.selectors import payer_words
from tpa.billing.open_amounts import OpenInvoice, open_invoices
from tpa.billing.x820 import INVOICE, Remittance, Remitted, write_remittance
from tpa.foundation.access import Scope
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.organisation import organisation
from tpa.foundation.values.money import ZERO
from tpa.foundation.x12.writer import Parties


@dataclass(frozen=True, slots=True)
class Advice:
    """An 820 to be sent: its file's name, its bytes, and what it pays."""

    name: str
    data: bytes
    remittance: Remittance


def advise_820(*, scope: Scope, employer_id: int, pays_on: date, without_disputed: bool = True) -> Advice:
    """The 820 that pays what is open of the employer's invoices on a day; of disputed lines only if it is said so.

    Reads and writes nothing else: the same invoices give the same bytes. Raises Invalid when nothing is to be paid,
    NotFound for another's employer.
    """
    payer = payer_words(scope, employer_id)
    if payer is None:
        raise NotFound("billing.no_such_employer", _("There is no such employer."))
    parts = [part for one in open_invoices(scope, employer_id=employer_id) if (part := _part(one, without_disputed))]
    amount = sum((part.amount for part in parts), ZERO)
    if amount <= 0:
        raise Invalid("billing.nothing_to_pay", _("Nothing is open that an 820 could pay."))
    us = organisation()
    remittance = Remittance(
        amount=amount,
        method="ACH",
        paid_on=pays_on,
        trace_number=f"{payer.code}{pays_on:%y%m%d}"[:30],
        payer_name=payer.name,
        payer_ids=[("FI", payer.ein)],
        receiver_name=us.name,
        receiver_tax_number=us.tin,
        details=parts,
    )
    out = io.BytesIO()
    write_remittance(
        out,
        remittance,
        parties=Parties(sender=("ZZ", payer.code[:15]), receiver=("ZZ", us.payer_number)),
        control_number=int(f"{pays_on:%y%m%d}") * 1_000 + employer_id % 1_000,
        at=timezone.make_aware(datetime.combine(pays_on, time(12))),
    )
    return Advice(f"820-{payer.code}-{pays_on}.edi", out.getvalue(), remittance)


def _part(one: OpenInvoice, without_disputed: bool) -> Remitted | None:
    amount = one.open_amount
    if without_disputed and amount > 0:
        amount = one.undisputed_amount
    return Remitted(INVOICE, one.number, amount, one.billed_amount) if amount else None

"""Writes the remittance (835) of each payment to a payee: what it pays, what it takes back, what is carried forward."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from claims.edi.x835 import Remittance, write_remittances
from claims.edi.x835_parts import BankTransfer, Payee, PayerParty, ProviderAdjustment
from claims.models import Payment, PaymentAdjustment, PaymentInstrument
from claims.payments.remitted_claims import remitted_claims
from plans.networks.payees import PayeeFact, payees_by_id
from tpa.foundation.documents.keep_document import EDI, Written, keep_documents
from tpa.foundation.models import Document
from tpa.foundation.organisation import Organisation, organisation
from tpa.foundation.x12.writer import Parties

_METHODS = {Payment.Method.CHECK: "CHK", Payment.Method.ACH: "ACH", Payment.Method.NONE: "NON"}

# The payment that left the balance which each of these brings forward.
_BEFORE = """
SELECT p.id, (SELECT before.trace_number FROM claims_payment before
               WHERE before.claims_account_id = p.claims_account_id AND before.payee_id = p.payee_id
                 AND before.id < p.id
               ORDER BY before.id DESC LIMIT 1)
  FROM claims_payment p WHERE p.id = ANY(%s) AND p.brought_forward_amount > 0
"""

# ISA13 holds nine digits; a payment's id is ours alone, so that writing it again gives the same bytes.
_CONTROL_NUMBERS = 1_000_000_000


def send_remittance(*, payment_ids: Sequence[int], at: datetime) -> int:
    """Write and keep the 835 of each of these payments that goes to a payee; returns how many. Seven queries.

    `at` is the time of the run, which the files carry: written twice they are the same, and kept once.
    """
    payments = list(
        Payment.objects.filter(pk__in=payment_ids, payee__isnull=False).select_related("claims_account").order_by("pk")
    )
    ids = [payment.pk for payment in payments]
    payees = payees_by_id({payment.payee_id for payment in payments if payment.payee_id is not None})
    claims = remitted_claims(ids)
    before = _traces_before(ids)
    undelivered = _undelivered(ids)
    besides = _besides(ids)
    us = organisation()
    written = []
    for payment in payments:
        assert payment.payee_id is not None
        payee = payees[payment.payee_id]
        remittance = Remittance(
            payer=_payer(us),
            payee=_payee(payee),
            method=_METHODS[Payment.Method(payment.method)],
            # TRN02 of a check is the number printed on it.
            trace_number=payment.check_number or payment.trace_number,
            paid_on=payment.paid_on,
            amount=payment.amount,
            claims=claims[payment.pk],
            provider_adjustments=(
                *_forward(payment, before.get(payment.pk, "")),
                *undelivered.get(payment.pk, ()),
                *besides.get(payment.pk, ()),
            ),
            produced_on=timezone.localdate(at),
            bank=_bank(payment, payee),
        )
        control_number = payment.pk % _CONTROL_NUMBERS
        out = io.BytesIO()
        write_remittances(
            out,
            [remittance],
            parties=Parties(sender=("ZZ", us.payer_number), receiver=("ZZ", payee.npi or payee.tin)),
            control_number=control_number,
            at=timezone.localtime(at),
            usage="P",
        )
        written.append(
            Written(
                kind=Document.Kind.REMITTANCE_835,
                name=f"835-{payment.trace_number}.edi",
                data=out.getvalue(),
                media_type=EDI,
                subject_type="claims.payment",
                subject_id=payment.pk,
                employer_id=payment.employer_id,
                control_number=f"{control_number:09d}",
            )
        )
    keep_documents(written, at=at)
    return len(written)


def _traces_before(payment_ids: Sequence[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [list(payment_ids)])
        return {payment_id: trace or "" for payment_id, trace in cursor.fetchall()}


def _undelivered(payment_ids: Sequence[int]) -> dict[int, list[ProviderAdjustment]]:
    """PLB CS, below zero: what an earlier payment told and never brought, while its claims are taken back here."""
    found: dict[int, list[ProviderAdjustment]] = defaultdict(list)
    rows = PaymentInstrument.objects.filter(credited_by__in=list(payment_ids)).order_by("pk")
    for payment_id, trace, amount in rows.values_list("credited_by", "payment__trace_number", "amount"):
        found[payment_id].append(ProviderAdjustment(reason="CS", amount=-amount, reference=trace))
    return found


def _besides(payment_ids: Sequence[int]) -> dict[int, list[ProviderAdjustment]]:
    """What else stands beside the claims: overpayments (WO) and refunds (72), each with what it is about."""
    found: dict[int, list[ProviderAdjustment]] = defaultdict(list)
    for one in PaymentAdjustment.objects.filter(payment__in=list(payment_ids)).order_by("pk"):
        found[one.payment_id].append(ProviderAdjustment(reason=one.reason, amount=one.amount, reference=one.reference))
    return found


def _forward(payment: Payment, before: str) -> tuple[ProviderAdjustment, ...]:
    """PLB FB: positive takes what an earlier payment left owing, negative moves what is owed now to a later one."""
    found = []
    if payment.brought_forward_amount:
        found.append(ProviderAdjustment(reason="FB", amount=payment.brought_forward_amount, reference=before))
    if payment.forward_balance_amount:
        found.append(
            ProviderAdjustment(reason="FB", amount=-payment.forward_balance_amount, reference=payment.trace_number)
        )
    return tuple(found)


def _bank(payment: Payment, payee: PayeeFact) -> BankTransfer | None:
    if payment.method != Payment.Method.ACH:
        return None
    return BankTransfer(
        payer_routing_number=payment.claims_account.bank_routing_number,
        payer_account_number=payment.claims_account.bank_account_number,
        payee_routing_number=payee.bank_routing_number,
        payee_account_number=payee.bank_account_number,
    )


def _payer(us: Organisation) -> PayerParty:
    return PayerParty(
        name=us.name,
        tin=us.tin,
        address_line=us.address_line,
        city=us.city,
        state=us.state,
        postal_code=us.postal_code,
        contact_name=us.name,
        phone=us.phone,
        email=us.email,
        payer_number=us.payer_number,
        web=us.web,
    )


def _payee(payee: PayeeFact) -> Payee:
    return Payee(
        name=payee.name,
        npi=payee.npi,
        tin=payee.tin,
        address_line=payee.address_line,
        city=payee.city,
        state=payee.state,
        postal_code=payee.postal_code,
    )

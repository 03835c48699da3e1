"""Loads one 820 set that arrived: checked against its guide, then booked as a receipt that pays what it names."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from django.db import transaction

from employers.eligibility.find_sponsor import find_sponsor
from tpa.billing.open_amounts import OpenInvoice, open_invoices
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.x820 import CONTRACT, INVOICE, Remittance, Remitted, read_remittance
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import open_stored
from tpa.foundation.errors import Conflict
from tpa.foundation.models import TransactionSet
from tpa.foundation.open_file import delimiters_of, finish_set
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents
from tpa.foundation.x12.check import SetVerdict, check_set
from tpa.foundation.x12.guides import INBOUND
from tpa.foundation.x12.tokens import read_set
from tpa.models import Contract, Invoice, Receipt

SYSTEM = Actor.system("billing")
_METHODS = {"CHK": Receipt.Method.CHECK, "FWT": Receipt.Method.WIRE, "NON": Receipt.Method.NONE}


def load_820_set(*, set_id: int) -> int:
    """Check and load one set in one transaction; returns how many receipts were booked. Twice is harmless.

    A set that breaks its guide is rejected whole (999). One that keeps to it but names nobody, does not balance, or
    repeats a reference with another amount is accepted and not booked: `rejected` says why, and somebody looks.
    """
    with transaction.atomic():
        row = TransactionSet.objects.select_for_update(of=("self",), no_key=True).get(pk=set_id)
        if row.status != TransactionSet.Status.RECEIVED:
            return 0
        guide = INBOUND.guide(row.version)
        assert guide is not None, "open_file asks only for sets whose guide we have"
        delimiters = delimiters_of(row.interchange)
        with open_stored(row.file.sha256) as stream:
            verdict = check_set(read_set(stream, row.byte_offset, row.byte_length, delimiters), guide, delimiters)
            if verdict.accepted:
                segments = read_set(stream, row.byte_offset, row.byte_length, delimiters)
                why = _book(read_remittance(segments), row.file_id)
                row.accepted_count, row.rejected_count = (0, 1) if why else (1, 0)
                row.rejected = [why] if why else []
        _close(row, verdict)
    return row.accepted_count


def _close(row: TransactionSet, verdict: SetVerdict) -> None:
    row.findings = [asdict(finding) for finding in verdict.findings]
    row.ack_code = "A" if verdict.accepted else "R"
    row.codes = [] if verdict.accepted else list(verdict.codes)
    row.save()
    move(row, TransactionSet.Status.LOADED if verdict.accepted else TransactionSet.Status.REJECTED, by=SYSTEM)
    finish_set(row)


def _book(told: Remittance, file_id: int) -> dict[str, str] | None:
    """Book the payment; what is said instead when it can not be."""
    if told.difference_amount:
        return {"place": "BPR02", "code": "not_balanced", "reason": f"differs by {told.difference_amount}"}
    if told.amount < 0:
        return {"place": "BPR02", "code": "below_zero", "reason": "a payment is not below zero"}
    employer_id = _employer_of(told)
    if employer_id is None:
        return {"place": "N1*PR", "code": "payer_unknown", "reason": told.payer_name}
    words = ReceiptWords(
        amount=told.amount,
        received_on=told.paid_on,
        bank_reference=told.trace_number,
        method=_METHODS.get(told.method, Receipt.Method.ACH),
        pays=_pays(told, open_invoices(system_scope("billing"), employer_id=employer_id)),
        file_id=file_id,
    )
    try:
        with transaction.atomic():
            record_receipt(employer_id=employer_id, words=words, by=SYSTEM)
    except Conflict as problem:
        return {"place": "TRN02", "code": problem.code, "reason": problem.message}
    return None


def _employer_of(told: Remittance) -> int | None:
    """Who pays: by the invoices that are named, else by tax number or group code. None when it is not clear."""
    numbers = [one.number for one in told.details if one.kind == INVOICE]
    found = set(Invoice.objects.filter(number__in=numbers).values_list("employer_id", flat=True))
    if not found:
        numbers = [one.number for one in told.details]
        contracts = Contract.objects.filter(number__in=numbers, employer__isnull=False)
        found = set(contracts.values_list("employer_id", flat=True))
    if not found:
        return find_sponsor(*numbers, *(name for _kind, name in told.payer_ids))[0]
    return found.pop() if len(found) == 1 else None


def _pays(told: Remittance, is_open: list[OpenInvoice]) -> tuple[Pays, ...]:
    """What each part pays: the invoice it names; for a contract, group or account its open ones, the oldest first.
    Never more than is open: the rest stays on the receipt."""
    left = {one.invoice_id: one.open_amount for one in is_open}
    numbers = {one.number: one.invoice_id for one in is_open}
    contracts = dict(Invoice.objects.filter(pk__in=left).values_list("pk", "contract__number"))
    paid: dict[int, Decimal] = {}
    short: dict[int, str] = {}
    for part in told.details:
        if part.kind == INVOICE:
            targets = [numbers[part.number]] if part.number in numbers else []
        elif part.kind == CONTRACT:
            targets = [pk for pk in left if contracts[pk] == part.number]
        else:
            targets = list(left)
        rest = part.amount
        for invoice_id in targets:
            amount = _part(rest, left[invoice_id])
            if amount:
                paid[invoice_id] = paid.get(invoice_id, ZERO) + amount
                left[invoice_id] -= amount
                rest -= amount
        if targets and part.kind == INVOICE and part.adjusted and left[targets[0]] > 0:
            short[targets[0]] = _why(part)
    return tuple(Pays(invoice_id, amount, short.get(invoice_id, "")) for invoice_id, amount in paid.items())


def _part(amount: Decimal, is_open: Decimal) -> Decimal:
    """What of an amount goes to an invoice: both of one sign, and no more than is open."""
    if amount * is_open <= 0:
        return ZERO
    return min(amount, is_open) if is_open > 0 else max(amount, is_open)


def _why(part: Remitted) -> str:
    return ", ".join(f"820 adjustment {reason} {cents(amount)}" for reason, amount in part.adjusted)

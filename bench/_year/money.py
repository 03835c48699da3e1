"""The money of the year's days: deposits, payment runs with their papers, closes, receipts, corrections."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction

from bench._year.clock import standing_at
from bench._year.intake import drain
from bench._year.world import BY, House
from claims.payments.ask_documents import EOBS, PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.write_payment_documents import write_payment_documents
from employers.funding.deposit_funds import deposit_funds
from tpa.billing.charge import ChargeWords, charge
from tpa.billing.close_month import close_month
from tpa.billing.invoice_facts import invoice_facts
from tpa.billing.invoice_page import invoice_page
from tpa.billing.invoice_sheets import invoice_sheets
from tpa.billing.issue_credit import issue_credit
from tpa.billing.issue_rebill import issue_rebill
from tpa.billing.open_amounts import open_amount
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.selectors import months_due
from tpa.billing.write_invoice import INVOICE_DOCUMENTS, write_invoice
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.organisation import organisation
from tpa.models import Charge, Invoice, InvoiceLine

_FIGURES = """
SELECT i.number, i.total_amount, i.own_claims_count, i.own_claims_amount, l.number, l.kind, l.name, l.quantity_count,
       l.rate_amount, l.percent, l.base_amount, l.amount, l.fee_id, l.charge_id, l.claims_account_id,
       (SELECT array_agg((c.purpose, c.decision_id, c.amount)::text ORDER BY c.decision_id)
          FROM tpa_invoiceclaim c WHERE c.line_id = l.id),
       (SELECT array_agg((m.fee_id, m.member_id, m.for_month_on, m.number, m.tier, m.amount)::text
                         ORDER BY m.fee_id, m.for_month_on, m.member_id)
          FROM tpa_invoicemember m WHERE m.line_id = l.id)
  FROM tpa_invoice i JOIN tpa_monthclose k ON k.id = i.close_id LEFT JOIN tpa_invoiceline l ON l.invoice_id = i.id
 WHERE k.contract_id = %s AND k.month_on = %s AND i.kind = 'invoice' ORDER BY i.number, l.number
"""


@dataclass(slots=True)
class Closed:
    """What the closes of the year came to: those done twice, and any that came out otherwise the second time."""

    twice: int = 0
    otherwise: list[str] = field(default_factory=list)


def deposit(house: House, on: date, rng: Random) -> None:
    """Employers whose own money pays claims pay in, some months less than they should."""
    if house.player.deposit:
        for number, account_id in enumerate(house.account_ids):
            amount = Decimal(house.player.deposit * house.families) * rng.randint(70, 115) / 100
            deposit_funds(
                claims_account_id=account_id,
                amount=amount.quantize(Decimal("0.01")),
                received_on=on,
                bank_reference=f"WIRE {house.code} {number} {on:%Y%m%d}",
                by=BY,
            )


def pay(house: House, on: date, *, every_eob: bool) -> bool:
    """One payment run with its remittances, checks and ACH file; of EOBs the first of each hundred, or all."""
    if run_payments(employer_id=house.employer_id, on=on, by=BY) is None:
        return False

    def write(piece: dict[str, Any]) -> None:
        few = piece["what"] == EOBS and not every_eob
        write_payment_documents(piece=piece | {"last": piece["first"]} if few else piece)

    drain(PAYMENT_DOCUMENTS, write)
    return True


def close(on: date, closed: Closed, *, twice: bool) -> list[int]:
    """Close what is due. `twice`: first once to see what comes out and leave nothing, then for good at the same
    moment; both must be the same, to the byte of the papers."""
    contracts = set()
    for contract_id, month_on in months_due(on):
        first = None
        with standing_at(on, 6):
            if twice:
                with transaction.atomic():
                    close_month(contract_id=contract_id, month_on=month_on, by=BY)
                    first = _left(contract_id, month_on)
                    transaction.set_rollback(True)
        with standing_at(on, 6):
            close_month(contract_id=contract_id, month_on=month_on, by=BY)
            closed.twice += twice
            if twice and _left(contract_id, month_on) != first:
                closed.otherwise.append(f"contract {contract_id}, {month_on}")
        contracts.add(contract_id)
    drain(INVOICE_DOCUMENTS, lambda piece: write_invoice(invoice_id=piece["invoice"]))
    return sorted(contracts)


def papers_of(invoice: Invoice) -> tuple[str, str]:
    """The hashes of an invoice's PDF and spreadsheet as they would be written now."""
    facts = invoice_facts(invoice.pk)
    page = invoice_page(facts, organisation(), "en")
    pdf = render_pdf(template="invoice", data=page, at=facts.invoice.issued_at)
    return hashlib.sha256(pdf).hexdigest(), hashlib.sha256(invoice_sheets(facts)).hexdigest()


def _left(contract_id: int, month_on: date) -> tuple[Any, ...]:
    """All that a close left: figures with what stands behind them, and the papers' hashes."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [contract_id, month_on])
        figures = cursor.fetchall()
    invoices = Invoice.objects.filter(close__contract=contract_id, close__month_on=month_on).order_by("number")
    return figures, [papers_of(invoice) for invoice in invoices]


def settle(house: House, on: date, rng: Random) -> None:
    """The employer pays what is due by now: as a rule all of it, sometimes short, sometimes a part first."""
    invoices = Invoice.objects.filter(
        employer=house.employer_id, kind=Invoice.Kind.INVOICE, status=Invoice.Status.ISSUED, due_on__lte=on
    )
    for invoice in invoices.order_by("pk"):
        owed = open_amount(invoice)
        chance = rng.random()
        pays, because = owed, ""
        if owed > 500 and chance < 0.10:
            pays, because = owed - Decimal("37.50"), "an employee who had left"
        elif owed > 500 and chance < 0.25:
            pays = (owed / 2).quantize(Decimal("0.01"))
        words = ReceiptWords(
            amount=max(pays, Decimal(0)),
            received_on=on,
            bank_reference=f"ACH {invoice.number} {on:%m%d}",
            pays=(Pays(invoice.pk, pays, short_because=because),),
        )
        if pays >= 0:
            record_receipt(employer_id=house.employer_id, words=words, by=BY)


def happen(house: House, on: date, rng: Random) -> None:
    """What is charged beside claims and enrolment in a month, and what was billed wrongly and is corrected."""
    contract_id = house.contract_ids[0 if len(house.contract_ids) == 1 or on.month < 7 else 1]
    if rng.random() < 0.25:
        amount = Decimal(rng.randint(5000, 90000)) / 100
        words = ChargeWords(Charge.Kind.VENDOR, f"vendor:{house.code}:{on:%Y%m}", "Case review", on, amount)
        charge(contract_id=contract_id, words=words, by=BY)
    if house.code == "KATSURA" and on.month % 3 == 0:
        amount = Decimal(rng.randint(10000, 900000)) / 100
        words = ChargeWords(
            Charge.Kind.RECOVERY, f"recovery:{house.code}:{on:%Y%m}", "Recovered from a third party", on, amount,
            claims_account_id=house.account_ids[0],
        )  # fmt: skip
        charge(contract_id=contract_id, words=words, by=BY)
    if rng.random() < 0.12:
        _correct(house, rng)


def _correct(house: House, rng: Random) -> None:
    lines = InvoiceLine.objects.filter(
        employer=house.employer_id, kind=InvoiceLine.Kind.FEE, amount__gt=50, invoice__status=Invoice.Status.ISSUED,
        invoice__kind=Invoice.Kind.INVOICE,
    )  # fmt: skip
    line = lines.order_by("-pk").first()
    if line is not None:
        amount = Decimal(rng.randint(100, 4900)) / 100
        issue_credit(invoice_id=line.invoice_id, amounts={line.pk: amount}, because="agreed by telephone", by=BY)
        if rng.random() < 0.4:
            issue_rebill(
                invoice_id=line.invoice_id,
                amounts={line.pk: (amount / 2).quantize(Decimal("0.01"))},
                because="half of it was right",
                by=BY,
            )


def days(first: date, before: date) -> list[date]:
    """Every day from the first to before the last."""
    return [first + timedelta(days=number) for number in range((before - first).days)]

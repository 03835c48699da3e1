"""What the TPA does by the calendar: on the first of the month each contract's month becomes an invoice.

    close_due_months   the month is over   → one task a contract
    close_months       of one contract     → its open months closed in order, invoices issued
    write_invoices     an invoice stands   → its PDF and spreadsheet

Each may run twice, or side by side, without harm; what was missed is found again by its state.
"""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from tpa.billing.close_month import close_month
from tpa.billing.selectors import months_due
from tpa.billing.write_invoice import INVOICE_DOCUMENTS, write_invoice
from tpa.foundation import bell, work
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("billing")


@shared_task(queue="default")
def close_due_months(on: str | None = None) -> None:
    """Ring for every contract with a month that is over and not closed, and for documents that wait."""
    due = months_due(date.fromisoformat(on) if on else timezone.localdate())
    for contract_id in sorted({contract_id for contract_id, _month in due}):
        bell.ring(close_months, contract_id, on)
    if work.waiting(INVOICE_DOCUMENTS):
        bell.ring(write_invoices)


# A month of 100,000 claims closes in seconds; a first close of many months takes its time.
@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def close_months(contract_id: int, on: str | None = None) -> None:
    """Close what is due of one contract, month by month."""
    today = date.fromisoformat(on) if on else timezone.localdate()
    for due_id, month_on in months_due(today):
        if due_id == contract_id:
            close_month(contract_id=contract_id, month_on=month_on, by=SYSTEM)
    bell.ring(write_invoices)


@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def write_invoices() -> None:
    """Write the documents of invoices that wait for them."""
    while work.do_next(INVOICE_DOCUMENTS, lambda piece: write_invoice(invoice_id=piece["invoice"])):
        pass

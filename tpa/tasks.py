"""What the TPA does by the calendar: on the first of the month each contract's month becomes an invoice.

    close_due_months   the month is over   → one task a contract
    close_months       of one contract     → its open months closed in order, invoices issued
    write_invoices     an invoice stands   → its PDF and spreadsheet
    watch_stop_loss    payments were made  → one task a policy
    reckon_policy      of one policy       → standings; notices and requests due; what must be paid in time
    write_packets      a request stands    → its packet
    load_payments      an 820 arrived      → a receipt that pays what it names
    send_reminders     an invoice is late  → a reminder, as often as the contract says
    tend_contracts     a period is over    → its guarantees measured, credits charged; ends told ahead; states

Each may run twice, or side by side, without harm; what was missed is found again by its state.
"""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from claims.intake.kinds import LOAD_820
from tpa.billing.close_month import close_month
from tpa.billing.load_820_set import load_820_set
from tpa.billing.measure_guarantee import guarantees_due, measure_guarantee
from tpa.billing.remind import remind
from tpa.billing.selectors import months_due
from tpa.billing.write_invoice import INVOICE_DOCUMENTS, write_invoice
from tpa.contracts.renewals import note_renewals
from tpa.contracts.watch_states import watch_states
from tpa.foundation import bell, work
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor
from tpa.stoploss.accrue_shares import accrue_shares
from tpa.stoploss.assemble_due import assemble_due
from tpa.stoploss.radar import hand_down
from tpa.stoploss.raise_notices import raise_notices
from tpa.stoploss.reckon_standings import policies_to_reckon, reckon_standings
from tpa.stoploss.write_packet import PACKETS, write_packet

SYSTEM = Actor.system("billing")
STOP_LOSS = Actor.system("stoploss")


@shared_task(queue="default")
def close_due_months(on: str | None = None) -> None:
    """Ring for every contract with a month that is over and not closed, and for documents that wait."""
    due = months_due(date.fromisoformat(on) if on else timezone.localdate())
    for contract_id in sorted({contract_id for contract_id, _month in due}):
        bell.ring(close_months, contract_id, on)
    if work.waiting(INVOICE_DOCUMENTS):
        bell.ring(write_invoices)
    if work.waiting(LOAD_820):
        bell.ring(load_payments)


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


@shared_task(queue="default")
def watch_stop_loss(on: str | None = None) -> None:
    """Ring for every policy whose employer had a payment run since, or that waits for the day, and for packets."""
    for policy_id in policies_to_reckon(date.fromisoformat(on) if on else timezone.localdate()):
        bell.ring(reckon_policy, policy_id, on)
    if work.waiting(PACKETS):
        bell.ring(write_packets)


@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def reckon_policy(policy_id: int, on: str | None = None) -> None:
    """Where everybody stands now, what the carrier must hear of it, and what must be paid in time."""
    today = date.fromisoformat(on) if on else timezone.localdate()
    position = reckon_standings(policy_id=policy_id, on=today)
    raise_notices(policy_id=policy_id, on=today, by=STOP_LOSS)
    hand_down(position, on=today, by=STOP_LOSS)
    accrue_shares(position=position, on=today, by=STOP_LOSS)
    if assemble_due(position=position, on=today, by=STOP_LOSS):
        bell.ring(write_packets)


@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def write_packets() -> None:
    """Write the packets of requests that wait for them."""
    while work.do_next(PACKETS, lambda piece: write_packet(request_id=piece["request"])):
        pass


@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def load_payments() -> None:
    """Check 820 sets against their guide and book what they pay."""
    while work.do_next(LOAD_820, lambda piece: load_820_set(set_id=piece["set"])):
        pass


@shared_task(queue="default")
def send_reminders(on: str | None = None) -> None:
    """Remind employers of invoices that are late."""
    remind(on=date.fromisoformat(on) if on else timezone.localdate(), by=SYSTEM)


@shared_task(queue="default", soft_time_limit=300, time_limit=360)
def tend_contracts(on: str | None = None) -> None:
    """Measure the guarantees whose period is over and closed; note what ends in 180 days; see where members live."""
    today = date.fromisoformat(on) if on else timezone.localdate()
    for guarantee_id, starts_on in guarantees_due(today):
        measure_guarantee(guarantee_id=guarantee_id, starts_on=starts_on, by=SYSTEM)
    watch_states(on=today, by=SYSTEM)
    note_renewals(on=today, scope=system_scope("contracts"), by=SYSTEM)

"""Reminds employers of invoices that are due: once for each of the days that the contract names."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tpa.billing.open_amounts import open_invoices
from tpa.contracts.selectors import terms_in
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor, record
from tpa.models import Invoice, Reminder


def remind(*, on: date, by: Actor) -> list[Reminder]:
    """Write the reminders that are due on a day and have not been written; returns them. Twice a day is harmless."""
    sent = []
    for one in open_invoices(system_scope("billing")):
        late = one.late_days(on)
        # Of what an employer disputes it is not reminded until it is answered.
        if not late or not one.undisputed_amount:
            continue
        with transaction.atomic():
            # What is paid at this moment is not reminded of.
            invoice = Invoice.objects.select_for_update(no_key=True).select_related("close").get(pk=one.invoice_id)
            terms = terms_in(invoice.contract_id, invoice.close.month_on)
            reached = [days for days in terms.reminder_days if days <= late]
            known = set(invoice.reminders.values_list("after_days", flat=True))
            if invoice.status != Invoice.Status.ISSUED or not reached or max(reached) in known:
                continue
            row = Reminder.objects.create(
                invoice=invoice,
                employer_id=invoice.employer_id,
                after_days=max(reached),
                sent_on=on,
                open_amount=one.open_amount,
            )
            record("tpa.reminder.sent", by=by, about=row, detail={"after_days": row.after_days})
            sent.append(row)
    return sent

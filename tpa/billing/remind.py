"""Reminds employers of invoices that are late, as often as their contract says: a letter each time."""

from __future__ import annotations

from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from tpa.billing.open_amounts import OpenInvoice, open_invoices
from tpa.billing.reminder_letter import reminder_letter
from tpa.contracts.letters import letter_page
from tpa.contracts.selectors import terms_in
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor, record
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.models import Invoice, Reminder


def remind(*, on: date, by: Actor) -> list[Reminder]:
    """Write the reminders that are due on a day and have not been written, each with its letter; returns them. Twice a
    day is harmless."""
    sent = []
    for one in open_invoices(system_scope("billing")):
        # Of what an employer disputes it is not reminded until it is answered.
        if one.late_days(on) and one.undisputed_amount and (row := _remind(one, on, by)) is not None:
            sent.append(row)
    return sent


def _remind(one: OpenInvoice, on: date, by: Actor) -> Reminder | None:
    with transaction.atomic():
        # What is paid at this moment is not reminded of.
        invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "close", "contract", "employer"
        ).get(pk=one.invoice_id)  # fmt: skip
        steps = sorted(terms_in(invoice.contract_id, invoice.close.month_on).reminder_days)
        reached = [days for days in steps if days <= one.late_days(on)]
        known = set(invoice.reminders.values_list("after_days", flat=True))
        if invoice.status != Invoice.Status.ISSUED or not reached or max(reached) in known:
            return None
        row = Reminder.objects.create(
            invoice=invoice,
            employer_id=invoice.employer_id,
            after_days=max(reached),
            sent_on=on,
            open_amount=one.open_amount,
        )
        _write(row, invoice, one, steps.index(row.after_days) + 1, len(steps))
        record("tpa.reminder.sent", by=by, about=row, detail={"after_days": row.after_days})
    return row


def _write(row: Reminder, invoice: Invoice, one: OpenInvoice, step: int, steps: int) -> None:
    """The letter stands with the invoice; written again it is the same, byte for byte."""
    at = timezone.make_aware(datetime.combine(row.sent_on, time(7)))
    with translation.override(settings.LANGUAGE_CODE):
        letter = reminder_letter(invoice, one, on=row.sent_on, step=step, steps=steps)
        page = letter_page(letter, to=invoice.employer)
    keep_document(
        Written(
            kind=Document.Kind.LETTER,
            name=f"{invoice.number}-reminder-{row.after_days}.pdf",
            data=render_pdf(template="letter", data=page, at=at),
            media_type=PDF,
            subject_type="tpa.invoice",
            subject_id=invoice.pk,
            employer_id=invoice.employer_id,
        ),
        at=at,
    )

"""What a reminder says: the first asks, the last says what follows."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from tpa.billing.invoice_page import dollars
from tpa.billing.open_amounts import OpenInvoice
from tpa.contracts.letters import Letter, day
from tpa.foundation.organisation import organisation
from tpa.models import Invoice


def reminder_letter(invoice: Invoice, one: OpenInvoice, *, on: date, step: int, steps: int) -> Letter:
    """The `step`th of so many reminders that the contract has. `one`: what is open of the invoice, and disputed."""
    is_last = step == steps and steps > 1
    words = {
        "number": invoice.number,
        "issued": day(invoice.issued_on),
        "due": day(invoice.due_on),
        "on": day(on),
        "open": dollars(one.open_amount),
        "disputed": dollars(one.disputed_amount),
        "days": (on - invoice.due_on).days,
        "step": step,
        "phone": organisation().telephone,
    }
    paragraphs = [
        _("Invoice %(number)s of %(issued)s was due on %(due)s. On %(on)s, %(days)s days later, %(open)s was open.")
        % words
    ]
    if one.disputed_amount:
        paragraphs.append(_("Of it %(disputed)s is disputed: for that we do not ask until it is answered.") % words)
    if is_last:
        paragraphs.append(_("This is the last reminder. From now on what the contract says of late payment applies."))
    else:
        paragraphs.append(_("If it is on its way, thank you: nothing more is needed."))
    paragraphs.append(_("Is a line wrong? Dispute it in the portal, or call %(phone)s.") % words)
    title = _("Last reminder") if is_last else _("Reminder") if step == 1 else _("Reminder %(step)s") % words
    return Letter(
        title=title,
        number=invoice.number,
        facts=[
            (_("Invoice"), invoice.number),
            (_("Contract"), invoice.contract.number),
            (_("Due"), day(invoice.due_on)),
        ],
        headline=[
            (_("Billed"), dollars(one.billed_amount)),
            (_("Open"), dollars(one.open_amount)),
            (_("Days late"), str(words["days"])),
        ],
        paragraphs=paragraphs,
    )

"""What an invoice's PDF says, as plain data for its template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tpa.billing.invoice_facts import InvoiceFacts, PersonRow
from tpa.foundation.organisation import Organisation
from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice, InvoiceLine

Kind = InvoiceLine.Kind
# More people than this stand in the spreadsheet only.
MOST_PEOPLE = 1500


def invoice_page(facts: InvoiceFacts, us: Organisation, lang: str) -> dict[str, Any]:
    """The data of `templates/documents/invoice.typ`."""
    invoice = facts.invoice
    people = facts.people if len(facts.people) <= MOST_PEOPLE else []
    titles = {Invoice.Kind.INVOICE: _("Invoice"), Invoice.Kind.CREDIT: _("Credit"), Invoice.Kind.REBILL: _("Rebill")}
    title = titles[Invoice.Kind(invoice.kind)]
    return {
        "title": f"{title} {invoice.number}",
        "number": invoice.number,
        "lang": lang,
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {invoice.number}",
        "words": _words(title),
        "address": address_lines(invoice.employer.name, invoice.employer),
        "facts": _facts(invoice),
        "headline": _headline(facts),
        "notice": _notice(invoice),
        "groups": [group for kind in Kind if (group := _group(kind, facts.lines)) is not None],
        "total": dollars(invoice.total_amount),
        "told": _told(invoice),
        "pay": _how_to_pay(invoice, us),
        "people": [_person(row) for row in people],
        "people_note": _(
            "Each line of a fee with the employees behind it; adjustments name who was added or taken back."
        ),
    }


def _words(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "page": _("Page"),
        "bill_to": _("Bill to"),
        "total": _("Total"),
        "how_to_pay": _("How to pay"),
        "people": _("Employees behind the fees"),
        "columns": [_("Description"), _("Section"), _("Month"), _("Quantity"), _("Rate"), _("Amount")],
        "people_columns": [_("Employee"), _("Number"), _("Tier"), _("Fee"), _("Month"), _("Amount")],
    }


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    facts = [
        (_("Number"), invoice.number),
        (_("Month"), month(invoice.close.month_on)),
        (_("Issued"), _day(invoice.issued_on)),
        (_("Contract"), invoice.contract.number),
        (_("Group"), invoice.employer.code),
        *([(_("Division"), invoice.division)] if invoice.division else []),
    ]
    if invoice.corrects is not None:
        return [*facts, (_("Corrects"), invoice.corrects.number)]
    return [*facts, (_("Due"), _day(invoice.due_on))]


def _headline(facts: InvoiceFacts) -> list[dict[str, Any]]:
    invoice = facts.invoice
    if invoice.kind == Invoice.Kind.REBILL:
        return [_box(_("Billed again"), invoice.total_amount, "", strong=True)]
    if invoice.kind == Invoice.Kind.CREDIT:
        return [_box(_("Credited"), invoice.total_amount, "", strong=True)]
    boxes = [
        _box(name, sum((facts.sum_of(kind) for kind in kinds), ZERO), _compared(kinds, facts))
        for name, kinds in (
            (_("Claims to reimburse"), (Kind.CLAIMS, Kind.RECOVERY)),
            (_("Fees"), (Kind.FEE, Kind.GUARANTEE, Kind.TAX)),
            (_("Premium and vendors"), (Kind.PREMIUM, Kind.VENDOR)),
            (_("Earlier months"), (Kind.RETRO, Kind.CARRIED)),
        )
        if kinds[0] != Kind.PREMIUM or any(line.kind in kinds for line in facts.lines)
    ]
    due = _("due %(day)s") % {"day": _day(invoice.due_on)}
    return [*boxes, _box(_("Amount due"), invoice.total_amount, due, strong=True)]


def _compared(kinds: Sequence[str], facts: InvoiceFacts) -> str:
    if facts.before is None:
        return ""
    before = facts.before.sums
    difference = sum((facts.sum_of(kind) - before[kind] for kind in kinds), ZERO)
    earlier = date_format(facts.before.month_on, "M Y")
    if difference == ZERO:
        return _("as in %(month)s") % {"month": earlier}
    return _("%(difference)s since %(month)s") % {
        "difference": dollars(difference) if difference < 0 else f"+{dollars(difference)}", "month": earlier,
    }  # fmt: skip


def _box(name: str, amount: Decimal, hint: str, *, strong: bool = False) -> dict[str, Any]:
    return {"name": name, "amount": dollars(amount), "hint": hint, "strong": strong}


def _notice(invoice: Invoice) -> str:
    if invoice.corrects is None:
        return ""
    return _("This corrects invoice %(number)s: %(because)s") % {
        "number": invoice.corrects.number, "because": invoice.because,
    }  # fmt: skip


def _group(kind: str, lines: Sequence[InvoiceLine]) -> dict[str, Any] | None:
    chosen = [line for line in lines if line.kind == kind]
    if not chosen:
        return None
    names = {
        Kind.CLAIMS: (_("Claims paid from our funds"), _("Claims to reimburse")),
        Kind.FEE: (_("Fees of the month"), _("Fees")),
        Kind.PREMIUM: (_("Stop-loss premium, passed on to the carrier"), _("Premium")),
        Kind.VENDOR: (_("Passed on from vendors"), _("Vendors")),
        Kind.RETRO: (_("Adjustments of earlier months"), _("Adjustments")),
        Kind.RECOVERY: (_("Recovered and given back"), _("Recoveries")),
        Kind.GUARANTEE: (_("Credits for guarantees that were missed"), _("Guarantees")),
        Kind.TAX: (_("Taxes"), _("Taxes")),
        Kind.CARRIED: (_("Left open by short payments"), _("Left open")),
        Kind.CREDIT: (_("Credited lines"), _("Credited")),
        Kind.REBILL: (_("Billed again"), _("Billed again")),
    }
    name, subtotal_name = names[Kind(kind)]
    return {
        "name": name,
        "lines": [
            (
                line.name,
                line.section,
                month(line.for_month_on),
                "" if kind in (Kind.CREDIT, Kind.REBILL) else f"{line.quantity_count:,}".replace("-", "−"),  # noqa: RUF001 (a minus)
                _rate(line),
                dollars(line.amount),
            )
            for line in chosen
        ],
        "subtotal_name": subtotal_name,
        "subtotal": dollars(sum((line.amount for line in chosen), ZERO)),
    }


def _rate(line: InvoiceLine) -> str:
    """The rate, or the per cent and of what."""
    if line.rate_amount is not None:
        return dollars(line.rate_amount)
    if line.percent is None or line.base_amount is None:
        return ""
    return _("%(percent)s %% of %(base)s") % {
        "percent": f"{line.percent.normalize():f}", "base": dollars(line.base_amount),
    }  # fmt: skip


def _told(invoice: Invoice) -> str:
    count = invoice.own_claims_count
    if not count:
        return ""
    return ngettext(
        "Besides, %(count)s claim of %(amount)s was settled from your own account; it is no part of this invoice.",
        "Besides, %(count)s claims of together %(amount)s were settled from your own account; they are no part of this"
        " invoice.",
        count,
    ) % {"count": f"{count:,}", "amount": dollars(invoice.own_claims_amount)}


def _how_to_pay(invoice: Invoice, us: Organisation) -> list[str]:
    if invoice.kind == Invoice.Kind.CREDIT:
        return [_("Nothing is to be paid: deduct this credit from what the invoice that it corrects says.")]
    if invoice.total_amount <= 0:
        return [_("Nothing is to be paid.")]
    return [
        _("Please pay by %(day)s to %(name)s, %(address)s, %(place)s, and name the number %(number)s.")
        % {
            "day": _day(invoice.due_on),
            "name": us.name,
            "address": us.address_line,
            "place": us.place,
            "number": invoice.number,
        },
        _("The spreadsheet of the same number lists every claim and employee behind each line. Questions: %(phone)s.")
        % {"phone": us.telephone},
    ]


def _person(row: PersonRow) -> tuple[str, ...]:
    return (row.name, row.subscriber_number, row.tier, row.line_name, month(row.for_month_on), dollars(row.amount))


def month(on: date) -> str:
    """A month as people write it."""
    return date_format(on, "YEAR_MONTH_FORMAT")


def _day(on: date) -> str:
    return date_format(on, "DATE_FORMAT")


def dollars(amount: Decimal) -> str:
    """Dollars as people write them."""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"  # noqa: RUF001 (a minus)

"""Writes the papers of a signed reconciliation: PDF and spreadsheet, the same bytes for the same facts."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.models import BankAccount, Reconciliation
from claims.reconciliation.report_words import (
    ReportList,
    account_words,
    by_age,
    day_words,
    report_lists,
    report_steps,
)
from claims.reconciliation.standing import Standing
from tpa.foundation.documents.keep_document import PDF, XLSX, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document, User
from tpa.foundation.organisation import organisation


def write_report(row: Reconciliation, account: BankAccount, stands: Standing) -> None:
    """Write and keep both. They carry the time of signing."""
    assert row.signed_at is not None, "what is signed has its papers"
    with translation.override(settings.LANGUAGE_CODE):
        name = f"reconciliation-{account.number_end}-{row.as_of_on}"
        papers = (
            (Document.Kind.RECONCILIATION_PDF, f"{name}.pdf", report_pdf(row, account, stands, row.signed_at), PDF),
            (Document.Kind.RECONCILIATION_XLSX, f"{name}.xlsx", report_xlsx(account, stands, row.signed_at), XLSX),
        )
    keep_documents(
        [
            Written(
                kind=kind,
                name=file_name,
                data=data,
                media_type=media_type,
                subject_type="claims.reconciliation",
                subject_id=row.pk,
                employer_id=row.employer_id,
            )
            for kind, file_name, data, media_type in papers
        ],
        at=row.signed_at,
    )


def report_pdf(row: Reconciliation, account: BankAccount, stands: Standing, at: datetime) -> bytes:
    """The report as an auditor files it."""
    us = organisation()
    signed = [(_("Prepared"), _who(row.prepared_by, row.prepared_at))]
    if row.signed_at is not None:
        signed.append((_("Signed"), _who(row.signed_by, row.signed_at)))
    data = {
        "title": _("Bank reconciliation of %(account)s") % {"account": account_words(account)},
        "lang": settings.LANGUAGE_CODE[:2],
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": us.name,
        "words": {
            "title": _("Bank reconciliation"),
            "page": _("Page"),
            "columns": [_("Day"), _("What"), _("Reference"), _("Amount")],
            "total": _("Total"),
            "none": _("Nothing"),
            "ages": _("Outstanding by age"),
            "late": _("Booked since into days that were signed before"),
        },
        "account": account_words(account),
        "employer": account.employer.name,
        "as_of": _("As of %(day)s") % {"day": day_words(stands.as_of_on)},
        "signed": signed,
        "steps": [(name, _dollars(amount)) for name, amount in report_steps(stands)],
        "lists": [
            {
                "title": one.title,
                "rows": [(day_words(r.on), r.what, r.reference, _dollars(r.amount)) for r in one.rows],
                "amount": _dollars(one.amount),
            }
            for one in report_lists(stands)
        ],
        "ages": [(name, _dollars(amount)) for name, amount in by_age(stands.outstanding, stands.as_of_on)],
        "late": _dollars(stands.late_amount) if stands.late_amount else "",
    }
    return render_pdf(template="reconciliation", data=data, at=at)


def report_xlsx(account: BankAccount, stands: Standing, at: datetime) -> bytes:
    """The same as a workbook: a page of figures, a page for each list. Text is never a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    made = timezone.make_naive(at, timezone.get_default_timezone()).replace(microsecond=0)
    book.set_properties({"title": account_words(account), "author": "", "created": made})
    formats = {
        "money": book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6F1EC"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"}),
    }
    sheet = book.add_worksheet(_("Reconciliation"))
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 18)
    sheet.write_string(0, 0, account_words(account), formats["title"])
    sheet.write_string(1, 0, f"{account.employer.name}, {day_words(stands.as_of_on)}")
    for place, (name, amount) in enumerate(report_steps(stands), 3):
        sheet.write_string(place, 0, name)
        sheet.write_number(place, 1, amount, formats["money"])
    for one in report_lists(stands):
        _sheet(book, formats, one)
    book.close()
    return out.getvalue()


def _sheet(book: Any, formats: dict[str, Any], one: ReportList) -> None:
    sheet = book.add_worksheet(one.title)
    for column, (name, width) in enumerate(((_("Day"), 12), (_("What"), 60), (_("Reference"), 28), (_("Amount"), 16))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    for place, row in enumerate(one.rows, 1):
        sheet.write_datetime(place, 0, datetime(row.on.year, row.on.month, row.on.day), formats["day"])
        sheet.write_string(place, 1, row.what)
        sheet.write_string(place, 2, row.reference)
        sheet.write_number(place, 3, row.amount, formats["money"])
    sheet.write_string(len(one.rows) + 1, 2, _("Total"), formats["head"])
    sheet.write_number(len(one.rows) + 1, 3, one.amount, formats["total"])
    sheet.freeze_panes(1, 0)


def _who(actor: str, at: datetime) -> str:
    kind, _sep, key = actor.partition(":")
    user = User.objects.filter(pk=int(key)).first() if kind == "user" and key.isdigit() else None
    return f"{user or actor}, {day_words(timezone.localdate(at))}"


def _dollars(amount: Decimal) -> str:
    return f"−{-amount:,.2f}" if amount < 0 else f"{amount:,.2f}"  # noqa: RUF001 (a minus)

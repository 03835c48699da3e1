"""The spreadsheet of an invoice: its lines, and every claim and employee behind them. The same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.billing.invoice_facts import InvoiceFacts
from tpa.billing.invoice_page import month

_MONEY = "money"
_DAY = "day"
_TEXT = "text"
_COUNT = "count"
_PERCENT = "percent"

Column = tuple[str, str, int]  # heading, kind, width


def invoice_sheets(facts: InvoiceFacts) -> bytes:
    """An XLSX workbook. Text is written as text, so that nothing in it is ever a formula."""
    out = io.BytesIO()
    # Row by row through a file, so that a month of 100,000 claims takes no more memory than a small one.
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    # The time of the invoice, not of the clock: writing it again gives the same file.
    made: datetime = timezone.make_naive(facts.invoice.issued_at, timezone.get_default_timezone()).replace(
        microsecond=0
    )
    book.set_properties({"title": facts.invoice.number, "author": "", "created": made})
    formats = {
        _MONEY: book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
        _DAY: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        _TEXT: book.add_format(),
        _COUNT: book.add_format({"num_format": "#,##0"}),
        _PERCENT: book.add_format({"num_format": "0.00##"}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6F1EC"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"}),
    }
    _summary(book, formats, facts)
    _claims(book, formats, facts)
    _people(book, formats, facts)
    book.close()
    return out.getvalue()


def _summary(book: Any, formats: dict[str, Any], facts: InvoiceFacts) -> None:
    invoice = facts.invoice
    sheet = book.add_worksheet(_("Invoice"))
    sheet.write_string(0, 0, f"{invoice.number}: {invoice.employer.name}", formats["title"])
    sheet.write_string(1, 0, month(invoice.close.month_on))
    columns: Sequence[Column] = (
        (_("Line"), _COUNT, 6),
        (_("Kind"), _TEXT, 26),
        (_("Description"), _TEXT, 48),
        (_("Section"), _TEXT, 12),
        (_("Month"), _DAY, 12),
        (_("Quantity"), _COUNT, 10),
        (_("Rate"), _MONEY, 12),
        (_("Per cent"), _PERCENT, 10),
        (_("Of"), _MONEY, 14),
        (_("Amount"), _MONEY, 14),
    )
    rows = (
        (
            line.number,
            str(line.get_kind_display()),
            line.name,
            line.section,
            line.for_month_on,
            line.quantity_count,
            line.rate_amount,
            line.percent,
            line.base_amount,
            line.amount,
        )
        for line in facts.lines
    )
    last = _table(sheet, formats, 3, columns, rows)
    sheet.write_string(last, 8, _("Total"), formats["total"])
    sheet.write_number(last, 9, float(invoice.total_amount), formats["total"])
    sheet.freeze_panes(4, 0)


def _claims(book: Any, formats: dict[str, Any], facts: InvoiceFacts) -> None:
    sheet = book.add_worksheet(_("Claims"))
    columns: Sequence[Column] = (
        (_("Line"), _COUNT, 6),
        (_("Description"), _TEXT, 40),
        (_("Claim number"), _TEXT, 16),
        (_("Paid on"), _DAY, 12),
        (_("Payment trace"), _TEXT, 14),
        (_("Amount"), _MONEY, 14),
    )
    _table(sheet, formats, 0, columns, facts.claims)
    sheet.freeze_panes(1, 0)


def _people(book: Any, formats: dict[str, Any], facts: InvoiceFacts) -> None:
    sheet = book.add_worksheet(_("Employees"))
    columns: Sequence[Column] = (
        (_("Line"), _COUNT, 6),
        (_("Description"), _TEXT, 40),
        (_("Employee"), _TEXT, 28),
        (_("Number"), _TEXT, 16),
        (_("Month"), _DAY, 12),
        (_("Tier"), _TEXT, 6),
        (_("Count"), _COUNT, 7),
        (_("Amount"), _MONEY, 12),
    )
    rows = (
        (
            row.line_number,
            row.line_name,
            row.name,
            row.subscriber_number,
            row.for_month_on,
            row.tier,
            row.turned_count,
            row.amount,
        )
        for row in facts.people
    )
    _table(sheet, formats, 0, columns, rows)
    sheet.freeze_panes(1, 0)


def _table(
    sheet: Any, formats: dict[str, Any], top: int, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> int:
    """Write headings and rows; returns the row below the last."""
    for place, (heading, kind, width) in enumerate(columns):
        sheet.set_column(place, place, width, formats[kind])
        sheet.write_string(top, place, heading, formats["head"])
    writers = [_writer(sheet, kind, formats) for _heading, kind, _width in columns]
    here = top
    for here, row in enumerate(rows, top + 1):
        for place, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write(here, place, value)
    if here > top:
        sheet.autofilter(top, 0, here, len(columns) - 1)
    return here + 1


def _writer(sheet: Any, kind: str, formats: dict[str, Any]) -> Callable[[int, int, Any], object]:
    """How a column's values are written: as what they are, never guessed from their looks."""
    shown = formats[kind]
    if kind == _TEXT:
        return lambda row, column, value: sheet.write_string(row, column, value)
    if kind == _DAY:
        return lambda row, column, value: sheet.write_datetime(row, column, value, shown)
    return lambda row, column, value: sheet.write_number(row, column, float(value), shown)

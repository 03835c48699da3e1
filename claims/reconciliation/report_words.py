"""What a reconciliation's papers say: the figures from bank to book, and the lists that explain them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.edi.banks.bai_codes import words_of
from claims.models import BankAccount, BankLine
from claims.reconciliation.open_facts import ItemRow, LineRow
from claims.reconciliation.standing import Gap, Standing


class ReportRow(NamedTuple):
    """One thing that is open: day, what it is, its number or reference, how much of it is open."""

    on: date
    what: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReportList:
    """One list of the report; its rows come to its amount."""

    title: str
    rows: tuple[ReportRow, ...]
    amount: Decimal


def report_lists(stands: Standing) -> tuple[ReportList, ReportList, ReportList]:
    """In transit, outstanding (as what went), and unexplained."""
    unexplained = [*map(_line, stands.unexplained), *map(_gap, stands.gaps)]
    return (
        ReportList(_("In transit"), tuple(map(_item, stands.in_transit)), stands.in_transit_amount),
        ReportList(_("Outstanding"), tuple(map(_item, stands.outstanding)), -stands.outstanding_amount),
        ReportList(_("Unexplained"), tuple(unexplained), stands.unexplained_amount),
    )


def report_steps(stands: Standing) -> list[tuple[str, Decimal]]:
    """From the bank's balance to the book's."""
    return [
        (_("Balance of the bank"), stands.bank_amount),
        (_("plus in transit: booked, not yet with the bank"), stands.in_transit_amount),
        (_("less outstanding: issued, not yet paid by the bank"), -stands.outstanding_amount),
        (_("less unexplained: with the bank, not in the book"), -stands.unexplained_amount),
        (_("Balance of the book"), stands.book_amount),
        (_("Difference"), stands.difference_amount),
    ]


def item_words(row: ItemRow) -> str:
    """What a posting is, in a few words."""
    if row.reverses_id is not None:
        return _("Taken back: %(what)s") % {"what": _paid(row) or row.description}
    return _paid(row) or row.description


def item_reference(row: ItemRow) -> str:
    """By what it is known: check number, trace number, or the posting's own."""
    return row.check_number or row.trace_number or row.reference.split(":", 2)[-1]


def line_words(row: LineRow) -> str:
    """What a line of the bank is: our words for its type, then the bank's own."""
    kind = words_of(row.type_code) if row.type_code.isdigit() else ""
    told = kind or str(BankLine.Kind(row.kind).label)
    return f"{told}: {row.text}" if row.text else told


def line_reference(row: LineRow) -> str:
    """By what the bank knows it."""
    return row.check_number or row.customer_reference or row.bank_reference


def account_words(account: BankAccount) -> str:
    """The account's name and the end of its number."""
    return f"{account.name} …{account.number_end}"


def day_words(on: date) -> str:
    """A day as papers write it."""
    return str(date_format(on, "M j, Y"))


def by_age(rows: Iterable[ItemRow], on: date) -> Sequence[tuple[str, Decimal]]:
    """What is outstanding by how long it is: an auditor's first question of old checks."""
    sums = [Decimal("0.00")] * 4
    for row in rows:
        days = (on - row.posted_on).days
        sums[0 if days <= 30 else 1 if days <= 90 else 2 if days <= 180 else 3] -= row.open_amount
    names = (_("to 30 days"), _("31 to 90 days"), _("91 to 180 days"), _("older"))
    return list(zip(names, sums, strict=True))


def _paid(row: ItemRow) -> str:
    if row.method == "check":
        return _("Check")
    return _("ACH %(file)s") % {"file": row.sent_with or ""} if row.method == "ach" else ""


def _item(row: ItemRow) -> ReportRow:
    return ReportRow(row.posted_on, item_words(row), item_reference(row), row.open_amount)


def _line(row: LineRow) -> ReportRow:
    return ReportRow(row.booked_on, line_words(row), line_reference(row), row.open_amount)


def _gap(gap: Gap) -> ReportRow:
    since = _("since %(day)s") % {"day": day_words(gap.after_on)} if gap.after_on else _("since the start")
    return ReportRow(gap.before_on, _("A statement is missing, or does not follow"), since, gap.amount)

"""What of invoices is still open: what they and their corrections bill, less what was paid, carried or given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from tpa.billing.post_invoice import lines_by_account
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice

# Of invoices (not of their corrections) with something billed: billed, paid, carried on, given up, open, disputed.
_OPEN = """
SELECT i.id, i.number, i.employer_id, e.name, i.issued_on, i.due_on,
       i.total_amount + coalesce(c.amount, 0) AS billed,
       coalesce(s.paid, 0) AS paid, coalesce(s.short, 0) + coalesce(s.off, 0) AS other,
       i.total_amount + coalesce(c.amount, 0) - coalesce(s.paid, 0) - coalesce(s.short, 0) - coalesce(s.off, 0),
       coalesce(d.amount, 0)
  FROM tpa_invoice i
  JOIN employers_employer e ON e.id = i.employer_id
  LEFT JOIN LATERAL (SELECT sum(total_amount) AS amount FROM tpa_invoice WHERE corrects_id = i.id) c ON true
  LEFT JOIN LATERAL (SELECT sum(amount) FILTER (WHERE receipt_id IS NOT NULL) AS paid,
                            sum(amount) FILTER (WHERE short_payment_id IS NOT NULL) AS short,
                            sum(amount) FILTER (WHERE write_off_id IS NOT NULL) AS off
                       FROM tpa_invoicesettlement WHERE invoice_id = i.id) s ON true
  LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM tpa_invoicedispute
                      WHERE invoice_id = i.id AND status = 'open') d ON true
 WHERE i.kind = 'invoice' AND i.status = 'issued' AND (%(all)s OR i.employer_id = ANY(%(seen)s::bigint[]))
   AND (%(employer)s::bigint IS NULL OR i.employer_id = %(employer)s)
 ORDER BY i.due_on, i.id
"""
BUCKETS = (0, 30, 60, 90)


class OpenInvoice(NamedTuple):
    """An invoice that is not settled, with what is open of it (negative: we owe the employer)."""

    invoice_id: int
    number: str
    employer_id: int
    employer_name: str
    issued_on: date
    due_on: date
    billed_amount: Decimal
    paid_amount: Decimal
    other_amount: Decimal
    open_amount: Decimal
    disputed_amount: Decimal

    @property
    def undisputed_amount(self) -> Decimal:
        """What of it is open and nobody disputes."""
        return max(self.open_amount - self.disputed_amount, ZERO)

    def late_days(self, on: date) -> int:
        """Days since it was due; zero until then."""
        return max((on - self.due_on).days, 0)


def open_invoices(scope: Scope, *, employer_id: int | None = None) -> list[OpenInvoice]:
    """The invoices that are not settled, the longest due first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {"all": scope.sees_all_employers, "seen": sorted(scope.employer_ids), "employer": employer_id},
        )
        return [OpenInvoice(*row) for row in cursor.fetchall()]


def owed_by_employer(scope: Scope, employer_id: int) -> Decimal:
    """What an employer owes on invoices that are not settled, corrections and payments counted. One query."""
    return sum((one.open_amount for one in open_invoices(scope, employer_id=employer_id)), ZERO)


def open_amount(invoice: Invoice) -> Decimal:
    """What of an invoice is still to be paid; nothing once it is settled, and nothing of a correction by itself."""
    if invoice.status != Invoice.Status.ISSUED or invoice.kind != Invoice.Kind.INVOICE:
        return ZERO
    return sum(open_by_account(invoice).values(), ZERO)


def open_by_account(invoice: Invoice) -> dict[int, Decimal]:
    """Claims account → what of an invoice and its corrections is open, whatever its status. A few queries."""
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in [invoice, *invoice.credits.order_by("pk")]:
        for line, account_id in lines_by_account(one):
            parts[account_id] += line.amount
    settled = invoice.settlements.values_list("claims_account_id").annotate(Sum("amount")).order_by()
    for account_id, amount in settled:
        parts[account_id] -= amount
    return {account_id: amount for account_id, amount in sorted(parts.items()) if amount}


def divide(amount: Decimal, parts: dict[int, Decimal]) -> dict[int, Decimal]:
    """An amount over the open parts of an invoice: what is owed to the employer counts first, then each account is
    filled in order. `amount` is not more than the parts come to."""
    left = amount - sum((part for part in parts.values() if part < 0), ZERO)
    divided = {}
    for account_id, part in parts.items():
        taken = part if part < 0 else min(part, left)
        if part > 0:
            left -= taken
        if taken:
            divided[account_id] = taken
    return divided


class Age(NamedTuple):
    """What is open by how long it is due: not yet, up to 30, 60 and 90 days, and longer."""

    not_due_amount: Decimal
    to_30_amount: Decimal
    to_60_amount: Decimal
    to_90_amount: Decimal
    older_amount: Decimal

    @property
    def total_amount(self) -> Decimal:
        return sum(self, ZERO)

    @property
    def over_60_amount(self) -> Decimal:
        """What most wants somebody to call."""
        return self.to_90_amount + self.older_amount


def disputed(invoices: Iterable[OpenInvoice]) -> Decimal:
    """What of the open amounts employers dispute."""
    return sum((min(one.disputed_amount, max(one.open_amount, ZERO)) for one in invoices), ZERO)


def ageing(invoices: Iterable[OpenInvoice], on: date) -> Age:
    """The open amounts by age on a day."""
    sums = [ZERO] * (len(BUCKETS) + 1)
    for one in invoices:
        days = one.late_days(on)
        place = next((place for place, most in enumerate(BUCKETS) if days <= most), len(BUCKETS))
        sums[place] += one.open_amount
    return Age(*sums)

"""What is open of a bank account, as the facts that matching looks at: the bank's lines and the book's items.

An item is a posting that moved what may be spent: the entries on cash and on payments issued, together. Each side is
one query. As of a day, only matches count whose parts all lie by that day: else the part that does is open still.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection

from claims.models import BankAccount
from claims.reconciliation.matching.facts import OpenItem, OpenLine, PostingRule, Terms, reference_of, references_of

_NO_END: Final = date(9999, 12, 31)

# Matches that count as of a day.
COUNTED: Final = """
counted AS (
    SELECT m.id FROM claims_bankmatch m
     WHERE m.bank_account_id = %(account)s AND m.superseded_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM claims_bankmatchpart p
                         LEFT JOIN claims_bankline l ON l.id = p.line_id
                         LEFT JOIN employers_ledgertransaction t ON t.id = p.transaction_id
                        WHERE p.match_id = m.id AND coalesce(l.booked_on, t.posted_on) > %(until)s)
)"""
_LINES: Final = f"""
WITH {COUNTED},
taken AS (SELECT p.line_id, sum(p.amount) AS amount FROM claims_bankmatchpart p JOIN counted c ON c.id = p.match_id
           WHERE p.line_id IS NOT NULL GROUP BY p.line_id)
SELECT l.id, l.booked_on, l.amount, l.amount - coalesce(taken.amount, 0), l.kind, l.type_code, l.bank_reference,
       l.customer_reference, l.check_number, l.text
  FROM claims_bankline l
  LEFT JOIN claims_bankstatement s ON s.id = l.statement_id
  LEFT JOIN taken ON taken.line_id = l.id
 WHERE l.bank_account_id = %(account)s AND l.booked_on <= %(until)s AND (s.id IS NULL OR s.status = 'standing')
   AND l.amount <> coalesce(taken.amount, 0)
 ORDER BY l.booked_on, l.id
"""  # noqa: S608 (a part of our own)
_ITEMS: Final = f"""
WITH {COUNTED},
taken AS (SELECT p.transaction_id, sum(p.amount) AS amount FROM claims_bankmatchpart p
            JOIN counted c ON c.id = p.match_id WHERE p.transaction_id IS NOT NULL GROUP BY p.transaction_id),
moved AS (SELECT e.transaction_id, sum(e.amount) AS amount FROM employers_ledgerentry e
            JOIN employers_ledgeraccount a ON a.id = e.account_id
           WHERE a.claims_account_id = %(claims_account)s AND a.kind IN ('cash', 'payments_out')
           GROUP BY e.transaction_id HAVING sum(e.amount) <> 0)
SELECT t.id, t.posted_on, moved.amount, moved.amount - coalesce(taken.amount, 0), t.kind, t.reference, t.description,
       coalesce(t.reverses_id, sent.id), i.id, i.status, i.method, i.check_number, paid.trace_number, i.ach_trace,
       CASE WHEN i.number = 1 THEN 'RUN' || paid.run_id ELSE 'F' || i.ach_file_id END, t.recorded_at,
       coalesce(back.reference, t.reference)
  FROM moved
  JOIN employers_ledgertransaction t ON t.id = moved.transaction_id
  LEFT JOIN taken ON taken.transaction_id = t.id
  LEFT JOIN employers_ledgertransaction back ON back.id = t.reverses_id
  LEFT JOIN claims_payment paid
    ON paid.trace_number = split_part(coalesce(back.reference, t.reference), ':', 2)
       AND coalesce(back.kind, t.kind) IN ('payment', 'reissue', 'undelivered')
  LEFT JOIN claims_paymentinstrument i ON i.payment_id = paid.id AND i.number::text =
       CASE coalesce(back.kind, t.kind) WHEN 'payment' THEN '1'
            ELSE split_part(coalesce(back.reference, t.reference), ':', 3) END
  LEFT JOIN employers_ledgertransaction sent
    ON t.kind = 'undelivered' AND sent.reference =
       CASE i.number WHEN 1 THEN 'payment:' || paid.trace_number
            ELSE 'reissue:' || paid.trace_number || ':' || i.number END
 WHERE t.posted_on <= %(until)s AND moved.amount <> coalesce(taken.amount, 0)
 ORDER BY t.posted_on, t.id
"""  # noqa: S608 (a part of our own)


class LineRow(NamedTuple):
    """A line of the bank of which something is open."""

    line_id: int
    booked_on: date
    amount: Decimal
    open_amount: Decimal
    kind: str
    type_code: str
    bank_reference: str
    customer_reference: str
    check_number: str
    text: str

    def fact(self) -> OpenLine:
        """As matching looks at it."""
        return OpenLine(
            line_id=self.line_id,
            booked_on=self.booked_on,
            amount=self.open_amount,
            kind=self.kind,
            is_whole=self.open_amount == self.amount,
            check_number=self.check_number,
            type_code=self.type_code,
            text=f"{self.customer_reference} {self.text}".strip(),
            references=references_of(self.bank_reference, self.customer_reference, text=self.text),
        )


class ItemRow(NamedTuple):
    """A posting of the book of which something is open; of a payment, or what takes one back, its numbers."""

    transaction_id: int
    posted_on: date
    amount: Decimal
    open_amount: Decimal
    kind: str
    reference: str
    description: str
    reverses_id: int | None
    instrument_id: int | None
    instrument_status: str | None
    method: str | None
    check_number: str | None
    trace_number: str | None
    ach_trace: str | None
    sent_with: str | None
    recorded_at: datetime
    origin: str

    @property
    def is_payment(self) -> bool:
        """A check or ACH credit as it went out."""
        return self.kind in ("payment", "reissue")

    @property
    def batch(self) -> str:
        """The ACH file that it went in, by the name that its header gives to the bank."""
        return self.sent_with or "" if self.method == "ach" and self.is_payment else ""

    def fact(self) -> OpenItem:
        """As matching looks at it."""
        check = reference_of(self.check_number or "")
        told = self.description.split(": ", 1)[1:]
        if self.origin.startswith("deposit:"):
            told = self.origin.split(":", 2)[2:]
        names = [self.trace_number or "", self.ach_trace or "", check, *told]
        return OpenItem(
            item_id=self.transaction_id,
            posted_on=self.posted_on,
            amount=self.open_amount,
            kind=self.kind,
            is_whole=self.open_amount == self.amount,
            method=self.method or "",
            check_number=check,
            batch=self.batch,
            reverses_id=self.reverses_id,
            references=references_of(*names),
        )


def open_lines(account: BankAccount, *, until: date | None = None) -> list[LineRow]:
    """What is open of the bank's lines, by day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"account": account.pk, "until": until or _NO_END})
        return [LineRow(*row) for row in cursor.fetchall()]


def open_items(account: BankAccount, *, until: date | None = None) -> list[ItemRow]:
    """What is open of the book's postings, by day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ITEMS,
            {"account": account.pk, "claims_account": account.claims_account_id, "until": until or _NO_END},
        )
        return [ItemRow(*row) for row in cursor.fetchall()]


def terms_of(account: BankAccount) -> Terms:
    """What is agreed of the account. One query."""
    rules = account.rules.filter(superseded_at__isnull=True).order_by("pk")
    return Terms(
        window_days=account.window_days,
        rules=tuple(
            PostingRule(
                rule_id=rule.pk,
                line_kind=rule.line_kind,
                words=rule.words,
                limit_amount=rule.limit_amount,
                starts_on=rule.period.lower,
                ends_on=rule.period.upper,
            )
            for rule in rules
        ),
    )

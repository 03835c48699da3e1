"""Reads the bank's side: accounts with how they stand, files, statements with what their lines are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from claims.models import (
    BankAccount,
    BankFile,
    BankLine,
    BankMatch,
    BankMatchPart,
    BankStatement,
    Reconciliation,
)
from tpa.foundation.access import CLAIMS_STAFF, Scope

_OVERVIEW = """
SELECT b.id, last.ends_on, last.closing_amount,
       (SELECT max(r.as_of_on) FROM claims_reconciliation r WHERE r.bank_account_id = b.id AND r.status = 'signed'),
       (SELECT count(*) FROM claims_bankexception x JOIN claims_bankmatch m ON m.id = x.match_id
         WHERE x.bank_account_id = b.id AND x.status <> 'settled' AND m.superseded_at IS NULL),
       open.count, open.amount
  FROM claims_bankaccount b
  LEFT JOIN LATERAL (SELECT s.ends_on, s.closing_amount FROM claims_bankstatement s
                      WHERE s.bank_account_id = b.id AND s.status = 'standing'
                      ORDER BY s.ends_on DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (
       SELECT count(*) AS count, coalesce(sum(l.amount - coalesce(t.amount, 0)), 0) AS amount
         FROM claims_bankline l LEFT JOIN claims_bankstatement s ON s.id = l.statement_id
         LEFT JOIN (SELECT p.line_id, sum(p.amount) AS amount FROM claims_bankmatchpart p
                      JOIN claims_bankmatch m ON m.id = p.match_id AND m.superseded_at IS NULL
                     WHERE m.bank_account_id = b.id AND p.line_id IS NOT NULL GROUP BY p.line_id) t ON t.line_id = l.id
        WHERE l.bank_account_id = b.id AND (s.id IS NULL OR s.status = 'standing')
          AND l.amount <> coalesce(t.amount, 0)) open ON true
 WHERE b.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Overview:
    """How an account stands: its last statement, what the bank has that the book does not, what was signed."""

    account: BankAccount
    ends_on: date | None
    closing_amount: Decimal | None
    signed_on: date | None
    exception_count: int
    open_count: int
    open_amount: Decimal


def bank_accounts_of(scope: Scope) -> QuerySet[BankAccount]:
    """The bank accounts that exist for a person, by employer."""
    return BankAccount.objects.visible_to(scope).select_related("employer").order_by("employer__name", "name", "pk")


def overviews(accounts: Iterable[BankAccount]) -> list[Overview]:
    """How these accounts stand. One query."""
    there = {account.pk: account for account in accounts}
    with connection.cursor() as cursor:
        cursor.execute(_OVERVIEW, [list(there)])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    return [Overview(account, *rows[pk]) for pk, account in there.items() if pk in rows]


def bank_files_of(scope: Scope) -> QuerySet[BankFile]:
    """Files of banks: staff see all, a partner what it sent."""
    files = BankFile.objects.order_by("-received_at", "-pk")
    return files if scope.has_any(*CLAIMS_STAFF) else files.filter(sent_by_id=scope.user_id)


def statements_of(scope: Scope, account: BankAccount) -> QuerySet[BankStatement]:
    """An account's statements, the latest first."""
    return BankStatement.objects.visible_to(scope).filter(bank_account=account).order_by("-ends_on", "-pk")


def reconciliations_of(scope: Scope, account: BankAccount) -> QuerySet[Reconciliation]:
    """An account's reconciliations, the latest first."""
    return Reconciliation.objects.visible_to(scope).filter(bank_account=account).order_by("-as_of_on", "-pk")


def matches_of(lines: Collection[BankLine]) -> dict[int, list[BankMatch]]:
    """The standing matches of these lines, each with its parts. Two queries."""
    matches = (
        BankMatch.objects.filter(superseded_at__isnull=True, parts__line__in=lines)
        .distinct()
        .prefetch_related("parts__transaction")
        .order_by("pk")
    )
    found: dict[int, list[BankMatch]] = defaultdict(list)
    for match in matches:
        for part in match.parts.all():
            if part.line_id is not None:
                found[part.line_id].append(match)
    return found


def cleared_on(transaction_ids: Collection[int]) -> dict[int, date]:
    """The day on which the bank paid or took what these postings say: of standing matches, its last line. One query."""
    parts = BankMatchPart.objects.filter(
        transaction__in=list(transaction_ids), match__superseded_at__isnull=True, match__parts__line__isnull=False
    )
    found: dict[int, date] = {}
    for transaction_id, day in parts.values_list("transaction_id", "match__parts__line__booked_on"):
        if transaction_id is not None and day is not None:
            found[transaction_id] = max(day, found.get(transaction_id, day))
    return found

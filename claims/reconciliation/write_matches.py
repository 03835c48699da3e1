"""Writes matches with their parts, posts what the bank has paid, and follows up checks that it paid otherwise.

That a payment has cleared is a posting of its own (payments issued +, cash -), one a match; it moves nothing that may
be spent. Taken back with the match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankAccount, BankException, BankMatch, PaymentInstrument
from claims.reconciliation.matching.facts import Part
from claims.reconciliation.open_facts import ItemRow, LineRow
from employers.funding.post_many import post_many
from employers.funding.posting import Account, Posting
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO

_MATCH = ("id", "bank_account_id", "employer_id", "rule", "because", "made_by", "made_at", "cleared_amount")
_PART = ("match_id", "employer_id", "line_id", "transaction_id", "amount")
# Of exceptions that are followed up: is anything open of their line or posting still?
_SETTLED = """
SELECT x.id, x.status,
       l.amount = (SELECT coalesce(sum(p.amount), 0) FROM claims_bankmatchpart p
                     JOIN claims_bankmatch m ON m.id = p.match_id AND m.superseded_at IS NULL WHERE p.line_id = l.id)
       AND (SELECT sum(e.amount) FROM employers_ledgerentry e JOIN employers_ledgeraccount a ON a.id = e.account_id
             WHERE e.transaction_id = x.transaction_id AND a.kind IN ('cash', 'payments_out'))
           = (SELECT coalesce(sum(p.amount), 0) FROM claims_bankmatchpart p
                JOIN claims_bankmatch m ON m.id = p.match_id AND m.superseded_at IS NULL
               WHERE p.transaction_id = x.transaction_id)
  FROM claims_bankexception x
  JOIN claims_bankmatch of ON of.id = x.match_id AND of.superseded_at IS NULL
  JOIN claims_bankline l ON l.id = x.line_id
 WHERE x.bank_account_id = %s
"""


CLEARED = str(PaymentInstrument.Status.CLEARED)


class Rows(NamedTuple):
    """What was open when it was looked at."""

    lines: Mapping[int, LineRow]
    items: Mapping[int, ItemRow]


@dataclass(frozen=True, slots=True)
class MatchToBe:
    """A match to write. `cleared_amount`: of payments that the bank paid, negative; of what it sent back, positive.
    `on`: the day it did.
    `paid_in_full`: instruments of which nothing is open any more."""

    rule: str
    lines: tuple[Part, ...]
    items: tuple[Part, ...]
    because: str = ""
    cleared_amount: Decimal = ZERO
    on: date | None = None
    difference_amount: Decimal = ZERO
    paid_in_full: tuple[int, ...] = ()


def write_matches(account: BankAccount, matches: Sequence[MatchToBe], *, by: Actor) -> list[int]:
    """Write them all in the caller's transaction, that holds the account; returns their ids. A fixed number of
    statements."""
    if not matches:
        return []
    now = timezone.now()
    ids = next_ids("claims_bankmatch_id_seq", len(matches))
    numbered = list(zip(ids, matches, strict=True))
    copy_rows(
        "claims_bankmatch",
        _MATCH,
        (
            (pk, account.pk, account.employer_id, one.rule, one.because[:300], str(by)[:80], now, one.cleared_amount)
            for pk, one in numbered
        ),
    )
    _write_parts(account, numbered)
    _post_cleared(account, numbered, by)
    paid = [pk for _pk, one in numbered for pk in one.paid_in_full]
    move_many(PaymentInstrument, dict.fromkeys(paid, CLEARED), by=by, because="paid by the bank")
    BankException.objects.bulk_create(
        [
            BankException(
                bank_account=account,
                employer_id=account.employer_id,
                match_id=pk,
                line_id=one.lines[0][0],
                transaction_id=one.items[0][0],
                difference_amount=one.difference_amount,
                status_at=now,
            )
            for pk, one in numbered
            if one.difference_amount
        ]
    )
    record(
        "claims.bankmatch.made",
        by=by,
        about=Subjects.rows(BankMatch, ids, employer_id=account.employer_id),
        because=matches[0].because if len(matches) == 1 else "",
        detail={"bank_account": account.pk, "count": len(ids)},
    )
    settle_exceptions(account, by=by)
    return ids


def settle_exceptions(account: BankAccount, *, by: Actor) -> None:
    """Exceptions of which nothing is open any more are put right; one that came open again is open. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, [account.pk])
        rows = cursor.fetchall()
    targets: Mapping[int, str] = {
        pk: str(BankException.Status.SETTLED if done else BankException.Status.OPEN)
        for pk, status, done in rows
        if done != (status == BankException.Status.SETTLED)
    }
    move_many(BankException, targets, by=by)


def _write_parts(account: BankAccount, numbered: Sequence[tuple[int, MatchToBe]]) -> None:
    """In one statement: the database looks then whether the sides come to the same."""
    rows = [
        (pk, account.employer_id, line_id, item_id, amount)
        for pk, one in numbered
        for line_id, item_id, amount in (
            *((line_id, None, amount) for line_id, amount in one.lines),
            *((None, item_id, amount) for item_id, amount in one.items),
        )
    ]
    copy_rows("claims_bankmatchpart", _PART, rows)


def _post_cleared(account: BankAccount, numbered: Sequence[tuple[int, MatchToBe]], by: Actor) -> None:
    post_many(
        claims_account_id=account.claims_account_id,
        postings=[
            Posting(
                reference=f"cleared:{pk}",
                kind="cleared",
                description=_("The bank has paid: match %(match)s") % {"match": pk},
                posted_on=one.on,
                entries=((Account.PAYMENTS_OUT, -one.cleared_amount), (Account.CASH, one.cleared_amount)),
            )
            for pk, one in numbered
            if one.cleared_amount and one.on is not None
        ],
        by=by,
        must_be_funded=False,
    )


def match_to_be(
    rule: str, parts: tuple[tuple[Part, ...], tuple[Part, ...]], rows: Rows, *, because: str = "", **more: Any
) -> MatchToBe:
    """A match of these parts of lines and items: what of it are payments that the bank paid, or credits that it sent
    back: their cash came and went. A void clears nothing."""
    of_lines, of_items = parts
    found = [(rows.items[pk], amount) for pk, amount in of_items] if of_lines else []
    paid = [(row, amount) for row, amount in found if row.is_payment]
    back = [amount for row, amount in found if row.kind == "undelivered"]
    return MatchToBe(
        rule=rule,
        lines=of_lines,
        items=of_items,
        because=because,
        cleared_amount=sum((amount for _row, amount in paid), ZERO) + sum(back, ZERO),
        on=max((rows.lines[pk].booked_on for pk, _amount in of_lines), default=None),
        paid_in_full=tuple(
            row.instrument_id
            for row, amount in paid
            if amount == row.open_amount
            and row.instrument_id is not None
            and row.instrument_status == PaymentInstrument.Status.ISSUED
        ),
        **more,
    )

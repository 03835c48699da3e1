"""Reads what moved an account's money, besides claims and what came in on requests, and stands on no live request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import connection

from employers.funding.write_request import Item
from employers.models import FundingItem

Kind = FundingItem.Kind
_KINDS = {
    **dict.fromkeys(("void", "stop", "stale", "undelivered", "reissue", "reversal", "escheat"), Kind.VOIDED),
    **dict.fromkeys(("refund", "recovery"), Kind.REFUNDED),
}

_POSTINGS = """
SELECT t.id, t.kind, -sum(e.amount)
  FROM employers_ledgertransaction t
  JOIN employers_ledgerentry e ON e.transaction_id = t.id
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind IN ('cash', 'payments_out')
 WHERE t.claims_account_id = %s AND t.posted_on >= %s AND t.kind <> 'payment'
   AND NOT EXISTS (SELECT FROM employers_fundingitem i WHERE i.transaction_id = t.id AND i.superseded_at IS NULL)
   AND NOT EXISTS (SELECT FROM employers_fundingreceipt r WHERE r.transaction_id = t.id)
 GROUP BY t.id, t.kind HAVING sum(e.amount) <> 0
 ORDER BY t.id
"""
_PAYMENTS = """
SELECT t.id, t.reference FROM employers_ledgertransaction t
 WHERE t.claims_account_id = %s AND t.reference = ANY(%s)
   AND NOT EXISTS (SELECT FROM employers_fundingitem i WHERE i.transaction_id = t.id AND i.superseded_at IS NULL)
 ORDER BY t.id
"""


def open_postings(claims_account_id: int, since: date, netted: Mapping[str, Decimal]) -> list[Item]:
    """What drew on the account (or, negative, added to it) since a day. Of payments the claims stand on requests by
    themselves: theirs is only what was `netted`, by reference. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [claims_account_id, since])
        items = [
            Item(_KINDS.get(kind, Kind.OTHER), drawn, None, transaction_id)
            for transaction_id, kind, drawn in cursor.fetchall()
        ]
        cursor.execute(_PAYMENTS, [claims_account_id, list(netted)])
        items += [
            Item(Kind.NETTED, netted[reference], None, transaction_id)
            for transaction_id, reference in cursor.fetchall()
        ]
    return items

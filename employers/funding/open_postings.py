"""Reads what moved an account's money, besides claims and what came in on requests, and stands on no live request."""

from __future__ import annotations

from datetime import date

from django.db import connection

from employers.funding.write_request import Item
from employers.models import FundingItem

Kind = FundingItem.Kind
_KINDS = {
    "payment": Kind.NETTED,
    **dict.fromkeys(("void", "stop", "stale", "return", "reissue", "reversal", "escheat"), Kind.VOIDED),
    **dict.fromkeys(("refund", "recovery"), Kind.REFUNDED),
}

# Of a payment the claims stand on requests by themselves: what is left is what its payee owes, or had owed.
_POSTINGS = """
SELECT t.id, t.kind,
       CASE t.kind WHEN 'payment' THEN coalesce(sum(e.amount) FILTER (WHERE a.kind = 'recoveries'), 0)
                   ELSE -coalesce(sum(e.amount) FILTER (WHERE a.kind IN ('cash', 'payments_out')), 0) END AS drawn
  FROM employers_ledgertransaction t
  JOIN employers_ledgerentry e ON e.transaction_id = t.id
  JOIN employers_ledgeraccount a ON a.id = e.account_id
 WHERE t.claims_account_id = %s AND t.posted_on >= %s
   AND NOT EXISTS (SELECT FROM employers_fundingitem i WHERE i.transaction_id = t.id AND i.superseded_at IS NULL)
   AND NOT EXISTS (SELECT FROM employers_fundingreceipt r WHERE r.transaction_id = t.id)
 GROUP BY t.id, t.kind
HAVING CASE t.kind WHEN 'payment' THEN coalesce(sum(e.amount) FILTER (WHERE a.kind = 'recoveries'), 0)
                   ELSE -coalesce(sum(e.amount) FILTER (WHERE a.kind IN ('cash', 'payments_out')), 0) END <> 0
 ORDER BY t.id
"""


def open_postings(claims_account_id: int, since: date) -> list[Item]:
    """What drew on the account (or, negative, added to it) since a day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [claims_account_id, since])
        return [
            Item(_KINDS.get(kind, Kind.OTHER), drawn, None, transaction_id)
            for transaction_id, kind, drawn in cursor.fetchall()
        ]

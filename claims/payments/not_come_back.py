"""What went out for claims that were taken back, and has not come back: no claim's cost, and not there either."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from tpa.foundation.values.money import ZERO, cents
from tpa.foundation.values.periods import Period

# By case, with how much of what was found is of claims whose first day of service lies in the period.
_CASES = """
SELECT (SELECT coalesce(sum(e.amount), 0) FROM claims_overpaymententry e
         WHERE e.overpayment_id = o.id AND e.kind IN ('found', 'offset', 'refund', 'bounced', 'returned')),
       sum(l.amount), sum(l.amount) FILTER (WHERE s.served_on >= %(from)s AND (%(to)s IS NULL OR s.served_on < %(to)s))
  FROM claims_overpayment o JOIN claims_overpaymentline l ON l.overpayment_id = o.id
 CROSS JOIN LATERAL (SELECT min(service_from) AS served_on FROM claims_claimline WHERE decision_id = l.decision_id) s
 WHERE o.claims_account_id = %(account)s AND o.reason = 'reversed'
 GROUP BY o.id ORDER BY o.id
"""


def not_come_back(claims_account_id: int, incurred: Period) -> Decimal:
    """Dollars that an account paid for claims incurred in the period which were reversed, and that recipients still owe
    or need not give back any more. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CASES, {"account": claims_account_id, "from": incurred.start, "to": incurred.end})
        rows = cursor.fetchall()
    return sum((cents(max(left, ZERO) * (part or ZERO) / whole) for left, whole, part in rows if whole), ZERO)

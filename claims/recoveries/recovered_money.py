"""How much was recovered for an employer's plans in a month: for a fee that is a per cent of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from tpa.foundation.values.money import ZERO

# What recipients gave back of cases that a person opened (a corrected claim is no recovery), and what third parties
# paid, where the TPA kept nothing of it. On accounts that the TPA advances it comes as a charge that gives it back.
_RECOVERED = """
SELECT coalesce(sum(amount), 0) FROM (
  SELECT -e.amount AS amount, e.posted_on, e.recorded_at
    FROM claims_overpaymententry e JOIN claims_overpayment o ON o.id = e.overpayment_id
   WHERE e.employer_id = %(employer)s AND o.reason <> 'reversed'
     AND e.kind IN ('refund', 'bounced', 'returned', 'offset')
   UNION ALL
  SELECT plan_amount, received_on, recorded_at FROM claims_thirdpartyreceipt
   WHERE employer_id = %(employer)s AND fee_amount = 0) r
 WHERE posted_on < %(before)s
   AND NOT EXISTS (SELECT 1 FROM employers_employer WHERE id = %(employer)s AND funding_mode = 'tpa_advance')
   AND (posted_on >= %(since)s OR %(recorded_after)s::timestamptz IS NULL OR recorded_at > %(recorded_after)s)
"""


def recovered_between(employer_id: int, *, since: date, before: date, recorded_after: datetime | None) -> Decimal:
    """What came back on days from `since` to before `before`, and on earlier days where it was recorded after
    `recorded_after` (None: all of them count). Below zero when the bank took back more than came. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RECOVERED,
            {"employer": employer_id, "since": since, "before": before, "recorded_after": recorded_after},
        )
        amount: Decimal = cursor.fetchone()[0]
    return amount + ZERO

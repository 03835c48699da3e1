"""What came back of what was paid, service by service, without a reversal: refunds, offsets, money of third parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from tpa.foundation.values.money import ZERO, split

# What third parties paid for a decision, and what recipients gave back of cases that a person opened: of a reversal
# the payment itself counts for nothing already.
_BY_THIRD_PARTIES = "SELECT decision_id, sum(amount) FROM claims_thirdpartyshare WHERE employer_id = %s GROUP BY 1"

_BY_RECIPIENTS = """
SELECT o.id, l.decision_id, l.amount,
       (SELECT -coalesce(sum(e.amount), 0) FROM claims_overpaymententry e
         WHERE e.overpayment_id = o.id AND e.kind IN ('refund', 'bounced', 'returned', 'offset'))
  FROM claims_overpayment o JOIN claims_overpaymentline l ON l.overpayment_id = o.id
 WHERE o.employer_id = %s AND o.reason <> 'reversed' ORDER BY o.id, l.id
"""

_LINES = """
SELECT decision_id, service_from, benefit, sum(plan_paid_amount) FROM claims_claimline
 WHERE decision_id = ANY(%s) AND plan_paid_amount > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class ServiceKey(NamedTuple):
    """A day's services of one of the plan's benefits, of one decision."""

    decision_id: int
    incurred_on: date
    benefit: str


def recovered_by_decision(employer_id: int) -> dict[int, Decimal]:
    """What came back of each decision of an employer; two queries."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    cases: dict[int, tuple[Decimal, list[tuple[int, Decimal]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_THIRD_PARTIES, [employer_id])
        for decision_id, amount in cursor.fetchall():
            found[decision_id] += amount
        cursor.execute(_BY_RECIPIENTS, [employer_id])
        for case_id, decision_id, amount, collected in cursor.fetchall():
            cases.setdefault(case_id, (collected, []))[1].append((decision_id, amount))
    for collected, lines in cases.values():
        for (decision_id, _amount), part in zip(
            lines, split(max(ZERO, collected), [line[1] for line in lines]), strict=True
        ):
            found[decision_id] += part
    return {decision_id: amount for decision_id, amount in found.items() if amount}


def recovered_services(employer_id: int) -> dict[ServiceKey, Decimal]:
    """The same by services, each decision's divided by what its services had paid; a query more where there is any."""
    by_decision = recovered_by_decision(employer_id)
    if not by_decision:
        return {}
    lines: dict[int, list[tuple[ServiceKey, Decimal]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [sorted(by_decision)])
        for decision_id, incurred_on, benefit, paid in cursor.fetchall():
            lines[decision_id].append((ServiceKey(decision_id, incurred_on, benefit), paid))
    return dict(_divided(by_decision, lines))


def _divided(
    by_decision: Mapping[int, Decimal], lines: Mapping[int, list[tuple[ServiceKey, Decimal]]]
) -> list[tuple[ServiceKey, Decimal]]:
    return [
        (key, part)
        for decision_id, rows in lines.items()
        for (key, _paid), part in zip(rows, split(by_decision[decision_id], [paid for _key, paid in rows]), strict=True)
        if part
    ]

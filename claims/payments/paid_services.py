"""Reads what was paid for whom, service by service: for who answers for claims beyond a limit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from claims.payments.astray import ASTRAY
from claims.payments.recovered_services import ServiceKey, recovered_services
from tpa.foundation.values.periods import Period

REISSUE: Final = "reissue"
FIRST: Final = "first"
# What went out and came back, in the status of a claim that is paid and whose payment is not: somebody pays it again.
OWED_AGAIN: Final = "owed_again"


@dataclass(frozen=True, slots=True)
class PaidQuestion:
    """Services of an employer's people incurred and paid in two windows.

    `benefit_names` says which of a plan's benefits are drugs or vision; dental claims are dental, all else is medical.
    `months_begin` is the day of the month on which months are counted from. `nets_recoveries`: less what came back
    without a reversal (refunds, offsets, money of third parties), on the day of the payment that it is of.
    `reissued_counts_from`: of a payment that did not arrive and was made again, the day on which it counts: `reissue`,
    the day it was made again, or `first`, the day it first went out.
    """

    employer_id: int
    incurred: Period
    paid: Period
    benefit_names: Mapping[str, str] = field(default_factory=dict)
    months_begin: int = 1
    nets_recoveries: bool = True
    reissued_counts_from: str = REISSUE


class PersonMonth(NamedTuple):
    """What was paid for a person in a month, of one sort of benefit."""

    member_id: int
    month_on: date
    benefit: str
    amount: Decimal


class PaidService(NamedTuple):
    """What a payment paid of a claim for one day of service and sort of benefit."""

    member_id: int
    incurred_on: date
    paid_on: date
    amount: Decimal
    decision_id: int
    benefit: str
    claim_id: int
    claim_number: str
    trace_number: str
    claims_account_id: int


class UnpaidClaim(NamedTuple):
    """A claim not paid yet: `amount` is what the plan pays, or, while a question is open, the most: as billed.

    `status` is the claim's, or OWED_AGAIN where its payment did not arrive.
    """

    member_id: int
    incurred_on: date
    amount: Decimal
    claim_id: int
    claim_number: str
    status: str
    decision_id: int | None
    plan_id: int | None
    benefit: str


# From the employer's payments of those days to their items, lines and claims, by index all the way: OFFSET 0 keeps the
# planner from reading other employers' lines instead. A payment that was taken back again counts for nothing, and
# neither does what took it back: the two cancel out on the day of the first. Lines of reversals are below zero.
# A payment that did not arrive counts from the day on which it was made again, or on which it first went out.
_PAID = """
  FROM (SELECT id, paid_on, trace_number, claims_account_id FROM claims_payment p
         WHERE p.employer_id = %(employer)s AND p.paid_on >= %(paid_from)s
           AND (%(paid_to)s IS NULL OR p.paid_on < %(paid_to)s) AND p.id NOT IN (SELECT payment_id FROM astray)
         UNION ALL
        SELECT id, made.paid_on, trace_number, claims_account_id FROM astray
          JOIN claims_payment p ON p.id = astray.payment_id
         CROSS JOIN LATERAL (SELECT CASE %(counts_from)s WHEN 'first' THEN p.paid_on ELSE astray.made_on END AS paid_on
                            ) made
         WHERE astray.made_on IS NOT NULL AND made.paid_on >= %(paid_from)s
           AND (%(paid_to)s IS NULL OR made.paid_on < %(paid_to)s)) p
 CROSS JOIN LATERAL (SELECT decision_id, claim_id FROM claims_paymentitem
                      WHERE payment_id = p.id AND amount > 0 OFFSET 0) i
 CROSS JOIN LATERAL (SELECT service_from, plan_paid_amount, benefit, member_id FROM claims_claimline
                      WHERE decision_id = i.decision_id AND plan_paid_amount > 0 OFFSET 0) l
 CROSS JOIN LATERAL (SELECT kind, claim_number FROM claims_claim WHERE id = i.claim_id OFFSET 0) c
  LEFT JOIN LATERAL (SELECT true AS is_back FROM claims_decision r JOIN claims_paymentitem b ON b.decision_id = r.id
                      WHERE r.reverses_id = i.decision_id OFFSET 0) back ON true
 WHERE l.service_from >= %(incurred_from)s AND (%(incurred_to)s IS NULL OR l.service_from < %(incurred_to)s)
   AND back.is_back IS NULL
"""
_BENEFIT = "coalesce(%(names)s::jsonb ->> l.benefit, CASE c.kind WHEN 'D' THEN 'dental' ELSE 'medical' END)"

_MONTHS = f"""
SELECT l.member_id, date_trunc('month', p.paid_on - %(shift)s)::date + %(shift)s, {_BENEFIT}, sum(l.plan_paid_amount)
{_PAID}
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_SERVICES = f"""
SELECT l.member_id, l.service_from, p.paid_on, sum(l.plan_paid_amount), i.decision_id, {_BENEFIT}, i.claim_id,
       c.claim_number, p.trace_number, p.claims_account_id {_PAID}
   AND l.member_id = ANY(%(members)s)
 GROUP BY l.member_id, l.service_from, p.paid_on, i.decision_id, 6, i.claim_id, c.claim_number, p.trace_number,
          p.claims_account_id
 ORDER BY p.paid_on, i.decision_id, l.service_from, 6
"""

_BY_ACCOUNT = f"""
SELECT p.claims_account_id, sum(l.plan_paid_amount) {_PAID} GROUP BY 1 ORDER BY 1
"""

_RECOVERED = f"""
SELECT l.member_id, date_trunc('month', p.paid_on - %(shift)s)::date + %(shift)s, {_BENEFIT}, i.decision_id,
       l.service_from, l.benefit {_PAID}
   AND i.decision_id = ANY(%(decisions)s)
 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 4, 5, 6
"""

_RECOVERED_OF_ACCOUNTS = f"""
SELECT p.claims_account_id, i.decision_id, l.service_from, l.benefit {_PAID}
   AND i.decision_id = ANY(%(decisions)s)
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

_APPROVED = f"""
SELECT c.member_id, l.service_from, sum(l.plan_paid_amount), c.id, c.claim_number, c.status, d.id, d.plan_id, {_BENEFIT}
  FROM claims_claim c
  JOIN LATERAL (SELECT id, plan_id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
  JOIN claims_claimline l ON l.decision_id = d.id AND l.plan_paid_amount > 0
 WHERE c.employer_id = %(employer)s AND c.status = 'approved'
   AND l.service_from >= %(incurred_from)s AND (%(incurred_to)s IS NULL OR l.service_from < %(incurred_to)s)
 GROUP BY c.member_id, l.service_from, c.id, c.claim_number, c.status, d.id, d.plan_id, 9
 ORDER BY c.id, l.service_from, 9
"""  # noqa: S608 (fixed parts)

# Paid, and the payment is owed again: until somebody makes it again nothing was paid. What was taken back is decided
# anew, or over.
_OWED_AGAIN = f"""
SELECT l.member_id, l.service_from, sum(l.plan_paid_amount), i.claim_id, c.claim_number, '{OWED_AGAIN}', d.id,
       d.plan_id, {_BENEFIT}
  FROM astray
  JOIN claims_paymentitem i ON i.payment_id = astray.payment_id AND i.amount > 0
  JOIN claims_decision d ON d.id = i.decision_id
  JOIN claims_claimline l ON l.decision_id = i.decision_id AND l.plan_paid_amount > 0
  JOIN claims_claim c ON c.id = i.claim_id
 WHERE astray.made_on IS NULL
   AND l.service_from >= %(incurred_from)s AND (%(incurred_to)s IS NULL OR l.service_from < %(incurred_to)s)
   AND NOT EXISTS (SELECT 1 FROM claims_decision r WHERE r.reverses_id = d.id)
 GROUP BY l.member_id, l.service_from, i.claim_id, c.claim_number, d.id, d.plan_id, 9
 ORDER BY i.claim_id, l.service_from, 9
"""  # noqa: S608 (fixed parts)

_PENDED = """
SELECT member_id, service_from, billed_amount, id, claim_number, status, NULL::bigint, NULL::bigint,
       CASE kind WHEN 'D' THEN 'dental' ELSE 'medical' END
  FROM claims_claim
 WHERE employer_id = %(employer)s AND status = 'pended'
   AND service_from >= %(incurred_from)s AND (%(incurred_to)s IS NULL OR service_from < %(incurred_to)s)
 ORDER BY id
"""


def paid_by_month(asked: PaidQuestion) -> list[PersonMonth]:
    """What was paid for each person, month by month; three queries, and two more where something came back."""
    rows = [PersonMonth(*row) for row in _fetch(_MONTHS, asked)]
    back: dict[tuple[int, date, str], Decimal] = defaultdict(Decimal)
    for month, amount, _decision, _incurred_on in _came_back(asked):
        back[month] += amount
    return [row._replace(amount=row.amount - back.get(row[:3], Decimal(0))) for row in rows]


def paid_services(asked: PaidQuestion, member_ids: Collection[int]) -> list[PaidService]:
    """The payments behind it for these people, in the order in which they were paid; queries as `paid_by_month`.

    What came back is taken off the service that it is of.
    """
    rows = [PaidService(*row) for row in _fetch(_SERVICES, asked, members=list(member_ids))]
    back: dict[tuple[int, date, str], Decimal] = defaultdict(Decimal)
    for month, amount, decision_id, incurred_on in _came_back(asked):
        back[(decision_id, incurred_on, month[2])] += amount
    found = [
        row._replace(amount=row.amount - back.get((row.decision_id, row.incurred_on, row.benefit), Decimal(0)))
        for row in rows
    ]
    return [row for row in found if row.amount]


def recovered_by_person(asked: PaidQuestion, benefits: Collection[str] = ()) -> dict[int, Decimal]:
    """What came back of what was paid within the windows, by person; queries as what `paid_by_month` adds."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for month, amount, _decision, _incurred_on in _came_back(replace(asked, nets_recoveries=True)):
        if not benefits or month[2] in benefits:
            found[month[0]] += amount
    return dict(found)


def _came_back(asked: PaidQuestion) -> list[tuple[tuple[int, date, str], Decimal, int, date]]:
    """By person, month and sort of benefit, with decision and day of the service."""
    recovered = recovered_services(asked.employer_id) if asked.nets_recoveries else {}
    if not recovered:
        return []
    rows = _fetch(_RECOVERED, asked, decisions=sorted({key.decision_id for key in recovered}))
    return [
        ((member_id, month_on, sort), recovered[key], decision_id, incurred_on)
        for member_id, month_on, sort, decision_id, incurred_on, benefit in rows
        if (key := ServiceKey(decision_id, incurred_on, benefit)) in recovered
    ]


def paid_by_account(asked: PaidQuestion) -> dict[int, Decimal]:
    """What was paid out of each claims account; three queries, and two more where something came back."""
    found: dict[int, Decimal] = dict(_fetch(_BY_ACCOUNT, asked))
    recovered = recovered_services(asked.employer_id) if asked.nets_recoveries else {}
    if recovered:
        decisions = sorted({key.decision_id for key in recovered})
        for account_id, *service in _fetch(_RECOVERED_OF_ACCOUNTS, asked, decisions=decisions):
            found[account_id] -= recovered.get(ServiceKey(*service), Decimal(0))
    return found


def unpaid_claims(asked: PaidQuestion) -> list[UnpaidClaim]:
    """What of the incurred window is approved and not paid, what went out and did not arrive, and what waits for an
    answer; three queries. Where payments made again count from their first day, what did not arrive can not be late."""
    late = () if asked.reissued_counts_from == FIRST else (_OWED_AGAIN,)
    return [UnpaidClaim(*row) for sql in (_APPROVED, *late, _PENDED) for row in _fetch(sql, asked)]


def _fetch(sql: str, asked: PaidQuestion, **more: Any) -> Iterator[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "employer": asked.employer_id,
        "incurred_from": asked.incurred.start,
        "incurred_to": asked.incurred.end,
        "paid_from": asked.paid.start,
        "paid_to": asked.paid.end,
        "counts_from": asked.reissued_counts_from,
        "names": json.dumps(dict(asked.benefit_names)),
        # Every month has a 28th.
        "shift": min(asked.months_begin, 28) - 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(ASTRAY + sql, values | more)  # who does not ask what went astray does not pay for it
        yield from cursor.fetchall()

"""Reads payments: who has something to be paid, what was settled, what is held."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, QuerySet

from claims.models import Payment, PaymentInstruction, PaymentRun
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO

_TO_PAY = """
SELECT DISTINCT employer_id FROM claims_claim WHERE status IN ('approved', 'denied')
UNION
SELECT r.employer_id FROM claims_decision r
  JOIN claims_paymentitem paid ON paid.decision_id = r.reverses_id
 WHERE r.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM claims_paymentitem i WHERE i.decision_id = r.id)
ORDER BY 1
"""

# What a month is to be billed for: paid within it, or paid before it and recorded since. Two index scans, so that it
# costs by the claims of the month and not by those of the years before.
_SETTLED = """
WITH paid AS (
    SELECT p.id, p.run_id, p.claims_account_id, p.funds, p.paid_on, p.trace_number
      FROM claims_payment p
     WHERE p.employer_id = %(employer)s AND p.paid_on >= %(since)s AND p.paid_on < %(before)s
     UNION ALL
    SELECT p.id, p.run_id, p.claims_account_id, p.funds, p.paid_on, p.trace_number
      FROM claims_paymentrun r JOIN claims_payment p ON p.run_id = r.id
     WHERE r.employer_id = %(employer)s AND r.issued_at > %(recorded_after)s AND p.paid_on < %(since)s
)
SELECT i.decision_id, i.claim_id, c.claim_number, d.outcome, d.plan_id, p.claims_account_id, p.funds, p.paid_on,
       p.trace_number, i.amount, r.issued_at, c.family_id, d.billed_amount, d.allowed_amount,
       NOT EXISTS (SELECT 1 FROM claims_paymentitem e WHERE e.claim_id = i.claim_id AND e.id < i.id)
  FROM paid p
  JOIN claims_paymentrun r ON r.id = p.run_id
  JOIN claims_paymentitem i ON i.payment_id = p.id
  JOIN claims_claim c ON c.id = i.claim_id
  JOIN claims_decision d ON d.id = i.decision_id
 ORDER BY p.claims_account_id, i.id
"""

_APPROVED = """
SELECT count(*), coalesce(sum(d.plan_paid_amount), 0)
  FROM claims_claim c
  JOIN LATERAL (SELECT plan_paid_amount FROM claims_decision
                 WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
 WHERE c.employer_id = %s AND c.status = 'approved'
"""


class SettledFact(NamedTuple):
    """A decision that a payment settled: paid, told as denied, or taken back. `funds` own or tpa: whose money it is."""

    decision_id: int
    claim_id: int
    claim_number: str
    outcome: str
    plan_id: int | None
    claims_account_id: int
    funds: str
    paid_on: date
    trace_number: str
    amount: Decimal
    recorded_at: datetime
    family_id: int
    billed_amount: Decimal
    allowed_amount: Decimal
    is_first: bool = True  # of its claim: decided anew it is settled again, and is no further claim

    @property
    def saved_amount(self) -> Decimal:
        """What was billed and not allowed; of what was denied nothing is. Taken back, it is negative."""
        return self.billed_amount - self.allowed_amount if self.allowed_amount else ZERO


@dataclass(frozen=True, slots=True)
class ToPay:
    """What of an employer waits for the next payment run."""

    claims_count: int
    amount: Decimal


def employers_to_pay() -> list[int]:
    """Employers with claims that a payment run would look at. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_PAY)
        return [row[0] for row in cursor.fetchall()]


def settled_between(
    employer_id: int, *, since: date, before: date, recorded_after: datetime | None
) -> Iterator[SettledFact]:
    """What was settled with payments of days from `since` to before `before`, and of earlier days when the payment was
    recorded after `recorded_after` (None: nothing was billed before, so all earlier days count). One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "employer": employer_id,
                "since": since if recorded_after is not None else date.min,
                "before": before,
                "recorded_after": recorded_after,
            },
        )
        for row in cursor:
            yield SettledFact(*row)


def to_pay(employer_id: int) -> ToPay:
    """Approved and not paid yet, held claims among them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_APPROVED, [employer_id])
        return ToPay(*cursor.fetchone())


def runs_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[PaymentRun]:
    """Payment runs that exist for a person, the latest first."""
    runs = PaymentRun.objects.visible_to(scope).select_related("employer")
    if employer_id is not None:
        runs = runs.filter(employer=employer_id)
    return runs.order_by("-pk")


def latest_runs(employer_ids: Collection[int]) -> dict[int, int]:
    """The last payment run of each employer that has one; one query."""
    runs = PaymentRun.objects.filter(employer__in=list(employer_ids)).order_by()
    return dict(runs.values_list("employer").annotate(Max("pk")))


def payment_instructions(claim_ids: Collection[int]) -> dict[int, tuple[date | None, bool]]:
    """What was instructed for these claims: pay by which day, held or not; one query."""
    rows = PaymentInstruction.objects.filter(claim__in=list(claim_ids))
    return {
        claim_id: (pay_by_on, is_held)
        for claim_id, pay_by_on, is_held in rows.values_list("claim", "pay_by_on", "is_held")
    }


def payments_of(scope: Scope, *, run_id: int) -> QuerySet[Payment]:
    """The payments of a run, with their recipients."""
    payments = Payment.objects.visible_to(scope).filter(run=run_id)
    return payments.select_related("payee", "member", "claims_account").order_by("pk")

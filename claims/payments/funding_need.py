"""Reads what an account's claims need: what was paid from it and stands on no request, and what waits to be paid."""

from __future__ import annotations

from datetime import date

from django.db import connection

from claims.models import Claim
from claims.payments.due_decisions import owed_by, read_due
from claims.payments.instruments import amounts_of, read_undelivered
from claims.payments.netting import plan_payments
from employers.funding.funding_facts import ClaimDollars, ClaimsNeed
from employers.funding.open_requests import live_decisions
from employers.funding.selectors import claims_accounts
from tpa.foundation.values.money import ZERO

_PAID = """
SELECT i.decision_id, i.claim_id, c.claim_number, i.amount
  FROM claims_payment p
  JOIN claims_paymentitem i ON i.payment_id = p.id AND i.amount <> 0
  JOIN claims_claim c ON c.id = i.claim_id
 WHERE p.employer_id = %s AND p.claims_account_id = %s AND p.paid_on >= %s AND p.funds = 'own'
   AND NOT EXISTS (SELECT FROM employers_fundingitem f
                    WHERE f.decision_id = i.decision_id AND f.superseded_at IS NULL)
 ORDER BY i.id
"""

# What a payment was less, or more, than its claims: what its payee owes, owed, or never got.
_NETTED = """
SELECT 'payment:' || trace_number, amount - items_amount FROM claims_payment
 WHERE employer_id = %s AND claims_account_id = %s AND paid_on >= %s AND funds = 'own' AND amount <> items_amount
"""


def claims_need(employer_id: int, claims_account_id: int, since: date) -> ClaimsNeed:
    """The need of one claims account, of payments since a day. A fixed number of queries, nothing locked.

    What is held by instruction needs nothing: its money comes from elsewhere.
    """
    due = [
        item
        for item in read_due(employer_id, claims_accounts(employer_id))
        if item.recipient.claims_account_id == claims_account_id and not item.is_held
    ]
    owed = owed_by(item.recipient for item in due)
    undelivered = amounts_of(read_undelivered(employer_id, {item.recipient for item in due}))
    plan = plan_payments(due, owed, {claims_account_id: None}, undelivered)
    waiting = [item for payment in plan.payments for item in payment.items if item.amount]
    live = live_decisions([item.decision_id for item in waiting])
    numbers = dict(Claim.objects.filter(pk__in=[item.claim_id for item in waiting]).values_list("pk", "claim_number"))
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [employer_id, claims_account_id, since])
        paid = [ClaimDollars(*row) for row in cursor.fetchall()]
        cursor.execute(_NETTED, [employer_id, claims_account_id, since])
        netted = dict(cursor.fetchall())
    return ClaimsNeed(
        paid=paid,
        waiting=[
            ClaimDollars(
                item.decision_id, item.claim_id, numbers[item.claim_id], item.amount, item.due_on, item.pay_by_on
            )
            for item in waiting
            if item.decision_id not in live
        ],
        netted=netted,
        waiting_amount=sum((payment.amount for payment in plan.payments), ZERO),
    )

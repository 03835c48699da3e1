"""Takes what a payment run settles: decided claims, held for the run, and reversals of what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec
from django.db import connection

from claims.models import Claim
from claims.packing import text_of
from claims.payments.netting import Due, Recipient
from tpa.foundation.values.money import ZERO

# Where we may not serve (no licence, no exemption) nothing is paid.
_DECIDED = """
SELECT c.id, c.payee_id, c.due_on, c.status, c.submission, d.id, d.plan_id, d.plan_paid_amount,
       n.pay_by_on,
       coalesce(n.is_held, false) OR EXISTS (
           SELECT 1 FROM foundation_servicebar b
             JOIN employers_member m ON m.id = c.member_id JOIN employers_employer e ON e.id = c.employer_id
            WHERE b.employer_id = c.employer_id AND b.superseded_at IS NULL
              AND b.state IN (upper(m.state), upper(e.state))),
       c.original_claim_id
  FROM claims_claim c
  LEFT JOIN claims_paymentinstruction n ON n.claim_id = c.id
  JOIN LATERAL (SELECT id, plan_id, plan_paid_amount FROM claims_decision
                 WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
 WHERE c.employer_id = %s AND c.status IN ('approved', 'denied')
 ORDER BY c.id
"""
# A claim that somebody else is working on at this moment waits for the next run: nobody waits for anybody here.
_HELD = " FOR NO KEY UPDATE OF c SKIP LOCKED"

# Taken back from whom it was paid to, and out of the account it was paid from. Where the claim is decided anew it waits
# for that, so that the remittance tells both together.
_REVERSALS = """
SELECT c.id, r.id, p.claims_account_id, p.payee_id, p.member_id, r.plan_paid_amount, c.due_on, 'reversed',
       c.status = 'reversed' AND EXISTS (SELECT 1 FROM claims_claim own
                                          WHERE own.original_claim_id = c.id AND own.frequency_code IN ('7', '8'))
  FROM claims_decision r
  JOIN claims_claim c ON c.id = r.claim_id
  JOIN claims_paymentitem paid ON paid.decision_id = r.reverses_id
  JOIN claims_payment p ON p.id = paid.payment_id
 WHERE r.employer_id = %s AND r.reverses_id IS NOT NULL
   AND c.status NOT IN ('received', 'pended')
   AND NOT EXISTS (SELECT 1 FROM claims_paymentitem i WHERE i.decision_id = r.id)
 ORDER BY r.id
"""

_OWED = """
SELECT DISTINCT ON (claims_account_id, payee_id, member_id)
       claims_account_id, payee_id, member_id, forward_balance_amount
  FROM claims_payment
 WHERE claims_account_id = ANY(%s) AND (payee_id = ANY(%s) OR member_id = ANY(%s))
 ORDER BY claims_account_id, payee_id, member_id, id DESC
"""


class _Assignment(msgspec.Struct):
    """The one thing of a submission that says who is paid."""

    benefits_assigned: bool = True


_assignment = msgspec.json.Decoder(_Assignment).decode


def take_due(employer_id: int, accounts: Mapping[int | None, int]) -> list[Due]:
    """All that is to be settled for an employer, its decided claims locked. `accounts` are claims accounts by plan.

    A decided claim for which there is no account is left alone. Three queries.
    """
    return _due(_DECIDED + _HELD, employer_id, accounts)


def read_due(employer_id: int, accounts: Mapping[int | None, int]) -> list[Due]:
    """The same to look at: nothing is locked."""
    return _due(_DECIDED, employer_id, accounts)


def _due(decided_sql: str, employer_id: int, accounts: Mapping[int | None, int]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(decided_sql, [employer_id])
        decided = cursor.fetchall()
        cursor.execute(_REVERSALS, [employer_id])
        due = [
            Due(claim_id, decision_id, Recipient(account, payee_id, member_id), *rest)._replace(
                is_own_correction=is_own
            )
            for claim_id, decision_id, account, payee_id, member_id, *rest, is_own in cursor.fetchall()
        ]
    to_member = {row[0] for row in decided if not _assignment(text_of(row[4])).benefits_assigned}
    subscribers = _subscribers(to_member)
    for claim_id, payee_id, due_on, status, _submission, decision_id, plan_id, amount, *instructed in decided:
        account = _account(accounts, plan_id, moves_money=amount != ZERO)
        if account is None:
            continue
        subscriber_id = subscribers.get(claim_id)
        recipient = Recipient(account, payee_id) if subscriber_id is None else Recipient(account, None, subscriber_id)
        due.append(Due(claim_id, decision_id, recipient, amount, due_on, status, *instructed))
    return due


def owed_by(recipients: Iterable[Recipient]) -> dict[Recipient, Decimal]:
    """What recipients still owe from their last payment out of an account, where they owe anything. One query."""
    wanted = set(recipients)
    accounts = sorted({recipient.claims_account_id for recipient in wanted})
    payees = sorted({recipient.payee_id for recipient in wanted if recipient.payee_id is not None})
    members = sorted({recipient.member_id for recipient in wanted if recipient.member_id is not None})
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [accounts, payees, members])
        found = {Recipient(account, payee, member): amount for account, payee, member, amount in cursor.fetchall()}
    return {recipient: amount for recipient, amount in found.items() if amount and recipient in wanted}


def _account(accounts: Mapping[int | None, int], plan_id: int | None, *, moves_money: bool) -> int | None:
    """The plan's own account, else the one of plans without. Where no money moves any of the employer's will do."""
    own = accounts.get(plan_id, accounts.get(None))
    return min(accounts.values(), default=None) if own is None and not moves_money else own


def _subscribers(claim_ids: set[int]) -> dict[int, int]:
    """Who is paid where benefits are not assigned to the provider: the subscriber, by claim."""
    if not claim_ids:
        return {}
    rows = Claim.objects.filter(pk__in=claim_ids, family__members__relationship="18")
    return dict(rows.values_list("pk", "family__members__pk"))

"""Invariants of recoveries: each dollar owed back stands in a case and in the ledger, once."""

from __future__ import annotations

from tpa.invariants.invariant import sql

RECOVERIES = (
    sql(
        "I15",
        "what recipients owe stands in the ledger: open recoveries, and what is carried forward without one",
        """WITH owed AS (
             SELECT o.claims_account_id account, o.payee_id, o.member_id, sum(e.amount) balance,
                    sum(e.forward_amount) forward
               FROM claims_overpayment o JOIN claims_overpaymententry e ON e.overpayment_id = o.id GROUP BY 1, 2, 3),
           carried AS (
             SELECT DISTINCT ON (claims_account_id, payee_id, member_id) claims_account_id account, payee_id, member_id,
                    forward_balance_amount amount
               FROM claims_payment ORDER BY claims_account_id, payee_id, member_id, id DESC),
           sums AS (
             SELECT account, sum(amount) amount FROM (
               SELECT account, balance - forward amount FROM owed UNION ALL SELECT account, amount FROM carried) x
              GROUP BY account)
           SELECT s.account, s.amount AS owed, coalesce(l.amount, 0) AS posted FROM sums s
             LEFT JOIN (SELECT a.claims_account_id, sum(e.amount) amount FROM employers_ledgerentry e
                          JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'recoveries'
                         GROUP BY 1) l ON l.claims_account_id = s.account
            WHERE s.amount <> coalesce(l.amount, 0)""",
    ),
    sql(
        "I15",
        "a recovery is settled when nothing is owed, and owes less than nothing only until that is given back",
        """SELECT o.id AS recovery, o.status, sum(e.amount) AS owed FROM claims_overpayment o
             JOIN claims_overpaymententry e ON e.overpayment_id = o.id GROUP BY o.id
           HAVING (o.status = 'settled') <> (sum(e.amount) <= 0) OR (sum(e.amount) < 0 AND NOT o.has_more_to_tell)""",
    ),
    sql(
        "I15",
        "a claim is found overpaid by no more than was paid for it",
        """SELECT l.claim_id AS claim, d.id AS decision FROM claims_overpaymentline l
             JOIN claims_decision d ON d.id = l.decision_id GROUP BY l.claim_id, d.id
           HAVING sum(l.amount) > abs(d.plan_paid_amount)""",
    ),
)

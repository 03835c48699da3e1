"""Invariants of funding requests, one query each."""

from __future__ import annotations

from tpa.invariants.invariant import Invariant, sql

BY_FUNDING: tuple[Invariant, ...] = (
    sql(
        "I10",
        "a funding request is the sum of its register",
        """SELECT r.id AS request FROM employers_fundingrequest r
             LEFT JOIN employers_fundingitem i ON i.request_id = r.id
            GROUP BY r.id, r.amount HAVING r.amount <> coalesce(sum(i.amount), 0)""",
    ),
    sql(
        "I10",
        "a claim dollar is on one live funding request or one invoice, and on a request as it was decided",
        """SELECT i.id AS item FROM employers_fundingitem i JOIN claims_decision d ON d.id = i.decision_id
            WHERE i.superseded_at IS NULL AND (i.amount <> d.plan_paid_amount OR i.claim_id <> d.claim_id
                  OR EXISTS (SELECT FROM tpa_invoiceclaim c JOIN tpa_invoiceline l ON l.id = c.line_id
                              WHERE l.kind = 'claims' AND c.decision_id = d.id)
                  OR EXISTS (SELECT FROM employers_fundingitem t WHERE t.decision_id = d.id AND t.id <> i.id
                                                                   AND t.superseded_at IS NULL))""",
    ),
    sql(
        "I10",
        "a claim that is paid is asked of the plan that paid it",
        """SELECT i.id AS item FROM employers_fundingitem i JOIN claims_paymentitem p ON p.decision_id = i.decision_id
             JOIN claims_payment m ON m.id = p.payment_id
            WHERE i.superseded_at IS NULL AND m.claims_account_id <> i.claims_account_id""",
    ),
    sql(
        "I10",
        "the register of a request that was turned down is free, of others it is not",
        """SELECT i.id AS item, r.status FROM employers_fundingitem i
             JOIN employers_fundingrequest r ON r.id = i.request_id
            WHERE (i.superseded_at IS NULL) = (r.status IN ('rejected', 'cancelled', 'expired'))""",
    ),
    sql(
        "I10",
        "what came in on a funding request stands in the ledger, and its status says so",
        """SELECT r.id AS request, r.status, coalesce(sum(c.amount), 0) AS received, coalesce(sum(e.amount), 0) AS cash
             FROM employers_fundingrequest r LEFT JOIN employers_fundingreceipt c ON c.request_id = r.id
             LEFT JOIN LATERAL (SELECT sum(n.amount) AS amount FROM employers_ledgerentry n
                                  JOIN employers_ledgeraccount a ON a.id = n.account_id AND a.kind = 'cash'
                                 WHERE n.transaction_id = c.transaction_id) e ON true
            GROUP BY r.id, r.status, r.amount
           HAVING coalesce(sum(c.amount), 0) <> coalesce(sum(e.amount), 0)
               OR r.status = 'received' AND coalesce(sum(c.amount), 0) < r.amount
               OR r.status IN ('raised', 'approved', 'rejected', 'cancelled', 'expired')
                  AND coalesce(sum(c.amount), 0) <> 0
               OR r.status = 'partly' AND coalesce(sum(c.amount), 0) NOT BETWEEN 0.01 AND r.amount - 0.01""",
    ),
    sql(
        "I10",
        "an approved funding request has the people that it wants",
        """SELECT r.id AS request FROM employers_fundingrequest r
            WHERE r.status IN ('approved', 'partly', 'received', 'closed')
              AND (SELECT count(DISTINCT approved_by) FROM employers_fundingapproval a WHERE a.request_id = r.id)
                  < r.wanted_count""",
    ),
)

"""Invariants of the bank's side: how payments went out, what came back, what the ledger holds of them."""

from __future__ import annotations

from tpa.invariants.invariant import sql

BY_BANK = (
    sql(
        "I9",
        "a payment that moves money went out by instruments of its amount, each after the one before did not arrive",
        """SELECT p.id AS payment, count(i.id) AS instruments FROM claims_payment p
             LEFT JOIN claims_paymentinstrument i ON i.payment_id = p.id
            GROUP BY p.id, p.amount
           HAVING (p.amount > 0) <> (count(i.id) > 0) OR max(i.number) <> count(i.id)
               OR max(i.amount) <> p.amount OR min(i.amount) <> p.amount
               OR max(i.number) FILTER (WHERE i.status = 'reissued') >= max(i.number)
               OR count(i.id) FILTER (WHERE i.status <> 'reissued') > 1""",
    ),
    sql(
        "I9",
        "the ledger holds of each payment what stands of it",
        """WITH said AS (
             SELECT p.trace_number, p.amount,
                    bool_or(i.status IN ('issued', 'cleared', 'escheated')) AS stands
               FROM claims_payment p JOIN claims_paymentinstrument i ON i.payment_id = p.id
              GROUP BY p.trace_number, p.amount),
           booked AS (
             SELECT split_part(t.reference, ':', 2) AS trace_number, sum(e.amount) AS amount
               FROM employers_ledgertransaction t JOIN employers_ledgerentry e ON e.transaction_id = t.id
               JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind IN ('payments_out', 'tpa_funds')
              WHERE t.kind IN ('payment', 'undelivered', 'reissue') GROUP BY 1)
           SELECT s.trace_number AS trace, s.stands, s.amount, b.amount AS booked
             FROM said s LEFT JOIN booked b ON b.trace_number = s.trace_number
            WHERE coalesce(b.amount, 0) <> CASE WHEN s.stands THEN -s.amount ELSE 0 END""",
    ),
    sql(
        "I9",
        "an ACH file is the sum of its credits, each under a trace of its own",
        """SELECT f.id AS file FROM claims_achfile f LEFT JOIN claims_paymentinstrument i ON i.ach_file_id = f.id
            GROUP BY f.id, f.credit_amount, f.entry_count
           HAVING f.credit_amount <> coalesce(sum(i.amount), 0) OR count(DISTINCT i.ach_trace) <> count(i.id)
               OR f.entry_count <> count(i.id)
                  + (SELECT count(*) FROM claims_receivingaccount r WHERE r.ach_file_id = f.id)""",
    ),
    sql(
        "I9",
        "what never arrived is set against claims taken back once, in full",
        """SELECT p.id AS payment, p.undelivered_amount FROM claims_payment p
             LEFT JOIN claims_paymentinstrument i ON i.credited_by_id = p.id
            GROUP BY p.id, p.undelivered_amount HAVING p.undelivered_amount <> coalesce(sum(i.amount), 0)""",
    ),
    sql(
        "I9",
        "a positive pay file is the sum of the checks it tells",
        """SELECT f.id AS file FROM claims_positivepayfile f
            WHERE (f.issue_count, f.issue_amount) <> (SELECT count(*), coalesce(sum(amount), 0)
                    FROM claims_paymentinstrument WHERE issue_file_id = f.id)
               OR (f.void_count, f.void_amount) <> (SELECT count(*), coalesce(sum(amount), 0)
                    FROM claims_paymentinstrument WHERE void_file_id = f.id)""",
    ),
)

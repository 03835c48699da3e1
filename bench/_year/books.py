"""Checks of the books by plain SQL: each a name, a query for its figures, and one that finds what breaks it."""

from __future__ import annotations

from typing import Final

_SUMS: Final = """
WITH e AS (SELECT a.claims_account_id AS account, a.kind, sum(e.amount) AS amount
             FROM employers_ledgerentry e JOIN employers_ledgeraccount a ON a.id = e.account_id GROUP BY 1, 2)
"""
_NEWEST_OWED: Final = """
SELECT DISTINCT ON (claims_account_id, payee_id, member_id) claims_account_id AS account, forward_balance_amount AS owes
  FROM claims_payment ORDER BY claims_account_id, payee_id, member_id, id DESC
"""
# What each invoice bills with its corrections, and what came in for it: by claims account, claims apart from the rest.
_INVOICES: Final = """
SELECT b.account, e.funding_mode = 'tpa_advance' AS advanced, b.claims, b.passed_on, b.fees,
       coalesce(s.paid, 0) AS paid, coalesce(s.given_up, 0) AS given_up,
       s.paid IS NOT NULL AND s.paid >= b.claims + b.passed_on + b.fees AS in_full
  FROM (SELECT coalesce(i.corrects_id, i.id) AS invoice, i.employer_id,
               coalesce(l.claims_account_id, (SELECT min(a.id) FROM employers_claimsaccount a
                                               WHERE a.employer_id = i.employer_id)) AS account,
               sum(l.amount) FILTER (WHERE coalesce(o.kind, l.kind) IN ('claims', 'recovery')
                                        OR f.purpose = 'claims_fund') AS claims,
               sum(l.amount) FILTER (WHERE coalesce(o.kind, l.kind) IN ('vendor', 'premium', 'tax')
                                        OR f.purpose IN ('stop_loss', 'vendor')) AS passed_on,
               sum(l.amount) FILTER (WHERE coalesce(o.kind, l.kind)
                                             NOT IN ('claims', 'recovery', 'vendor', 'premium', 'tax')
                                       AND coalesce(f.purpose, 'administration') = 'administration'
                                       AND l.kind <> 'carried') AS fees
          FROM tpa_invoice i JOIN tpa_invoiceline l ON l.invoice_id = i.id
          LEFT JOIN tpa_invoiceline o ON o.id = l.corrects_id LEFT JOIN tpa_contractfee f ON f.id = l.fee_id
         GROUP BY 1, 2, 3) z
  CROSS JOIN LATERAL (SELECT z.account, coalesce(z.claims, 0) AS claims, coalesce(z.passed_on, 0) AS passed_on,
                             coalesce(z.fees, 0) AS fees) b
  JOIN employers_employer e ON e.id = z.employer_id
  LEFT JOIN (SELECT invoice_id, claims_account_id, sum(amount) FILTER (WHERE receipt_id IS NOT NULL) AS paid,
                    sum(amount) FILTER (WHERE write_off_id IS NOT NULL) AS given_up
               FROM tpa_invoicesettlement GROUP BY 1, 2) s
    ON s.invoice_id = z.invoice AND s.claims_account_id = z.account
"""
# Of what was paid the claims come first, then what is passed on; the rest is fees.
_PARTS: Final = f"""
SELECT account, advanced, claims, passed_on, fees, paid, given_up, paid_claims,
       CASE WHEN in_full THEN passed_on
            ELSE least(greatest(passed_on, 0), greatest(paid - paid_claims, 0)) END AS paid_on
  FROM (SELECT i.*, CASE WHEN in_full THEN claims ELSE least(greatest(claims, 0), greatest(paid, 0)) END AS paid_claims
          FROM ({_INVOICES}) i) p
"""
# How payments stand at the bank: out and not cleared (whatever of the administrator's own money went out), cleared.
_OUT: Final = """
SELECT i.claims_account_id, i.amount, p.funds FROM claims_paymentinstrument i
  JOIN claims_payment p ON p.id = i.payment_id
 WHERE i.status = 'issued' OR (i.status = 'cleared' AND p.funds = 'tpa')
"""
_CLEARED: Final = """
SELECT i.claims_account_id, i.amount, p.funds FROM claims_paymentinstrument i
  JOIN claims_payment p ON p.id = i.payment_id
 WHERE i.status = 'cleared'
"""
# Account, kind, what it should come to by rows that are no ledger.
_SHOULD: Final = f"""
SELECT account, kind, sum(amount) AS amount FROM (
  SELECT claims_account_id AS account, 'claims_paid' AS kind, items_amount + undelivered_amount AS amount
    FROM claims_payment
  UNION ALL SELECT claims_account_id, 'claims_paid', -amount FROM claims_paymentinstrument
             WHERE status IN ('returned', 'stopped', 'voided', 'credited')
  UNION ALL SELECT claims_account_id, CASE funds WHEN 'own' THEN 'payments_out' ELSE 'tpa_funds' END, -i.amount
              FROM ({_OUT}) i
  UNION ALL SELECT claims_account_id, 'cash', -i.amount FROM ({_CLEARED}) i WHERE funds = 'own'
  UNION ALL SELECT account, 'recoveries', owes FROM ({_NEWEST_OWED}) o
  UNION ALL SELECT claims_account_id, 'recoveries', -adjustments_amount FROM claims_payment
  UNION ALL SELECT o.claims_account_id, 'recoveries', x.amount FROM claims_overpaymententry x
              JOIN claims_overpayment o ON o.id = x.overpayment_id
             WHERE x.kind IN ('refund', 'bounced', 'write_off', 'replaced')
                OR (x.kind = 'found' AND o.reason <> 'reversed')
  UNION ALL SELECT o.claims_account_id, 'cash', -x.amount FROM claims_overpaymententry x
              JOIN claims_overpayment o ON o.id = x.overpayment_id WHERE x.kind IN ('refund', 'bounced')
  UNION ALL SELECT (SELECT min(a.id) FROM employers_claimsaccount a WHERE a.employer_id = r.employer_id), 'cash', amount
              FROM claims_thirdpartyreceipt r
  UNION ALL SELECT (SELECT min(a.id) FROM employers_claimsaccount a WHERE a.employer_id = r.employer_id), 'fees',
                   -fee_amount FROM claims_thirdpartyreceipt r
  UNION ALL SELECT account, 'tpa_funds', paid_claims FROM ({_PARTS}) p WHERE advanced
  UNION ALL SELECT account, 'cash', paid_claims FROM ({_PARTS}) p WHERE NOT advanced
  UNION ALL SELECT account, 'pass_through', paid_on - passed_on FROM ({_PARTS}) p
  UNION ALL SELECT account, 'fees', paid - paid_claims - paid_on - fees + given_up FROM ({_PARTS}) p
  UNION ALL SELECT s.claims_account_id, 'cash', CASE t.surplus_as WHEN 'refund' THEN -s.surplus_amount
                                                                 ELSE -s.other_amount END
              FROM employers_fundingsettlement s JOIN employers_fundingterms t ON t.id = s.terms_id
             WHERE s.surplus_amount > 0
  UNION ALL SELECT a.claims_account_id, 'cash', e.amount FROM employers_ledgerentry e
              JOIN employers_ledgeraccount a ON a.id = e.account_id
              JOIN employers_ledgertransaction t ON t.id = e.transaction_id
             WHERE a.kind = 'cash' AND t.kind IN ('deposit', 'stop_loss')
) s GROUP BY account, kind
"""
_OF_TPA: Final = """
SELECT i.decision_id, i.employer_id, i.amount, p.paid_on FROM claims_paymentitem i
  JOIN claims_payment p ON p.id = i.payment_id WHERE p.funds = 'tpa' AND i.amount <> 0
"""
_BILLED: Final = "SELECT c.* FROM tpa_invoiceclaim c WHERE c.purpose = 'reimbursement'"

BOOKS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "the ledger sums to zero: each posting, each plan's account, and in all",
        """SELECT count(DISTINCT transaction_id) AS postings, count(*) AS entries, sum(abs(amount)) / 2 AS moved,
                  sum(amount) AS "in all" FROM employers_ledgerentry""",
        """SELECT 'posting' AS what, transaction_id AS which, sum(amount) FROM employers_ledgerentry
            GROUP BY transaction_id HAVING sum(amount) <> 0
            UNION ALL SELECT 'claims account', a.claims_account_id, sum(e.amount) FROM employers_ledgerentry e
              JOIN employers_ledgeraccount a ON a.id = e.account_id GROUP BY 2 HAVING sum(e.amount) <> 0
            UNION ALL SELECT 'all', 0, sum(amount) FROM employers_ledgerentry HAVING sum(amount) <> 0
            UNION ALL SELECT 'across plans', e.transaction_id, count(DISTINCT a.claims_account_id)
              FROM employers_ledgerentry e JOIN employers_ledgeraccount a ON a.id = e.account_id GROUP BY 2
            HAVING count(DISTINCT a.claims_account_id) > 1""",
    ),
    (
        "the ledger's balances are what payments, receipts and deposits add up to",
        f"{_SUMS} SELECT count(DISTINCT account) AS accounts, count(*) AS balances FROM e",
        f"""{_SUMS}, s AS ({_SHOULD})
            SELECT coalesce(e.account, s.account) AS account, coalesce(e.kind, s.kind) AS kind, e.amount AS ledger,
                   s.amount AS reckoned
              FROM e FULL JOIN s ON s.account = e.account AND s.kind = e.kind
             WHERE coalesce(e.kind, s.kind) IN ('claims_paid', 'payments_out', 'tpa_funds', 'recoveries', 'cash',
                                                'pass_through', 'fees')
               AND coalesce(e.amount, 0) <> coalesce(s.amount, 0)""",
    ),
    (
        "what employers owe is what their invoices come to less what they paid",
        """SELECT count(*) AS invoices, sum(total_amount) AS billed,
                  (SELECT sum(amount) FROM tpa_invoicesettlement WHERE receipt_id IS NOT NULL) AS paid
             FROM tpa_invoice""",
        """SELECT e.employer_id AS employer, e.owed AS ledger,
                  i.billed - coalesce(s.paid, 0) - coalesce(c.carried, 0) AS reckoned
             FROM (SELECT a.employer_id, sum(e.amount) AS owed FROM employers_ledgerentry e
                     JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'due_from_employer'
                    GROUP BY 1) e
             JOIN (SELECT employer_id, sum(total_amount) AS billed FROM tpa_invoice GROUP BY 1) i USING (employer_id)
             LEFT JOIN (SELECT employer_id, sum(amount) AS paid FROM tpa_invoicesettlement
                         WHERE receipt_id IS NOT NULL GROUP BY 1) s USING (employer_id)
             LEFT JOIN (SELECT employer_id, sum(amount) AS carried FROM tpa_invoiceline WHERE kind = 'carried'
                         GROUP BY 1) c USING (employer_id)
            WHERE e.owed <> i.billed - coalesce(s.paid, 0) - coalesce(c.carried, 0)""",
    ),
    (
        "every claim dollar the administrator paid is on exactly one invoice line",
        f"""SELECT count(*) AS decisions, sum(amount) AS dollars, (SELECT sum(amount) FROM ({_BILLED}) b) AS billed
              FROM ({_OF_TPA}) p""",
        f"""SELECT p.decision_id AS decision, p.amount AS paid, b.lines, b.billed FROM ({_OF_TPA}) p
              FULL JOIN (SELECT decision_id, count(*) AS lines, sum(amount) AS billed FROM ({_BILLED}) c GROUP BY 1) b
                ON b.decision_id = p.decision_id
             WHERE p.amount IS DISTINCT FROM b.billed OR b.lines <> 1
             UNION ALL SELECT l.id, l.amount, count(*), sum(c.amount) FROM tpa_invoiceline l
              JOIN ({_BILLED}) c ON c.line_id = l.id GROUP BY l.id, l.amount HAVING sum(c.amount) <> l.amount""",
    ),
    (
        "every claim dollar of the employer's own account is told by exactly one invoice, that of its month",
        """SELECT sum(own_claims_count) AS decisions, sum(own_claims_amount) AS dollars FROM tpa_invoice""",
        """SELECT coalesce(i.employer_id, p.employer_id) AS employer, coalesce(i.month_on, p.month_on) AS month,
                  i.told, p.paid, i.told_count, p.paid_count
             FROM (SELECT i.employer_id, k.month_on, sum(i.own_claims_amount) AS told,
                          sum(i.own_claims_count) AS told_count
                     FROM tpa_invoice i JOIN tpa_monthclose k ON k.id = i.close_id
                    WHERE i.kind = 'invoice' GROUP BY 1, 2) i
             FULL JOIN (SELECT p.employer_id, date_trunc('month', p.paid_on)::date AS month_on, sum(i.amount) AS paid,
                               count(*) AS paid_count
                          FROM claims_payment p JOIN claims_paymentitem i ON i.payment_id = p.id
                         WHERE p.funds = 'own' GROUP BY 1, 2) p
               ON p.employer_id = i.employer_id AND p.month_on = i.month_on
            WHERE (coalesce(i.told, 0), coalesce(i.told_count, 0))
               <> (coalesce(p.paid, 0), coalesce(p.paid_count, 0))""",
    ),
    (
        "every claim dollar asked for by request stands on exactly one live request",
        """SELECT count(DISTINCT r.id) AS requests, sum(i.amount) FILTER (WHERE i.decision_id IS NOT NULL) AS claims,
                  sum(i.amount) AS asked FROM employers_fundingrequest r
             JOIN employers_fundingitem i ON i.request_id = r.id AND i.superseded_at IS NULL""",
        """WITH funded AS (SELECT t.claims_account_id AS account, min(lower(t.period)) AS since,
                                  (SELECT max(r.raised_at) FROM employers_fundingrequest r
                                    WHERE r.claims_account_id = t.claims_account_id AND r.kind = 'claims'
                                      AND r.status NOT IN ('rejected', 'cancelled', 'expired')) AS asked_at
                             FROM employers_fundingterms t WHERE t.mode <> 'level' GROUP BY 1)
           -- What was paid since the last request was paid of money that was there: nobody was asked for it yet.
           SELECT 'paid' AS what, i.decision_id AS which, i.amount, sum(f.amount) AS asked, count(f.id) AS requests
             FROM funded JOIN claims_payment p ON p.claims_account_id = funded.account AND p.paid_on >= funded.since
             JOIN claims_paymentrun u ON u.id = p.run_id
             JOIN claims_paymentitem i ON i.payment_id = p.id AND i.amount <> 0
             LEFT JOIN employers_fundingitem f ON f.decision_id = i.decision_id AND f.superseded_at IS NULL
            GROUP BY i.decision_id, i.amount, u.issued_at < funded.asked_at
           HAVING count(f.id) > 1 OR sum(f.amount) <> i.amount OR (u.issued_at < funded.asked_at AND count(f.id) = 0)
            UNION ALL SELECT 'request', r.id, r.amount, sum(f.amount), count(f.id) FROM employers_fundingrequest r
             JOIN employers_fundingitem f ON f.request_id = r.id
            GROUP BY r.id, r.amount HAVING sum(f.amount) <> r.amount
            UNION ALL SELECT 'turned down', r.id, r.amount, sum(f.amount), count(f.id) FROM employers_fundingrequest r
             JOIN employers_fundingitem f ON f.request_id = r.id AND f.superseded_at IS NULL
            WHERE r.status IN ('rejected', 'cancelled', 'expired') GROUP BY r.id, r.amount""",
    ),
    (
        "a level-funded term is settled by its terms: deposits less what its claims cost, surplus or deficit shared",
        """SELECT count(*) AS terms, sum(deposits_amount) AS deposits, sum(claims_amount) AS claims,
                  sum(surplus_amount) AS surplus, sum(employer_amount) AS "the employer's"
             FROM employers_fundingsettlement""",
        """WITH paid AS (
             SELECT p.claims_account_id AS account, sum(l.plan_paid_amount) AS amount
               FROM claims_payment p JOIN claims_paymentitem i ON i.payment_id = p.id
               JOIN claims_claimline l ON l.decision_id = i.decision_id
               JOIN employers_fundingsettlement s ON s.claims_account_id = p.claims_account_id
               JOIN employers_fundingterms t ON t.id = s.terms_id AND l.service_from <@ t.period
                AND p.paid_on >= lower(t.period)
                AND p.paid_on < upper(t.period) + t.run_out_months_count * interval '1 month'
              GROUP BY 1),
           gone AS (
             SELECT account, sum(amount) AS amount FROM (
               SELECT o.claims_account_id AS account, round(greatest(0, (
                        SELECT sum(e.amount) FROM claims_overpaymententry e WHERE e.overpayment_id = o.id
                           AND e.kind NOT IN ('write_off', 'called', 'replaced') AND e.posted_on <= s.settled_on))
                      * coalesce(sum(l.amount) FILTER (WHERE c.service_from <@ t.period), 0) / sum(l.amount), 2)
                      AS amount
                 FROM claims_overpayment o JOIN claims_overpaymentline l ON l.overpayment_id = o.id
                 JOIN claims_decision d ON d.id = l.decision_id JOIN claims_claim c ON c.id = d.claim_id
                 JOIN employers_fundingsettlement s ON s.claims_account_id = o.claims_account_id
                 JOIN employers_fundingterms t ON t.id = s.terms_id
                WHERE o.reason = 'reversed' GROUP BY o.id, s.settled_on) g GROUP BY 1),
           came AS (
             SELECT t.claims_account_id AS account, sum(r.amount) AS amount FROM employers_fundingterms t
               JOIN employers_fundingrequest q ON q.terms_id = t.id AND q.kind = 'deposit'
               JOIN employers_fundingreceipt r ON r.request_id = q.id
              WHERE t.mode = 'level' AND t.deposit_amount IS NOT NULL GROUP BY 1
              UNION ALL SELECT t.claims_account_id, sum(l.amount) FROM employers_fundingterms t
               JOIN tpa_contractfee f ON f.employer_id = t.employer_id AND f.purpose = 'claims_fund'
               JOIN tpa_invoiceline l ON l.fee_id = f.id
              WHERE t.mode = 'level' AND t.deposit_amount IS NULL GROUP BY 1),
           should AS (
             SELECT s.id, t.surplus_percent, t.deficit_percent, q.amount AS asked, s.deposits_amount, s.claims_amount,
                    s.surplus_amount, s.employer_amount, s.other_amount,
                    coalesce(c.amount, 0) AS deposits,
                    coalesce(p.amount, 0) + coalesce(g.amount, 0) AS claims
               FROM employers_fundingsettlement s JOIN employers_fundingterms t ON t.id = s.terms_id
               LEFT JOIN paid p ON p.account = s.claims_account_id LEFT JOIN came c ON c.account = s.claims_account_id
               LEFT JOIN gone g ON g.account = s.claims_account_id
               LEFT JOIN employers_fundingrequest q ON q.id = s.request_id)
           SELECT 'settled' AS what, id AS which, deposits_amount, deposits, claims_amount, claims, surplus_amount,
                  employer_amount FROM should
            WHERE deposits_amount <> deposits OR claims_amount <> claims OR surplus_amount <> deposits - claims
               OR employer_amount <> round((deposits - claims) * CASE WHEN deposits > claims THEN surplus_percent
                                                                      ELSE deficit_percent END / 100, 2)
               OR coalesce(asked, 0) <> greatest(-employer_amount, 0)
               OR other_amount <> surplus_amount - employer_amount
            UNION ALL SELECT 'no surplus, or not two terms', count(*), 0, 0, 0, 0, 0, 0 FROM should
              HAVING count(*) <> 2 OR bool_and(surplus_amount <= 0)
            UNION ALL SELECT 'still reserved', a.claims_account_id, sum(e.amount), 0, 0, 0, 0, 0
              FROM employers_ledgerentry e JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'reserve'
             GROUP BY a.claims_account_id HAVING sum(e.amount) <> 0""",
    ),
    (
        "a claim's payments come to what its standing decision pays",
        """SELECT count(*) AS claims, count(*) FILTER (WHERE status = 'paid') AS paid,
                  count(*) FILTER (WHERE status = 'reversed') AS reversed FROM claims_claim""",
        """SELECT c.id AS claim, c.status, d.plan_paid_amount AS decided, i.amount AS paid FROM claims_claim c
             LEFT JOIN LATERAL (SELECT plan_paid_amount, outcome FROM claims_decision WHERE claim_id = c.id
                                 ORDER BY number DESC LIMIT 1) d ON true
             LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_paymentitem WHERE claim_id = c.id) i ON true
            WHERE coalesce(i.amount, 0) <> CASE WHEN c.status = 'paid' THEN d.plan_paid_amount ELSE 0 END""",
    ),
    (
        "each fee by claim bills each claim once, when it is settled first",
        "SELECT count(*) AS claims, sum(amount) AS dollars FROM tpa_invoiceclaim WHERE purpose LIKE 'fee:%'",
        """SELECT d.claim_id AS claim, c.purpose, count(*) FROM tpa_invoiceclaim c
             JOIN tpa_invoiceline l ON l.id = c.line_id
             JOIN tpa_contractfee f ON f.id = l.fee_id AND f.kind = 'per_claim'
             JOIN claims_decision d ON d.id = c.decision_id GROUP BY 1, 2 HAVING count(*) <> 1""",
    ),
    (
        "each employee's month is billed as it was known when the look-back was over",
        """SELECT count(*) AS "turns", sum(count) AS "months billed",
                  count(*) FILTER (WHERE number > 1) AS "taken back or again" FROM tpa_invoicemember""",
        """WITH last AS (
             SELECT f.id AS fee, f.tier, f.plan_id, f.employer_id, m.month_on::date AS month_on, v.starts_until_day,
                    v.ends_from_day, max(k.known_at) AS known_at
               FROM tpa_contractfee f JOIN tpa_contract c ON c.id = f.contract_id
               CROSS JOIN LATERAL generate_series(lower(f.period * c.period), upper(f.period * c.period) - 1,
                                                  '1 month') m(month_on)
               CROSS JOIN LATERAL (SELECT * FROM tpa_contractversion v
                                    WHERE v.contract_id = c.id AND v.starts_on <= m.month_on
                                    ORDER BY v.starts_on DESC LIMIT 1) v
               JOIN tpa_monthclose k ON k.contract_id = c.id AND k.month_on >= m.month_on
               CROSS JOIN LATERAL (SELECT w.lookback_months_count AS back FROM tpa_contractversion w
                                    WHERE w.contract_id = c.id AND w.starts_on <= k.month_on
                                    ORDER BY w.starts_on DESC LIMIT 1) w
              WHERE f.kind = 'pepm' AND k.month_on < m.month_on + (w.back + 1) * interval '1 month'
              GROUP BY 1, 2, 3, 4, 5, 6, 7),
           one AS (
             SELECT DISTINCT ON (l.fee, l.month_on, c.member_id)
                    l.fee, l.tier AS wanted, l.month_on, c.member_id, c.tier
               FROM last l JOIN employers_coverage c ON c.employer_id = l.employer_id AND c.recorded_at <= l.known_at
                AND (c.superseded_at IS NULL OR c.superseded_at > l.known_at)
                AND (l.plan_id IS NULL OR c.plan_id = l.plan_id)
                AND lower(c.period) < l.month_on + l.starts_until_day
                AND (upper(c.period) IS NULL OR upper(c.period) >= l.month_on + l.ends_from_day)
                AND NOT isempty(c.period)
               JOIN employers_member m ON m.id = c.member_id AND m.relationship = '18'
              ORDER BY l.fee, l.month_on, c.member_id, c.plan_id, c.period),
           should AS (SELECT fee, month_on, member_id FROM one WHERE wanted = '' OR wanted = tier),
           billed AS (SELECT fee_id AS fee, for_month_on AS month_on, member_id, sum(count) AS turned
                        FROM tpa_invoicemember GROUP BY 1, 2, 3)
           SELECT coalesce(s.fee, b.fee) AS fee, coalesce(s.month_on, b.month_on) AS month,
                  coalesce(s.member_id, b.member_id) AS member, b.turned AS billed, (s.fee IS NOT NULL) AS covered
             FROM should s FULL JOIN billed b ON b.fee = s.fee AND b.month_on = s.month_on AND b.member_id = s.member_id
            WHERE coalesce(b.turned, 0) <> (s.fee IS NOT NULL)::int""",
    ),
    (
        "nothing stands paid for a day on which the patient is not covered, as it is known now",
        "SELECT count(*) AS lines, sum(plan_paid_amount) AS dollars FROM claims_claimline WHERE plan_paid_amount > 0",
        """SELECT c.id AS claim, c.employer_id AS employer, l.service_from, l.plan_paid_amount FROM claims_claim c
             JOIN LATERAL (SELECT id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
             JOIN claims_claimline l ON l.decision_id = d.id AND l.plan_paid_amount > 0
            WHERE c.status IN ('paid', 'approved') AND NOT EXISTS (
              SELECT 1 FROM employers_coverage v WHERE v.member_id = c.member_id AND v.superseded_at IS NULL
                 AND v.period @> l.service_from)""",
    ),
)

"""Invariants that one query each can check."""

from __future__ import annotations

from tpa.invariants.bank_queries import BANK
from tpa.invariants.by_recoveries import RECOVERIES
from tpa.invariants.invariant import Invariant, sql

_APPEND_ONLY = (
    "employers_ledgertransaction",
    "employers_ledgerentry",
    "employers_fundingapproval",
    "employers_fundingreceipt",
    "employers_fundingsettlement",
    "claims_decision",
    "claims_claimline",
    "claims_accumulatorentry",
    "claims_priorcredit",
    "claims_claimevent",
    "claims_paymentitem",
    "claims_achfile",
    "claims_positivepayfile",
    "plans_formeraccount",
    "claims_priorremittance",
    "claims_bankline",
    "claims_bankmatchpart",
    "claims_overpaymentline",
    "claims_overpaymententry",
    "claims_paymentadjustment",
    "foundation_auditevent",
    "tpa_invoiceline",
    "tpa_invoiceclaim",
    "tpa_invoicemember",
    "tpa_charge",
    "tpa_receipt",
    "tpa_invoicesettlement",
    "tpa_guaranteeresult",
)

# child table, its column, parent table: a child belongs to the employer of its parent.
_SAME_EMPLOYER = (
    ("employers_member", "family_id", "employers_family"),
    ("employers_coverage", "member_id", "employers_member"),
    ("employers_othercoverage", "member_id", "employers_member"),
    ("employers_subscriberstanding", "member_id", "employers_member"),
    ("employers_ledgerentry", "transaction_id", "employers_ledgertransaction"),
    ("employers_ledgerentry", "account_id", "employers_ledgeraccount"),
    ("employers_fundingrequest", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingitem", "request_id", "employers_fundingrequest"),
    ("employers_fundingreceipt", "request_id", "employers_fundingrequest"),
    ("employers_fundingitem", "decision_id", "claims_decision"),
    ("claims_claim", "member_id", "employers_member"),
    ("claims_claim", "family_id", "employers_family"),
    ("claims_decision", "claim_id", "claims_claim"),
    ("claims_claimline", "decision_id", "claims_decision"),
    ("claims_accumulatorentry", "decision_id", "claims_decision"),
    ("claims_accumulatorentry", "credit_id", "claims_priorcredit"),
    ("claims_priorcredit", "member_id", "employers_member"),
    ("claims_claimevent", "claim_id", "claims_claim"),
    ("claims_pend", "claim_id", "claims_claim"),
    ("claims_priorremittance", "claim_id", "claims_claim"),
    ("claims_overpaymentline", "claim_id", "claims_claim"),
    ("claims_overpaymententry", "overpayment_id", "claims_overpayment"),
    ("claims_paymentadjustment", "payment_id", "claims_payment"),
    ("claims_payment", "run_id", "claims_paymentrun"),
    ("claims_paymentitem", "payment_id", "claims_payment"),
    ("claims_paymentinstrument", "payment_id", "claims_payment"),
    ("claims_achfile", "claims_account_id", "employers_claimsaccount"),
    ("claims_positivepayfile", "claims_account_id", "employers_claimsaccount"),
    ("claims_paymentitem", "decision_id", "claims_decision"),
    ("claims_bankaccount", "claims_account_id", "employers_claimsaccount"),
    ("claims_bankstatement", "bank_account_id", "claims_bankaccount"),
    ("claims_bankline", "bank_account_id", "claims_bankaccount"),
    ("claims_bankmatch", "bank_account_id", "claims_bankaccount"),
    ("claims_bankmatchpart", "match_id", "claims_bankmatch"),
    ("claims_bankmatchpart", "transaction_id", "employers_ledgertransaction"),
    ("claims_reconciliation", "bank_account_id", "claims_bankaccount"),
    ("tpa_invoice", "contract_id", "tpa_contract"),
    ("tpa_invoiceline", "invoice_id", "tpa_invoice"),
    ("tpa_invoiceclaim", "decision_id", "claims_decision"),
    ("tpa_invoicemember", "member_id", "employers_member"),
    ("tpa_invoicesettlement", "invoice_id", "tpa_invoice"),
    ("tpa_invoicesettlement", "receipt_id", "tpa_receipt"),
    ("tpa_charge", "contract_id", "tpa_contract"),
)

_FIGURES_BROKEN = """
   not (billed_amount = plan_paid_amount + adjusted_amount
        and sign(billed_amount) * plan_paid_amount <= sign(billed_amount) * allowed_amount
        and sign(billed_amount) * allowed_amount <= sign(billed_amount) * billed_amount
        and sign(billed_amount) * plan_paid_amount >= 0)
"""

BY_QUERY: tuple[Invariant, ...] = (
    sql(
        "I1",
        "the entries of each ledger transaction sum to zero",
        """SELECT transaction_id, sum(amount) FROM employers_ledgerentry
            GROUP BY transaction_id HAVING sum(amount) <> 0""",
    ),
    sql(
        "I2",
        "what only grows refuses updates, deletes and truncation",
        f"""SELECT t AS table FROM unnest(ARRAY{list(_APPEND_ONLY)!r}) t
             WHERE to_regclass(t) IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass(t) AND NOT tgisinternal AND tgenabled <> 'D'
                  AND (tgtype & 8) > 0 AND (tgtype & 16) > 0)""",  # noqa: S608 (names of our own tables)
    ),
    sql(
        "I5",
        "billed = paid + adjustments, and a claim is the sum of its lines",
        """SELECT d.id AS decision FROM claims_decision d
             LEFT JOIN (SELECT decision_id, sum(billed_amount) billed, sum(plan_paid_amount) paid,
                               sum(allowed_amount) allowed, sum(member_amount) member,
                               sum(deductible_amount) deductible, sum(other_payer_amount) other
                          FROM claims_claimline GROUP BY decision_id) l ON l.decision_id = d.id
            WHERE (l.billed, l.paid, l.allowed, l.member, l.deductible, l.other) IS DISTINCT FROM
                  (d.billed_amount, d.plan_paid_amount, d.allowed_amount, d.member_amount, d.deductible_amount,
                   d.other_payer_amount)""",
    ),
    sql(
        "I5",
        "a line's adjustments sum to what was not paid",
        """SELECT id AS line FROM claims_claimline
            WHERE adjusted_amount <>
                  (SELECT coalesce(sum((a->>2)::numeric), 0) FROM jsonb_array_elements(adjustments) a)""",
    ),
    sql("I6", "paid ≤ allowed ≤ billed", f"SELECT id AS line FROM claims_claimline WHERE {_FIGURES_BROKEN}"),  # noqa: S608
    sql(
        "I6",
        "the member owes the adjustments of group PR",
        """SELECT id AS line FROM claims_claimline
            WHERE member_amount <> (SELECT coalesce(sum((a->>2)::numeric), 0)
                                      FROM jsonb_array_elements(adjustments) a WHERE a->>0 = 'PR')""",
    ),
    sql(
        "I7",
        "all payers together pay no more than was billed",
        """SELECT id AS line FROM claims_claimline WHERE billed_amount > 0
              AND plan_paid_amount + other_payer_amount > billed_amount""",
    ),
    sql(
        "I7",
        "a benefit bank pays out no more than was saved in it",
        """SELECT member_id, year_on, sum(amount) FILTER (WHERE bucket = 'cob:used') used,
                  sum(amount) FILTER (WHERE bucket = 'cob:saved') saved
             FROM claims_accumulatorentry WHERE bucket IN ('cob:saved', 'cob:used') GROUP BY member_id, year_on
           HAVING coalesce(sum(amount) FILTER (WHERE bucket = 'cob:used'), 0)
                  > coalesce(sum(amount) FILTER (WHERE bucket = 'cob:saved'), 0)""",
    ),
    sql(
        "I8",
        "a claim stands where its last event left it",
        """SELECT c.id AS claim, c.status, e.to_status FROM claims_claim c
             LEFT JOIN LATERAL (SELECT to_status FROM claims_claimevent WHERE claim_id = c.id
                                 ORDER BY id DESC LIMIT 1) e ON true
            WHERE c.status <> coalesce(e.to_status, 'received')""",
    ),
    sql(
        "I8",
        "each event starts where the one before ended",
        """SELECT claim_id AS claim, id AS event FROM (
             SELECT claim_id, id, from_status,
                    lag(to_status, 1, 'received') OVER (PARTITION BY claim_id ORDER BY id) was
               FROM claims_claimevent) e
            WHERE from_status <> was AND NOT (from_status = '' AND was = 'received')""",
    ),
    sql(
        "I9",
        "a paid claim's last decision stands in one payment, an approved one's in none",
        """SELECT c.id AS claim, c.status, count(i.id) AS payments FROM claims_claim c
             JOIN claims_decision d ON d.claim_id = c.id AND d.outcome <> 'reversed' AND d.number =
                  (SELECT max(number) FROM claims_decision WHERE claim_id = c.id AND outcome <> 'reversed')
             LEFT JOIN claims_paymentitem i ON i.decision_id = d.id
            WHERE c.status IN ('paid', 'approved') GROUP BY c.id, c.status
           HAVING count(i.id) <> CASE c.status WHEN 'paid' THEN 1 ELSE 0 END""",
    ),
    sql(
        "I9",
        "a payment is the sum of its items, less what was carried forward or recovered",
        """SELECT p.id AS payment FROM claims_payment p
            WHERE NOT EXISTS (SELECT 1 FROM claims_paymentitem i WHERE i.payment_id = p.id)""",
    ),
    sql(
        "I9",
        "each payment has one remittance",
        """SELECT p.id AS payment, count(d.id) AS remittances FROM claims_payment p
             JOIN claims_paymentrun r ON r.id = p.run_id AND r.status = 'done'
             LEFT JOIN foundation_document d ON d.kind = '835' AND d.subject_id = p.id
                  AND d.subject_type = 'claims.payment'
            WHERE p.payee_id IS NOT NULL GROUP BY p.id HAVING count(d.id) > 1""",
    ),
    sql(
        "I10",
        "an invoice is the sum of its lines",
        """SELECT i.id AS invoice FROM tpa_invoice i LEFT JOIN tpa_invoiceline l ON l.invoice_id = i.id
            GROUP BY i.id, i.total_amount HAVING i.total_amount <> coalesce(sum(l.amount), 0)""",
    ),
    sql(
        "I10",
        "a claims line is the sum of its claims",
        """SELECT l.id AS line FROM tpa_invoiceline l JOIN tpa_invoiceclaim c ON c.line_id = l.id
            WHERE l.kind = 'claims' GROUP BY l.id, l.amount HAVING l.amount <> sum(c.amount)""",
    ),
    sql(
        "I11",
        "each claim a set brought is there",
        """SELECT s.id AS set, s.accepted_count, count(c.id) AS claims FROM foundation_transactionset s
             LEFT JOIN claims_claim c ON c.transaction_set_id = s.id
            WHERE s.transaction LIKE '837%%' GROUP BY s.id, s.accepted_count
           HAVING count(c.id) <> s.accepted_count""".replace("%%", "%"),
    ),
    sql(
        "I10",
        "what stop-loss carriers paid stands in the ledger",
        """SELECT r.employer_id AS employer, r.amount, l.amount AS posted FROM
             (SELECT employer_id, sum(amount) amount FROM tpa_stoplossreceipt GROUP BY employer_id) r
             LEFT JOIN (SELECT a.employer_id, -sum(e.amount) amount FROM employers_ledgerentry e
                          JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'stop_loss'
                         GROUP BY a.employer_id) l ON l.employer_id = r.employer_id
            WHERE r.amount <> coalesce(l.amount, 0)""",
    ),
    *BANK,
    *RECOVERIES,
    *(
        sql(
            "I12",
            f"{child} belongs to the employer of its {parent}",
            f"SELECT c.id AS {child} FROM {child} c JOIN {parent} p ON p.id = c.{column}"  # noqa: S608
            " WHERE c.employer_id <> p.employer_id",
        )
        for child, column, parent in _SAME_EMPLOYER
    ),
)

"""Invariants of bank and book: bank = book + what is open, whoever matched what. In SQL of its own."""

from __future__ import annotations

from tpa.invariants.invariant import Invariant, sql

# What may be spent, posting by posting, and the lines that count.
_SIDES = """
item AS (SELECT t.id, t.claims_account_id, sum(e.amount) amount FROM employers_ledgertransaction t
           JOIN employers_ledgerentry e ON e.transaction_id = t.id
           JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind IN ('cash', 'payments_out')
          WHERE t.claims_account_id IN (SELECT claims_account_id FROM claims_bankaccount)
          GROUP BY t.id, t.claims_account_id),
line AS (SELECT l.id, l.bank_account_id, l.amount FROM claims_bankline l
           LEFT JOIN claims_bankstatement s ON s.id = l.statement_id
          WHERE s.id IS NULL OR s.status = 'standing'),
part AS (SELECT p.* FROM claims_bankmatchpart p
           JOIN claims_bankmatch m ON m.id = p.match_id AND m.superseded_at IS NULL)"""

BANK: tuple[Invariant, ...] = (
    sql(
        "I15",
        "the two sides of a match come to the same",
        """SELECT match_id AS match FROM claims_bankmatchpart GROUP BY match_id
           HAVING coalesce(sum(amount) FILTER (WHERE line_id IS NOT NULL), 0)
                  <> coalesce(sum(amount) FILTER (WHERE transaction_id IS NOT NULL), 0)""",
    ),
    sql(
        "I15",
        "of no line and no posting more is matched than it is",
        f"""WITH {_SIDES}
            SELECT 'line' AS side, l.id FROM line l JOIN part p ON p.line_id = l.id GROUP BY l.id, l.amount
            HAVING abs(sum(p.amount)) > abs(l.amount) OR min(p.amount * sign(l.amount)) < 0
             UNION ALL
            SELECT 'posting', i.id FROM item i JOIN part p ON p.transaction_id = i.id GROUP BY i.id, i.amount
            HAVING abs(sum(p.amount)) > abs(i.amount) OR min(p.amount * sign(i.amount)) < 0""",  # noqa: S608
    ),
    sql(
        "I15",
        "a match holds no line of a statement that was withdrawn",
        """SELECT p.match_id AS match FROM claims_bankmatchpart p
             JOIN claims_bankmatch m ON m.id = p.match_id AND m.superseded_at IS NULL
             JOIN claims_bankline l ON l.id = p.line_id
             JOIN claims_bankstatement s ON s.id = l.statement_id AND s.status <> 'standing'""",
    ),
    sql(
        "I15",
        "a statement's lines are what came and went",
        """SELECT s.id AS statement FROM claims_bankstatement s LEFT JOIN claims_bankline l ON l.statement_id = s.id
            GROUP BY s.id HAVING count(l.id) <> s.line_count
                OR coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) <> s.in_amount
                OR -coalesce(sum(l.amount) FILTER (WHERE l.amount < 0), 0) <> s.out_amount""",
    ),
    sql(
        "I15",
        "bank = book + what is open",
        f"""WITH {_SIDES},
            last AS (SELECT DISTINCT ON (bank_account_id) bank_account_id, closing_amount FROM claims_bankstatement
                      WHERE status = 'standing' ORDER BY bank_account_id, ends_on DESC),
            chain AS (SELECT s.bank_account_id, s.opening_amount
                             - lag(s.closing_amount, 1, b.opening_amount)
                               OVER (PARTITION BY b.id ORDER BY s.ends_on) gap
                        FROM claims_bankstatement s JOIN claims_bankaccount b ON b.id = s.bank_account_id
                       WHERE s.status = 'standing'),
            side AS (SELECT b.id, coalesce(last.closing_amount, b.opening_amount) bank,
                       coalesce((SELECT sum(i.amount) FROM item i
                                  WHERE i.claims_account_id = b.claims_account_id), 0) book,
                       coalesce((SELECT sum(l.amount - coalesce((SELECT sum(p.amount) FROM part p
                                                                   WHERE p.line_id = l.id), 0))
                                   FROM line l WHERE l.bank_account_id = b.id), 0) open_lines,
                       coalesce((SELECT sum(i.amount - coalesce((SELECT sum(p.amount) FROM part p
                                                                   WHERE p.transaction_id = i.id), 0))
                                   FROM item i WHERE i.claims_account_id = b.claims_account_id), 0) open_items,
                       coalesce((SELECT sum(c.gap) FROM chain c WHERE c.bank_account_id = b.id), 0) gaps
                  FROM claims_bankaccount b LEFT JOIN last ON last.bank_account_id = b.id)
            SELECT id AS account, bank, book, open_lines, open_items, gaps FROM side
             WHERE bank <> book + open_lines - open_items + gaps""",  # noqa: S608
    ),
    sql(
        "I15",
        "what the bank has paid of payments stands in the ledger, match by match",
        """SELECT m.id AS match FROM claims_bankmatch m
             LEFT JOIN employers_ledgertransaction t ON t.reference = 'cleared:' || m.id
             LEFT JOIN employers_ledgertransaction back ON back.reverses_id = t.id
             LEFT JOIN employers_ledgerentry e ON e.transaction_id = t.id AND e.account_id IN
                  (SELECT id FROM employers_ledgeraccount WHERE kind = 'cash')
            WHERE m.cleared_amount <> coalesce(e.amount, 0)
               OR (t.id IS NOT NULL AND (m.superseded_at IS NULL) <> (back.id IS NULL))""",
    ),
)

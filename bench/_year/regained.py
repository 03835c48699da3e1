"""Checks of what came back: overpayments to the cent, third parties' money by the plan's clause, the ledger of both."""

from __future__ import annotations

from fractions import Fraction

from django.db import connection

from bench._year.lived import Lived
from bench._year.recoveries import CLAUSES, Agreed

# Each case: what was found, on which claims, what came of it, whether its status says so.
_CASES = """
SELECT o.number, o.status, o.reason,
       (SELECT sum(amount) FROM claims_overpaymentline WHERE overpayment_id = o.id) AS lines,
       sum(e.amount) FILTER (WHERE e.kind = 'found') AS found,
       -coalesce(sum(e.amount) FILTER (WHERE e.kind = 'offset'), 0) AS taken,
       -coalesce(sum(e.amount) FILTER (WHERE e.kind IN ('refund', 'bounced', 'returned')), 0) AS refunded,
       -coalesce(sum(e.amount) FILTER (WHERE e.kind = 'write_off'), 0) AS given_up,
       -coalesce(sum(e.amount) FILTER (WHERE e.kind = 'replaced'), 0) AS replaced,
       sum(e.amount) AS open,
       bool_or(e.kind IN ('offset', 'returned') AND (p.claims_account_id, p.payee_id, p.member_id)
               IS DISTINCT FROM (o.claims_account_id, o.payee_id, o.member_id)) AS of_another,
       EXISTS (SELECT 1 FROM claims_payment n
                WHERE (n.claims_account_id, n.payee_id) = (o.claims_account_id, o.payee_id)
                  AND n.member_id IS NOT DISTINCT FROM o.member_id
                  AND n.paid_on > max(e.posted_on) FILTER (WHERE e.kind = 'refund')) AS paid_since
  FROM claims_overpayment o JOIN claims_overpaymententry e ON e.overpayment_id = o.id
  LEFT JOIN claims_payment p ON p.id = e.payment_id
 GROUP BY o.id ORDER BY o.id
"""
# What stands in the ledger as recovered, and as owed to others, against what cases and third parties' checks say.
_LEDGER = """
WITH l AS (SELECT a.claims_account_id AS account, a.kind, sum(e.amount) AS amount FROM employers_ledgerentry e
             JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind IN ('recovered', 'recovery_shares')
            GROUP BY 1, 2),
     s AS (SELECT account, kind, sum(amount) AS amount FROM (
             SELECT o.claims_account_id AS account, 'recovered' AS kind, -e.amount AS amount
               FROM claims_overpaymententry e JOIN claims_overpayment o ON o.id = e.overpayment_id
              WHERE e.kind IN ('write_off', 'replaced') OR (e.kind = 'found' AND o.reason <> 'reversed')
             UNION ALL SELECT claims_account_id, 'recovered', -amount FROM claims_thirdpartyshare
             UNION ALL SELECT (SELECT min(id) FROM employers_claimsaccount WHERE employer_id = r.employer_id),
                              'recovery_shares', -member_amount FROM claims_thirdpartyreceipt r) x GROUP BY 1, 2)
SELECT coalesce(l.account, s.account), coalesce(l.kind, s.kind), l.amount, s.amount FROM l
  FULL JOIN s ON s.account = l.account AND s.kind = l.kind WHERE coalesce(l.amount, 0) <> coalesce(s.amount, 0)
"""
# A decision's payments: never more came back of it than it paid, by whatever way.
_TOO_MUCH = """
SELECT d.id, d.plan_paid_amount, b.amount FROM claims_decision d
  JOIN (SELECT decision_id, sum(amount) AS amount FROM (
          SELECT decision_id, amount FROM claims_thirdpartyshare
          UNION ALL SELECT l.decision_id, l.amount FROM claims_overpaymentline l
           JOIN claims_overpayment o ON o.id = l.overpayment_id AND o.reason <> 'reversed') x GROUP BY 1) b
    ON b.decision_id = d.id AND b.amount > d.plan_paid_amount
"""
_RECEIPTS = """
SELECT c.number, c.status, sum(r.amount), sum(r.member_amount), sum(r.fee_amount), sum(r.plan_amount),
       (SELECT sum(s.amount) FROM claims_thirdpartyshare s JOIN claims_thirdpartyreceipt q ON q.id = s.receipt_id
         WHERE q.case_id = c.id)
  FROM claims_thirdpartycase c JOIN claims_thirdpartyreceipt r ON r.case_id = c.id GROUP BY c.id ORDER BY c.id
"""


def each_dollar_found(_lived: Lived) -> tuple[str, list[str]]:
    """Found = taken from payments + refunded + given up + taken back with the whole claim + open; and the ledger."""
    broken = []
    with connection.cursor() as cursor:
        cursor.execute(_CASES)
        rows = cursor.fetchall()
        cursor.execute(_LEDGER)
        broken += [f"account {row[0]}, {row[1]}: ledger {row[2]}, by cases {row[3]}" for row in cursor.fetchall()]
        cursor.execute(_TOO_MUCH)
        broken += [f"decision {row[0]}: paid {row[1]}, found and recovered {row[2]}" for row in cursor.fetchall()]
    for number, status, _reason, lines, found, taken, refunded, given_up, replaced, left, of_another, since in rows:
        if found != lines or found != taken + refunded + given_up + replaced + left or of_another:
            broken.append(f"{number}: found {found} of {lines}, taken {taken}, refunded {refunded}, open {left}")
        # What came beyond what was owed goes back with the recipient's next payment, which the year may not have.
        if (status == "settled") != (left <= 0) or (left < 0 and since):
            broken.append(f"{number}: {status}, and {left} is open")
    persons = [row for row in rows if row[2] != "reversed"]
    sums = [sum(row[place] for row in persons) for place in (4, 5, 6, 7, 8, 9)]
    if not all(sums[:3]):
        broken.append(f"the year does not try it: found {sums[0]}, taken {sums[1]}, refunded {sums[2]}")
    figures = "found ${:,}, taken from payments ${:,}, refunded ${:,}, given up ${:,}, with the claim ${:,}, open ${:,}"
    return f"{len(persons)} cases of people, {len(rows) - len(persons)} of reversals: " + figures.format(*sums), broken


def third_parties_split(lived: Lived) -> tuple[str, list[str]]:
    """What was agreed is what the clause leaves of the lien; each check is the plan's, the administrator's, the
    member's, to the cent; the case is closed when all has come."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS)
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    broken = [] if len(rows) == len(CLAUSES) else [f"{len(rows)} cases, {len(CLAUSES)} employers with a clause"]
    for one in lived.recovered.settled:
        broken += [f"{one.number}: agreed {one.agreed}, of a lien of {one.lien}: {why}" for why in _not_due(one)]
        status, came, members, fees, plan, shared = rows[one.number]
        percent = CLAUSES[one.house][2]
        if status != "closed" or came != members + fees + plan or fees + plan != one.agreed or shared != plan:
            broken.append(f"{one.number}: {status}, came {came}: member {members}, fees {fees}, plan {plan} ({shared})")
        # Two checks, each with its percentage rounded to the cent.
        if abs(Fraction(fees) - Fraction(one.agreed) * Fraction(percent) / 100) > Fraction(1, 100):
            broken.append(f"{one.number}: fees {fees} of {one.agreed}")
    total = sum(row[1] for row in rows.values())
    return f"{len(rows)} cases, ${total:,} came", broken


def _not_due(one: Agreed) -> list[str]:
    """Why an agreed sum is not what the clause says; in fractions, with half a cent for rounding."""
    whole, fund, _percent = CLAUSES[one.house]
    lien, amount = Fraction(one.lien), Fraction(one.settlement.amount)
    net = amount - Fraction(one.settlement.attorney_amount)
    due = lien
    if fund:
        due -= min(lien, amount) * Fraction(one.settlement.attorney_amount) / amount
    if whole:
        loss = max(Fraction(0), Fraction(one.settlement.damages_amount or 0) - lien)
        due = min(due, max(Fraction(0), net - loss))
    due = min(due, net)
    return [] if abs(due - Fraction(one.agreed)) <= Fraction(1, 200) else [f"due is {float(due):.2f}"]


REGAINED = (
    ("each dollar found too much is taken, refunded, given up or open, in cases and ledger", each_dollar_found),
    ("third parties' money is divided as the plan's clause says", third_parties_split),
)

"""Checks of stop-loss: what carriers were asked for and paid, against a second reckoning; nothing eligible unfiled."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection

from bench._year.cast import HALF
from bench._year.lived import END, Lived
from bench._year.policies import ENDED_EARLY
from bench._year.recomputed import Owed, owed_under
from tpa.models import StopLossPolicy
from tpa.stoploss.leakage import leakage
from tpa.stoploss.position_of_policy import position_of_policy

# What was asked for and what came in, by policy and person (null: the group).
_ASKED = """
SELECT r.policy_id, r.member_id, (sum(r.requested_amount) * 100)::bigint FROM tpa_stoplossrequest r
 WHERE r.status <> 'withdrawn' AND r.filed_on IS NOT NULL GROUP BY 1, 2
"""
_CAME = """
SELECT r.policy_id, r.member_id, (sum(c.amount) * 100)::bigint FROM tpa_stoplossreceipt c
  JOIN tpa_stoplossrequest r ON r.id = c.request_id GROUP BY 1, 2
"""
_POSTED = """
SELECT a.employer_id, (-sum(e.amount) * 100)::bigint FROM employers_ledgerentry e
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'stop_loss' GROUP BY 1
"""


def _reckoned(lived: Lived) -> dict[int, Owed]:
    return {
        one.policy_id: owed_under(
            one.document, one.house.employer_id, ended_on=HALF if one.number in ENDED_EARLY else None
        )
        for one in lived.desk.policies
    }


def asked_and_paid(lived: Lived) -> tuple[str, list[str]]:
    """Requests filed, receipts and the ledger, each to the cent what the documents say is owed."""
    broken: list[str] = []
    reckoned = _reckoned(lived)
    owed: dict[tuple[int, int | None], int] = {}
    for policy_id, one in reckoned.items():
        owed |= {(policy_id, person): cents for person, cents in one.persons.items()}
        owed |= {(policy_id, None): one.group} if one.group else {}
    for what, sql in (("asked for", _ASKED), ("came in", _CAME)):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = {(policy, person): cents for policy, person, cents in cursor.fetchall()}
        for key in sorted(owed.keys() | found.keys(), key=str):
            if owed.get(key, 0) != found.get(key, 0):
                broken.append(f"policy {key[0]}, person {key[1]}: owed {owed.get(key, 0)}, {what} {found.get(key, 0)}")
    of_employer: dict[int, int] = defaultdict(int)
    for insured in lived.desk.policies:
        of_employer[insured.house.employer_id] += sum(
            cents for (policy, _person), cents in owed.items() if policy == insured.policy_id
        )
    with connection.cursor() as cursor:
        cursor.execute(_POSTED)
        posted = dict(cursor.fetchall())
    broken += [
        f"employer {employer}: owed {cents}, in the ledger {posted.get(employer, 0)}"
        for employer, cents in of_employer.items()
        if cents != posted.get(employer, 0)
    ]
    groups = sum(1 for one in reckoned.values() if one.group)
    persons = sum(len(one.persons) for one in reckoned.values())
    figures = f"{len(reckoned)} policies, {persons} persons and {groups} groups, ${sum(owed.values()) / 100:,.2f}"
    return figures, broken


def lasers_and_corridors_tell(lived: Lived) -> tuple[str, list[str]]:
    """The year tries what it should: each policy owes something, and each kind of term counts with one at least."""
    reckoned = _reckoned(lived)
    broken = [
        f"{one.number} owes nothing: the year does not try it"
        for one in lived.desk.policies
        if not reckoned[one.policy_id].persons and not reckoned[one.policy_id].group
    ]
    told: list[str] = []
    counts: dict[str, int] = defaultdict(int)
    for one in lived.desk.policies:
        for term in ("lasers", "corridor_amount", "reimburse_percent", "most_amount"):
            if term in one.document.get("specific", {}):
                without = {**one.document, "specific": {**one.document["specific"]}}
                del without["specific"][term]
                more = sum(owed_under(without, one.house.employer_id).persons.values())
                less = sum(reckoned[one.policy_id].persons.values())
                told.append(f"{one.number} {term} ${(more - less) / 100:,.0f}")
                counts[term] += abs(more - less)
    broken += [f"{term} makes no difference: the year does not try it" for term, cents in counts.items() if not cents]
    return ", ".join(told), broken


def nothing_unfiled(lived: Lived) -> tuple[str, list[str]]:
    """The leakage audit of every policy says nothing."""
    broken, rows = [], 0
    for policy in StopLossPolicy.objects.order_by("pk"):
        for row in leakage(position_of_policy(policy, on=END)):
            rows += 1
            if row.unfiled_amount or row.outstanding_amount:
                broken.append(
                    f"{policy}, {row.kind}, person {row.member_id}: unfiled {row.unfiled_amount}, not paid "
                    f"{row.outstanding_amount}"
                )
    return f"{rows} rows of {len(lived.desk.policies)} policies", broken


REIMBURSED = (
    ("stop-loss reimbursements are what a second reckoning says", asked_and_paid),
    ("each term of the policies counts in this year", lasers_and_corridors_tell),
    ("nothing eligible is unfiled or unpaid", nothing_unfiled),
)

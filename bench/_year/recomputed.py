"""What stop-loss carriers owe for the year, reckoned a second time: from policies' documents and payments' rows.

Nothing of `tpa/stoploss` is used here. All amounts are whole cents; every rule is written down from the document alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

_MONTHS = 12


class Row(NamedTuple):
    """What one payment paid of a claim for a day of service; in paid order."""

    paid_on: date
    decision_id: int
    member_id: int
    served_on: date
    sort: str
    cents: int


class Owed(NamedTuple):
    """Cents that the carrier owes: by person, and for the group (None: no such coverage)."""

    persons: dict[int, int]
    group: int | None
    eligible: int


# Payments that stand: not those that a later payment took back.
_PAID = """
SELECT p.id, d.id, l.member_id, l.service_from, coalesce(%(names)s::jsonb ->> l.benefit, CASE c.kind WHEN 'D'
       THEN 'dental' ELSE 'medical' END), sum((l.plan_paid_amount * 100)::bigint)::bigint
  FROM claims_payment p, claims_paymentitem i, claims_decision d, claims_claimline l, claims_claim c
 WHERE i.payment_id = p.id AND d.id = i.decision_id AND l.decision_id = d.id AND c.id = d.claim_id
   AND p.employer_id = %(employer)s AND d.reverses_id IS NULL
   AND d.id NOT IN (SELECT r.reverses_id FROM claims_decision r JOIN claims_paymentitem b ON b.decision_id = r.id
                     WHERE r.reverses_id IS NOT NULL AND r.employer_id = %(employer)s)
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
# What came back of a decision without a reversal: third parties' money, and what recipients gave back of what was found
# too much (all that was collected of a case, and what of it each claim is).
_THIRD_PARTIES = """
SELECT decision_id, sum((amount * 100)::bigint)::bigint FROM claims_thirdpartyshare WHERE employer_id = %s GROUP BY 1
"""
_COLLECTED = """
SELECT o.id, l.decision_id, (l.amount * 100)::bigint,
       (SELECT coalesce(sum((-e.amount * 100)::bigint), 0)::bigint FROM claims_overpaymententry e
         WHERE e.overpayment_id = o.id AND e.kind IN ('refund', 'bounced', 'returned', 'offset'))
  FROM claims_overpayment o JOIN claims_overpaymentline l ON l.overpayment_id = o.id
 WHERE o.employer_id = %s AND o.reason IN ('audit', 'duplicate', 'retro_term', 'other_cover') ORDER BY 1, l.id
"""
# How each payment went out, the last word last, and in which payment what is left of it went out.
_WENT_OUT = """
SELECT p.id, p.paid_on, i.number, i.status, i.issued_on, i.credited_by_id
  FROM claims_payment p LEFT JOIN claims_paymentinstrument i ON i.payment_id = p.id
 WHERE p.employer_id = %s ORDER BY p.id, i.number
"""
_LIVES = """
SELECT tier, count(*) FROM (
  SELECT DISTINCT ON (c.member_id) c.member_id, c.tier FROM employers_coverage c
    JOIN employers_member m ON m.id = c.member_id AND m.relationship = '18'
   WHERE c.employer_id = %s AND c.superseded_at IS NULL AND c.period @> %s::date ORDER BY c.member_id, c.plan_id) t
 GROUP BY tier
"""
_MEMBER = """
SELECT m.id FROM employers_member m JOIN employers_family f ON f.id = m.family_id
 WHERE f.employer_id = %s AND f.subscriber_number = %s AND m.person_number = %s
"""


def owed_under(document: Mapping[str, Any], employer_id: int, *, ended_on: date | None = None) -> Owed:
    """What is owed under a policy when all is over. `ended_on`: the first day without it, where it ended early."""
    with connection.cursor() as cursor:
        names = "{" + ", ".join(f'"{k}": "{v}"' for k, v in document.get("benefit_names", {}).items()) + "}"
        cursor.execute(_PAID, {"employer": employer_id, "names": names})
        found = cursor.fetchall()
        cursor.execute(_WENT_OUT, [employer_id])
        went_out = {payment_id: rest for payment_id, *rest in cursor.fetchall()}
        days = {payment_id: _arrived_on(payment_id, went_out) for payment_id in went_out}
        rows = sorted(Row(day, *rest) for payment_id, *rest in found if (day := days[payment_id]) is not None)
        rows = _less(rows, _came_back(employer_id))
        lasers: dict[int, int | None] = {}
        for laser in document.get("specific", {}).get("lasers", ()):
            cursor.execute(_MEMBER, [employer_id, laser["subscriber_number"], laser.get("person_number", "01")])
            [(member_id,)] = cursor.fetchall()
            lasers[member_id] = _cents(laser["amount"]) if "amount" in laser else None
    persons: dict[int, int] = {}
    eligible = 0
    if "specific" in document:
        counted = _eligible(document, document["specific"], rows, ended_on)
        eligible = sum(row.cents for row in counted)
        persons = _specific(document["specific"], counted, lasers)
    group = None
    if "aggregate" in document:
        counted = _eligible(document, document["aggregate"], rows, ended_on)
        group = _aggregate(document, counted, employer_id, ended_on)
    return Owed({member: cents for member, cents in persons.items() if cents}, group, eligible)


def _arrived_on(payment_id: int, went_out: Mapping[int, Sequence[Any]]) -> date | None:
    """The day of the check or credit that stands; None while nothing does. No document of the year says otherwise."""
    paid_on, number, status, issued_on, credited_by = went_out[payment_id]
    if credited_by is not None:
        return _arrived_on(credited_by, went_out)
    if number is None:
        return paid_on
    if status in ("returned", "stopped", "voided", "credited"):
        return None
    return paid_on if number == 1 else issued_on


def _came_back(employer_id: int) -> dict[int, int]:
    """Cents that came back of each decision's payment."""
    found: dict[int, int] = defaultdict(int)
    cases: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_THIRD_PARTIES, [employer_id])
        for decision_id, cents in cursor.fetchall():
            found[decision_id] += cents
        cursor.execute(_COLLECTED, [employer_id])
        for case_id, decision_id, cents, collected in cursor.fetchall():
            cases[case_id].append((decision_id, cents, collected))
    for lines in cases.values():
        parts = _divided(max(0, lines[0][2]), [cents for _decision, cents, _collected in lines])
        for (decision_id, _cents_found, _collected), part in zip(lines, parts, strict=True):
            found[decision_id] += part
    return found


def _less(rows: Sequence[Row], came_back: Mapping[int, int]) -> list[Row]:
    """The rows, each decision's lower by its part of what came back of it."""
    of_decision: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of_decision[row.decision_id].append(row)
    less: dict[Row, Row] = {}
    for decision_id, its in of_decision.items():
        if came_back.get(decision_id):
            parts = _divided(came_back[decision_id], [row.cents for row in its])
            less |= {row: row._replace(cents=row.cents - part) for row, part in zip(its, parts, strict=True)}
    return [less.get(row, row) for row in rows]


def _divided(cents: int, weights: Sequence[int]) -> list[int]:
    """Whole cents by weights; those left over go, one each, to whom rounding down took most, the earlier first."""
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda place: -(cents * weights[place] % whole))
    for place in lost[: cents - sum(parts)]:
        parts[place] += 1
    return parts


def _cents(dollars: object) -> int:
    whole, _, part = str(dollars).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def _percent(cents: int, percent: object) -> int:
    """A per cent of whole cents, half-up."""
    hundredths = _cents(percent)
    return (cents * hundredths * 2 + 10_000) // 20_000


def _months_on(on: date, count: int) -> date:
    """The same day of a month, so many months on; terms begin on firsts."""
    assert on.day == 1
    years, month = divmod(on.month - 1 + count, _MONTHS)
    return date(on.year + years, month + 1, 1)


def _windows(document: Mapping[str, Any], part: Mapping[str, Any], ended_on: date | None) -> tuple[date, ...]:
    """First and last day incurred, first and last day paid."""
    first, last = document["term"]
    if "basis" in part:
        incurred_months, paid_months = (int(number) for number in part["basis"].split("/"))
        incurred = _months_on(first, _MONTHS - incurred_months), last
        paid = first, _months_on(last + timedelta(days=1), paid_months - _MONTHS) - timedelta(days=1)
    else:
        incurred, paid = tuple(part["incurred"]), tuple(part["paid"])
    if ended_on is not None:
        incurred = incurred[0], min(incurred[1], ended_on - timedelta(days=1))
        months = document.get("terminal_months_count", 0)
        end = _months_on(ended_on, months) - timedelta(days=1) if months else min(paid[1], ended_on - timedelta(days=1))
        paid = paid[0], end
    return *incurred, *paid


def _eligible(
    document: Mapping[str, Any], part: Mapping[str, Any], rows: Sequence[Row], ended_on: date | None
) -> list[Row]:
    served_from, served_to, paid_from, paid_to = _windows(document, part, ended_on)
    sorts = part.get("benefits", ["medical", "drug"])
    return [
        row
        for row in rows
        if served_from <= row.served_on <= served_to and paid_from <= row.paid_on <= paid_to and row.sort in sorts
    ]


def _specific(part: Mapping[str, Any], rows: Sequence[Row], lasers: Mapping[int, int | None]) -> dict[int, int]:
    """In paid order: what of a payment lies above the person's deductible first goes into the corridor."""
    spent: dict[int, int] = defaultdict(int)
    above: dict[int, int] = defaultdict(int)
    corridor = _cents(part.get("corridor_amount", 0))
    for row in rows:
        limit = lasers.get(row.member_id, _cents(part["deductible_amount"]))
        if limit is None:
            continue
        over = max(0, spent[row.member_id] + row.cents - limit) - max(0, spent[row.member_id] - limit)
        spent[row.member_id] += row.cents
        stays = min(corridor, over)
        corridor -= stays
        above[row.member_id] += over - stays
    return {member: _share(part, cents) for member, cents in above.items()}


def _aggregate(document: Mapping[str, Any], rows: Sequence[Row], employer_id: int, ended_on: date | None) -> int:
    """The group's loss, of each person as much as the limit, above the attachment point and never below its minimum."""
    part = document["aggregate"]
    first, last = document["term"]
    months = [_months_on(first, number) for number in range(_MONTHS)]
    assert months[-1] < last
    lived = [month for month in months if ended_on is None or month < ended_on]
    monthly = []
    with connection.cursor() as cursor:
        for month in lived:
            cursor.execute(_LIVES, [employer_id, month])
            expected = sum(_cents(part["factors"].get(tier, 0)) * count for tier, count in cursor.fetchall())
            monthly.append(_percent(expected, part.get("corridor_percent", 100)))
    least = _percent(
        max(_cents(part.get("quoted_month_amount", 0)), monthly[0]) * len(months), part.get("minimum_percent", 0)
    )
    attachment = max(sum(monthly), least, _cents(part.get("minimum_floor_amount", 0)))
    if ended_on is not None and document.get("terminal_months_count"):
        attachment += sum(monthly[-3:])
    limit = part.get("person_limit_amount", document.get("specific", {}).get("deductible_amount"))
    spent: dict[int, int] = defaultdict(int)
    for row in rows:
        spent[row.member_id] += row.cents
    assert not part.get("counts_lasers"), "no document of the year counts lasers"
    loss = sum(cents if limit is None else min(cents, _cents(limit)) for cents in spent.values())
    return _share(part, max(0, loss - attachment))


def _share(part: Mapping[str, Any], cents: int) -> int:
    share = _percent(cents, part.get("reimburse_percent", 100))
    return min(share, _cents(part["most_amount"])) if "most_amount" in part else share

"""What EOBs are written from: settled decisions with their claims and members, and the plans they apply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from claims.packing import unpack_decision, unpack_facts

if TYPE_CHECKING:
    from claims.adjudication.engine.decision import ClaimDecision
    from claims.adjudication.engine.facts import ClaimFacts

_ITEMS = """
SELECT i.decision_id, d.number, c.employer_id, c.claim_number, c.patient_control_number, c.received_on, d.decided_at,
       d.outcome, d.plan_hash, d.facts, d.says, employer.name, coalesce(plan.name, ''),
       trim(concat(provider.first_name, ' ', provider.name)),
       p.method, p.paid_on, p.trace_number, p.check_number, i.amount,
       coalesce(payee.name, ''), f.subscriber_number,
       trim(concat(m.first_name, ' ', m.last_name)), m.birth_on, m.address_line, m.city, m.state, m.postal_code,
       trim(concat(s.first_name, ' ', s.last_name)), s.address_line, s.city, s.state, s.postal_code,
       coalesce((SELECT later.claim_number FROM claims_claim later WHERE later.original_claim_id = c.id
                  AND later.frequency_code = '7' ORDER BY later.id DESC LIMIT 1), '')
  FROM claims_paymentitem i
  JOIN claims_payment p ON p.id = i.payment_id
  JOIN claims_claim c ON c.id = i.claim_id
  JOIN claims_decision d ON d.id = i.decision_id
  JOIN employers_employer employer ON employer.id = c.employer_id
  JOIN employers_family f ON f.id = c.family_id
  JOIN employers_member m ON m.id = c.member_id
  LEFT JOIN employers_member s ON s.family_id = c.family_id AND s.relationship = '18'
  JOIN plans_provider provider ON provider.id = c.billing_provider_id
  LEFT JOIN plans_payee payee ON payee.id = p.payee_id
  LEFT JOIN plans_plan plan ON plan.id = d.plan_id
 WHERE p.run_id = %s AND i.id BETWEEN %s AND %s
 ORDER BY i.id
"""


class Person(NamedTuple):
    """A name and where letters reach it."""

    name: str
    address_line: str
    city: str
    state: str
    postal_code: str


class EobFacts(NamedTuple):
    """One settled decision, with everything its EOB tells."""

    decision_id: int
    number: int
    employer_id: int
    claim_number: str
    patient_control_number: str
    received_on: date
    decided_at: datetime
    outcome: str
    plan_hash: str
    facts: ClaimFacts
    decision: ClaimDecision
    employer_name: str
    plan_name: str
    provider_name: str
    method: str
    paid_on: date
    trace_number: str
    check_number: str
    amount: Decimal
    payee_name: str
    subscriber_number: str
    patient_birth_on: date | None
    patient: Person
    subscriber: Person
    replaced_by: str

    @property
    def addressee(self) -> Person:
        """The patient who is of age, at their own address or the subscriber's; for a child the subscriber."""
        born = self.patient_birth_on
        if born is None or (self.paid_on.year - born.year, self.paid_on.timetuple()[1:3]) < (18, born.timetuple()[1:3]):
            return self.subscriber if self.subscriber.name else self.patient
        if self.patient.address_line or not self.subscriber.address_line:
            return self.patient
        return Person(self.patient.name, *self.subscriber[1:])


def eob_facts(run_id: int, first: int, last: int) -> list[EobFacts]:
    """The settled decisions of a run whose payment items have ids in a range (both counted). One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [run_id, first, last])
        rows = cursor.fetchall()
    return [EobFacts._make(_values(row)) for row in rows]


def _values(row: tuple[Any, ...]) -> Iterator[Any]:
    yield from row[:9]
    yield unpack_facts(row[9])
    yield unpack_decision(row[10])
    yield from row[11:21]
    yield row[22]
    yield Person(row[21], *row[23:27])
    yield Person._make(value or "" for value in row[27:32])
    yield row[32]

"""Where the 837 reader stands in a set, and what it has found so far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from claims.edi.elements import money
from claims.facts import Repricing, SubmittedPerson, SubmittedProvider

Segment = list[str]
Found = dict[str, Any]

# For what belongs to nobody we keep.
UNUSED: Found = {}


class Reading:
    """The state of one reading. What is found stands in plain dicts, which become facts when the claim ends."""

    claim: Found | None

    def __init__(self, kind: str, component: str) -> None:
        self.kind = kind
        self.component = component
        self.table: Table = {}
        self.ordinal = 0
        self.header: Found = {}
        self.submission_type = "CH"
        self.built_header: object = None
        # Findings of billing provider, subscriber, patient and claim: they hold for all claims below.
        self.findings: list[list[tuple[int, str, str]]] = [[]]
        self.start_billing_provider()

    def start_billing_provider(self) -> None:
        self.billing_ordinal = self.ordinal
        self.billing: Found = {}
        self.billing_provider: SubmittedProvider | None = None
        self.pay_to: Found | None = None
        self.findings = [[]]
        self.start_subscriber()

    def start_subscriber(self) -> None:
        self.coverage: Found = {}
        self.subscriber_party: Found = {}
        self.subscriber: SubmittedPerson | None = None
        self.findings[1:] = [[], []]
        self.forget_patient()

    def forget_patient(self) -> None:
        self.patient_party: Found | None = None
        self.patient: SubmittedPerson | None = None
        self.relationship = "18"
        self.party: Found = {}
        self.close_claim()

    def start_patient(self) -> None:
        self.findings[2:] = [[]]
        self.forget_patient()
        self.patient_party = self.party

    def start_claim(self, claim: Found) -> None:
        self.claim = claim
        self.claim_ordinal = self.ordinal
        self.party = {}
        self.findings.append([])

    def close_claim(self) -> None:
        self.claim = None
        self.claim_ordinal = 0
        self.lines: list[Found] = []
        self.line: Found = {}
        self.others: list[Found] = []
        self.other: Found = {}
        self.diagnoses: list[str] = []
        self.collected: dict[str, list[Any]] = {}
        self.service_days: tuple[date, date] | None = None
        self.has_discharge_hour = False
        self.rendering: Found | None = None
        self.facility: Found | None = None
        del self.findings[3:]

    def collect(self, name: str, value: object) -> None:
        self.collected.setdefault(name, []).append(value)

    def collected_tuples(self) -> Found:
        return {name: tuple(found) for name, found in self.collected.items()}


Handler = Callable[[Reading, Segment], None]
Table = dict[str, Handler]


def provider_of(s: Segment) -> Found:
    """NM1 of somebody who bills, renders or refers."""
    found: Found = {"name": s[3], "entity": s[2]}
    if s[4]:
        found["first_name"] = s[4]
    if s[8] == "XX":
        found["npi"] = s[9]
    elif s[8] in ("24", "34", "FI"):
        found["tin"] = s[9]
    return found


def person_of(s: Segment) -> Found:
    """NM1 of a subscriber or patient."""
    return {"last_name": s[3], "first_name": s[4], "middle_name": s[5], "number": s[9]}


def repricing_of(s: Segment) -> Repricing:
    """HCP, of a claim or a line."""
    savings = money(s[3]) if s[3] else None
    return Repricing(
        method=s[1], allowed_amount=money(s[2]), savings_amount=savings, organisation=s[4], reject_reason=s[13]
    )

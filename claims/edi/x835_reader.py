"""Reads a remittance (835) of another payer: the same plain parts as the writer's, so that what we write we read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from claims.edi.elements import day, money, number
from claims.edi.x835 import Cas, ClaimPayment, LinePayment, Remittance
from claims.edi.x835_parts import Payee, PayerParty, ProviderAdjustment, RemittanceName
from tpa.foundation.x12.tokens import Delimiters

Found = dict[str, Any]

_PAD: Final = [""] * 20
_NOBODY: Final = RemittanceName(last_name="")
_CLAIM_DATES: Final = {"232": "statement_from", "233": "statement_to", "036": "coverage_ended_on", "050": "received_on"}
_CLAIM_NUMBERS: Final = {
    "1L": "group_number",
    "EA": "medical_record_number",
    "F8": "original_claim_number",
    "G1": "authorization_number",
}
_CLAIM_AMOUNTS: Final = {"I": "interest_amount", "AU": "allowed_amount", "F5": "patient_paid_amount"}


class Unreadable(ValueError):
    """An amount, count or date of the set can not be read; the message names the segment."""


def read_remittance(segments: Iterable[list[str]], delimiters: Delimiters) -> Remittance:
    """One set, its segments from ST to SE. Whether it balances, `check_balance` says. Raises Unreadable."""
    reading = _Reading(delimiters.component)
    for ordinal, segment in enumerate(segments, start=1):
        handle = _HANDLERS.get(segment[0])
        if handle is not None:
            try:
                handle(reading, segment + _PAD)
            except ValueError as error:
                raise Unreadable(f"segment {ordinal} ({segment[0]}): {error}") from error
    return reading.remittance()


class _Reading:
    """What is found, in plain dicts that become facts at the end."""

    def __init__(self, component: str) -> None:
        self.component = component
        self.found: Found = {"method": "", "trace_number": "", "amount": Decimal("0.00"), "paid_on": None}
        self.payer: Found = {"name": "", "tin": ""}
        self.payee: Found = {"name": ""}
        self.party: Found = {}
        self.claims: list[Found] = []
        self.claim: Found | None = None
        self.line: Found | None = None
        self.beside: list[ProviderAdjustment] = []

    def adjusted(self) -> list[Cas]:
        owner = self.claim if self.line is None else self.line
        assert owner is not None
        adjustments: list[Cas] = owner.setdefault("adjustments", [])
        return adjustments

    def remittance(self) -> Remittance:
        """The whole; a payment without a day has that of its writing."""
        paid_on = self.found["paid_on"] or self.found.get("produced_on")
        if paid_on is None:
            raise Unreadable("it names no day of payment")
        payer = {"address_line": "", "city": "", "state": "", "postal_code": "", "contact_name": ""} | self.payer
        return Remittance(
            **self.found | {"paid_on": paid_on},
            payer=PayerParty(**payer),
            payee=Payee(**self.payee),
            claims=tuple(_claim(claim, paid_on) for claim in self.claims),
            provider_adjustments=tuple(self.beside),
        )


def _claim(found: Found, paid_on: date) -> ClaimPayment:
    starts = found.get("statement_from") or found.get("statement_to") or paid_on
    lines = tuple(_line(line, starts) for line in found.pop("lines"))
    adjustments = tuple(found.pop("adjustments", ()))
    found.setdefault("patient", _NOBODY)
    return ClaimPayment(**found, lines=lines, adjustments=adjustments)


def _line(found: Found, starts: date) -> LinePayment:
    days = {"service_from": found.get("service_from", starts)}
    days["service_to"] = found.get("service_to", days["service_from"])
    listed = {name: tuple(found.get(name, ())) for name in ("adjustments", "remark_codes")}
    return LinePayment(**found | days | listed)


def _bpr(reading: _Reading, s: list[str]) -> None:
    reading.found |= {"amount": money(s[2]), "method": s[4], "paid_on": day(s[16]) if s[16] else None}
    if s[3] == "D":
        reading.found["amount"] = -reading.found["amount"]


def _trn(reading: _Reading, s: list[str]) -> None:
    reading.found["trace_number"] = s[2]
    reading.payer["tin"] = s[3][1:] if len(s[3]) == 10 else s[3]


def _n1(reading: _Reading, s: list[str]) -> None:
    if s[1] == "PR":
        reading.party = reading.payer
        reading.payer["name"] = s[2]
        if s[3] == "XV":
            reading.payer["payer_number"] = s[4]
    else:
        reading.party = reading.payee
        reading.payee["name"] = s[2]
        reading.payee |= {"npi": s[4]} if s[3] == "XX" else {"tin": s[4]}


def _n3(reading: _Reading, s: list[str]) -> None:
    reading.party["address_line"] = s[1]


def _n4(reading: _Reading, s: list[str]) -> None:
    reading.party |= {"city": s[1], "state": s[2], "postal_code": s[3]}


def _ref(reading: _Reading, s: list[str]) -> None:
    if reading.line is not None:
        if s[1] == "6R":
            reading.line["control_number"] = s[2]
        elif s[1] == "HPI":
            reading.line["rendering_npi"] = s[2]
    elif reading.claim is not None:
        if name := _CLAIM_NUMBERS.get(s[1]):
            reading.claim[name] = s[2]
    elif s[1] == "2U":
        reading.payer["payer_number"] = s[2]
    elif s[1] == "EV":
        reading.found["receiver_number"] = s[2]
    elif s[1] == "TJ":
        reading.payee["tin"] = s[2]


def _clp(reading: _Reading, s: list[str]) -> None:
    reading.line = None
    reading.claim = {
        "patient_control_number": s[1],
        "status": s[2],
        "billed_amount": money(s[3]),
        "paid_amount": money(s[4]),
        "filing_indicator": s[6],
        "claim_number": s[7],
        "facility_code": s[8],
        "frequency_code": s[9],
        "drg_code": s[11],
        "lines": [],
    }
    if s[12]:
        reading.claim["drg_weight"] = number(s[12])
    reading.claims.append(reading.claim)


def _cas(reading: _Reading, s: list[str]) -> None:
    if reading.claim is None:
        return
    for at in range(2, 20, 3):
        if s[at]:
            reading.adjusted().append(Cas(group=s[1], carc=s[at], amount=money(s[at + 1])))


def _nm1(reading: _Reading, s: list[str]) -> None:
    name = _NAMES.get(s[1])
    if reading.claim is None or name is None:
        return
    reading.claim[name] = RemittanceName(
        last_name=s[3], first_name=s[4], middle_name=s[5], entity=s[2], qualifier=s[8], number=s[9]
    )


_NAMES: Final = {"QC": "patient", "IL": "subscriber", "74": "corrected_patient", "82": "rendering"}


def _dtm(reading: _Reading, s: list[str]) -> None:
    if reading.line is not None:
        if s[1] in ("472", "150"):
            reading.line["service_from"] = day(s[2])
        elif s[1] == "151":
            reading.line["service_to"] = day(s[2])
    elif reading.claim is not None:
        if name := _CLAIM_DATES.get(s[1]):
            reading.claim[name] = day(s[2])
    elif s[1] == "405":
        reading.found["produced_on"] = day(s[2])


def _amt(reading: _Reading, s: list[str]) -> None:
    if reading.line is not None:
        if s[1] == "B6":
            reading.line["allowed_amount"] = money(s[2])
    elif reading.claim is not None and (name := _CLAIM_AMOUNTS.get(s[1])):
        reading.claim[name] = money(s[2])


def _svc(reading: _Reading, s: list[str]) -> None:
    if reading.claim is None:
        return
    qualifier, _colon, rest = s[1].partition(reading.component)
    code, *modifiers = rest.split(reading.component)
    line: Found = {"billed_amount": money(s[2]), "paid_amount": money(s[3])}
    if qualifier == "NU":
        line["revenue_code"] = code
    else:
        line |= {"procedure_qualifier": qualifier, "procedure_code": code, "revenue_code": s[4]}
        line["modifiers"] = tuple(one for one in modifiers[:4] if one)
    line["paid_units_count"] = number(s[5]) if s[5] else Decimal(1)
    if s[6]:
        asked, _colon, rest = s[6].partition(reading.component)
        code, *modifiers = rest.split(reading.component)
        line |= {"submitted_qualifier": asked, "submitted_code": code, "submitted_modifiers": tuple(modifiers[:4])}
    if s[7]:
        line["submitted_units_count"] = number(s[7])
    reading.line = line
    reading.claim["lines"].append(line)


def _lq(reading: _Reading, s: list[str]) -> None:
    if reading.line is not None and s[1] == "HE":
        reading.line.setdefault("remark_codes", []).append(s[2])


def _plb(reading: _Reading, s: list[str]) -> None:
    for at in range(3, 14, 2):
        if s[at]:
            reason, _colon, reference = s[at].partition(reading.component)
            reading.beside.append(ProviderAdjustment(reason=reason, amount=money(s[at + 1]), reference=reference))


_HANDLERS: Final = {
    "BPR": _bpr,
    "TRN": _trn,
    "N1": _n1,
    "N3": _n3,
    "N4": _n4,
    "REF": _ref,
    "CLP": _clp,
    "CAS": _cas,
    "NM1": _nm1,
    "DTM": _dtm,
    "AMT": _amt,
    "SVC": _svc,
    "LQ": _lq,
    "PLB": _plb,
}

"""The loops of the 837: for each area of a claim, which segments say something and where it is put.

An area is a table from segment id to a function; NM1, SBR, LX and SVD move on to the next area. What is in no table is
not needed for a decision and passes by. Elements are taken by position; the caller has padded the segment. A value that
can not be read raises ValueError, which becomes a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from claims.edi.elements import day, days, money, number
from claims.facts import (
    OccurrenceFact,
    PriorAdjustment,
    Repricing,
    SubmittedPerson,
    SubmittedProvider,
    ValueFact,
)

Segment = list[str]
Found = dict[str, Any]

_UNUSED: Found = {}


class Reading:
    """Where the reader stands in a set and what it has found so far. Plain dicts become facts when the claim ends."""

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
        self.findings[1:] = [[]]
        self.forget_patient()

    def forget_patient(self) -> None:
        self.patient_party: Found | None = None
        self.patient: SubmittedPerson | None = None
        self.relationship = "18"
        self.party: Found = {}
        self.close_claim()

    def start_claim(self, claim: Found) -> None:
        self.claim = claim
        self.claim_ordinal = self.ordinal
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


# --- Above the claims ------------------------------------------------------------------------------------------------


def _bht(at: Reading, s: Segment) -> None:
    at.header.update(purpose=s[2], reference=s[3])
    if s[6] and s[6] != "CH":
        at.header["submission_type"] = at.submission_type = s[6]
    at.header["created_on"] = day(s[4])


def _header_name(at: Reading, s: Segment) -> None:
    if s[1] == "41":
        at.header.update(submitter_entity=s[2], submitter_name=s[3], submitter_first_name=s[4], submitter_number=s[9])
    elif s[1] == "40":
        at.header.update(receiver_name=s[3], receiver_number=s[9])


def _level(at: Reading, s: Segment) -> None:
    if s[3] == "20":
        at.start_billing_provider()
        at.table = _BILLING
    elif s[3] == "22":
        at.start_subscriber()
        at.table = _SUBSCRIBER
    elif s[3] == "23":
        at.findings[2:] = [[]]
        at.forget_patient()
        at.patient_party = at.party
        at.table = _PATIENT


def _provider(s: Segment) -> Found:
    found: Found = {"name": s[3], "entity": s[2]}
    if s[4]:
        found["first_name"] = s[4]
    if s[8] == "XX":
        found["npi"] = s[9]
    elif s[8] in ("24", "34", "FI"):
        found["tin"] = s[9]
    return found


def _person(s: Segment) -> Found:
    return {"last_name": s[3], "first_name": s[4], "middle_name": s[5], "number": s[9]}


def _taxonomy(at: Reading, s: Segment) -> None:
    if s[2] == "PXC" or s[2] == "ZZ":
        at.party["taxonomy_code"] = s[3]


def _billing_taxonomy(at: Reading, s: Segment) -> None:
    if s[1] == "BI":
        at.billing["taxonomy_code"] = s[3]


def _billing_name(at: Reading, s: Segment) -> None:
    if s[1] == "85":
        at.party = at.billing
        at.billing.update(_provider(s))
    elif s[1] in ("87", "PE"):
        at.pay_to = at.party = _provider(s)
        if s[1] == "87":
            at.pay_to["name"] = at.billing.get("name", "")


def _billing_reference(at: Reading, s: Segment) -> None:
    if s[1] in ("EI", "SY"):
        at.party["tin"] = s[2]


def _street(at: Reading, s: Segment) -> None:
    at.party["address_line"] = f"{s[1]}, {s[2]}" if s[2] else s[1]


def _city(at: Reading, s: Segment) -> None:
    at.party.update(city=s[1], state=s[2], postal_code=s[3])


def _demographics(at: Reading, s: Segment) -> None:
    at.party["sex"] = s[3] or "U"
    at.party["birth_on"] = day(s[2])


def _coverage(at: Reading, s: Segment) -> None:
    at.coverage.update(group_number=s[3], filing_indicator=s[9])
    if s[1] != "P":
        at.coverage["payer_sequence"] = s[1]


def _subscriber_name(at: Reading, s: Segment) -> None:
    if s[1] == "IL":
        at.subscriber_party.update(_person(s))
        at.party = at.subscriber_party
    else:
        at.party = {}
        if s[1] == "PR":
            at.coverage.update(payer_name=s[3], payer_number=s[9])


def _relationship(at: Reading, s: Segment) -> None:
    at.relationship = s[1]


def _patient_name(at: Reading, s: Segment) -> None:
    if s[1] == "QC":
        at.party.update(_person(s))


def _patient_reference(at: Reading, s: Segment) -> None:
    if s[1] == "1W":
        at.party["number"] = s[2]


# --- The claim (2300, 2310) ------------------------------------------------------------------------------------------


def _claim(at: Reading, s: Segment) -> None:
    place = s[5].split(at.component)
    claim: Found = {"patient_control_number": s[1], "facility_code": place[0], "benefits_assigned": s[8] == "Y"}
    if len(place) > 2 and place[2] != "1":
        claim["frequency_code"] = place[2]
    at.start_claim(claim)
    at.table = _CLAIM
    if s[11]:
        claim["accident_codes"] = tuple([code for code in s[11].split(at.component)[:3] if code])
    if s[19] == "PB":
        claim["is_predetermination"] = True
    if s[20]:
        claim["delay_reason_code"] = s[20]
    claim["billed_amount"] = money(s[2])


def _claim_date(at: Reading, s: Segment) -> None:
    qualifier, claim = s[1], at.claim
    assert claim is not None
    if qualifier == "472":
        at.service_days = days(s[3])
    elif qualifier == "434":
        claim["statement_from"], claim["statement_to"] = days(s[3])
    elif qualifier == "435":
        claim["admitted_on"] = day(s[3])
    elif qualifier == "096":
        if s[2] == "TM":
            at.has_discharge_hour = True
        else:
            claim["discharged_on"] = day(s[3])
    elif qualifier == "439":
        claim["accident_on"] = day(s[3])


def _stay(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["admission_type"] = s[1]
    at.claim["discharge_status"] = s[3]


def _claim_amount(at: Reading, s: Segment) -> None:
    if s[1] == "F5" and at.claim is not None:
        at.claim["member_paid_amount"] = money(s[2])


_CLAIM_NUMBERS = {
    "G1": "authorization_number",
    "9F": "referral_number",
    "F8": "original_claim_number",
    "D9": "clearinghouse_number",
}


def _claim_reference(at: Reading, s: Segment) -> None:
    name = _CLAIM_NUMBERS.get(s[1])
    if name is not None and at.claim is not None:
        at.claim[name] = s[2]


def _claim_note(at: Reading, s: Segment) -> None:
    at.collect("notes", s[2])


def _orthodontics(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["is_orthodontic"] = True


def _tooth_status(at: Reading, s: Segment) -> None:
    if s[2] in ("E", "M"):
        at.collect("missing_teeth", s[1])


def _repricing(s: Segment) -> Repricing:
    savings = money(s[3]) if s[3] else None
    return Repricing(
        method=s[1], allowed_amount=money(s[2]), savings_amount=savings, organisation=s[4], reject_reason=s[13]
    )


def _claim_repricing(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["repricing"] = _repricing(s)


def _claim_name(at: Reading, s: Segment) -> None:
    claim, role = at.claim, s[1]
    assert claim is not None
    at.party = {}
    if role == "82":
        at.rendering = at.party = _provider(s)
    elif role == "77":
        at.facility = at.party = _provider(s)
    elif role in ("DN", "71") and s[8] == "XX":
        claim["referring_npi" if role == "DN" else "attending_npi"] = s[9]


# --- HI: diagnoses, procedures and the codes of the bill -------------------------------------------------------------

# Occurrence codes that tell of an accident, as the related causes of a professional claim. 01, 03 and 05 are accidents
# of other kinds.
_ACCIDENTS = {"01": "OA", "02": "AA", "03": "OA", "04": "EM", "05": "OA"}


def _codes(at: Reading, s: Segment) -> None:
    component = at.component
    for element in s[1:13]:
        if not element:
            return
        parts = element.split(component)
        if len(parts) > 1:
            kind = _CODE_KINDS.get(parts[0])
            if kind is not None:
                kind(at, parts)


def _principal(at: Reading, parts: list[str]) -> None:
    at.diagnoses.insert(0, parts[1].replace(".", ""))


def _diagnosis(at: Reading, parts: list[str]) -> None:
    at.diagnoses.append(parts[1].replace(".", ""))


def _admitting(at: Reading, parts: list[str]) -> None:
    if at.claim is not None:
        at.claim["admitting_diagnosis"] = parts[1].replace(".", "")


def _external(at: Reading, parts: list[str]) -> None:
    at.collect("external_causes", parts[1].replace(".", ""))


def _principal_procedure(at: Reading, parts: list[str]) -> None:
    at.collected.setdefault("procedures", []).insert(0, parts[1].replace(".", ""))


def _procedure(at: Reading, parts: list[str]) -> None:
    at.collect("procedures", parts[1].replace(".", ""))


def _drg(at: Reading, parts: list[str]) -> None:
    if at.claim is not None:
        at.claim["drg_code"] = parts[1]


def _condition(at: Reading, parts: list[str]) -> None:
    at.collect("condition_codes", parts[1])


def _occurrence(at: Reading, parts: list[str]) -> None:
    code = parts[1]
    if len(parts) < 4:
        raise ValueError(f"occurrence {code} has no date")
    on, last_on = days(parts[3])
    at.collect("occurrences", OccurrenceFact(code=code, on=on, last_on=last_on if parts[0] == "BI" else None))
    if parts[0] == "BH" and code in _ACCIDENTS and at.claim is not None:
        known: tuple[str, ...] = at.claim.get("accident_codes", ())
        if _ACCIDENTS[code] not in known:
            at.claim["accident_codes"] = (*known, _ACCIDENTS[code])
        at.claim.setdefault("accident_on", on)


def _value(at: Reading, parts: list[str]) -> None:
    if len(parts) < 5:
        raise ValueError(f"value code {parts[1]} has no amount")
    at.collect("values", ValueFact(code=parts[1], amount=number(parts[4])))


_CODE_KINDS: dict[str, Callable[[Reading, list[str]], None]] = {
    "ABK": _principal,
    "BK": _principal,
    "ABF": _diagnosis,
    "BF": _diagnosis,
    "ABJ": _admitting,
    "BJ": _admitting,
    "ABN": _external,
    "BN": _external,
    "BBR": _principal_procedure,
    "BR": _principal_procedure,
    "BBQ": _procedure,
    "BQ": _procedure,
    "DR": _drg,
    "BG": _condition,
    "BH": _occurrence,
    "BI": _occurrence,
    "BE": _value,
}


# --- Other payers (2320, 2330, 2430) ---------------------------------------------------------------------------------


def _other_payer(at: Reading, s: Segment) -> None:
    at.other = {
        "name": "",
        "sequence": s[1],
        "relationship": s[2],
        "group_number": s[3],
        "filing_indicator": s[9],
        "adjustments": [],
    }
    at.others.append(at.other)
    at.table = _OTHER


def _adjust(other: Found, s: Segment) -> None:
    group, found = s[1], other["adjustments"]
    for place in range(2, 18, 3):
        if not s[place]:
            return
        found.append(PriorAdjustment(group=group, carc=s[place], amount=money(s[place + 1])))


def _other_adjustment(at: Reading, s: Segment) -> None:
    _adjust(at.other, s)


_OTHER_AMOUNTS = {"D": "paid_amount", "EAF": "remaining_member_amount", "A8": "not_covered_amount"}


def _other_amount(at: Reading, s: Segment) -> None:
    name = _OTHER_AMOUNTS.get(s[1])
    if name is not None:
        at.other[name] = money(s[2])


def _other_name(at: Reading, s: Segment) -> None:
    at.party = _UNUSED
    if s[1] == "PR":
        at.other.update(name=s[3], number=s[9])
        at.party = at.other
    elif s[1] == "IL":
        at.other.update(subscriber_last_name=s[3], subscriber_first_name=s[4], subscriber_number=s[9])


def _other_reference(at: Reading, s: Segment) -> None:
    if s[1] == "F8" and at.party is at.other:
        at.other["claim_number"] = s[2]


def _other_date(at: Reading, s: Segment) -> None:
    if s[1] == "573":
        at.other["paid_on"] = day(s[3])


def _line_decided(at: Reading, s: Segment) -> None:
    at.other = {"payer_number": s[1], "adjustments": [], "paid_amount": money(s[2])}
    at.line.setdefault("other_payers", []).append(at.other)
    at.table = _LINE_DECIDED


# --- Lines (2400, 2410, 2420) ----------------------------------------------------------------------------------------


def _line(at: Reading, s: Segment) -> None:
    # Counted rather than taken from LX01, so that each number stands once whatever the sender wrote.
    at.line = {"number": len(at.lines) + 1}
    at.lines.append(at.line)
    at.table = _LINE


def _procedure_of(at: Reading, composite: str) -> None:
    if composite:
        parts = composite.split(at.component)
        line = at.line
        line["procedure_qualifier"] = parts[0]
        if len(parts) > 1:
            line["procedure_code"] = parts[1]
            if len(parts) > 2:
                line["modifiers"] = tuple([code for code in parts[2:6] if code])


def _units(line: Found, basis: str, count: str) -> None:
    # What is as usual is left at its default: most lines are one unit.
    if basis and basis != "UN":
        line["unit_basis"] = basis
    if count and count != "1":
        line["units_count"] = number(count)


def _pointers(at: Reading, composite: str) -> None:
    if composite:
        pointed = [int(place) for place in composite.split(at.component) if place]
        at.line["diagnosis_pointers"] = tuple(pointed)


def _sv1(at: Reading, s: Segment) -> None:
    line = at.line
    line["billed_amount"] = money(s[2])
    _procedure_of(at, s[1])
    _units(line, s[3], s[4])
    line["place_of_service"] = s[5] or (at.claim or _UNUSED).get("facility_code", "")
    _pointers(at, s[7])
    if s[9] == "Y":
        line["is_emergency"] = True


def _sv2(at: Reading, s: Segment) -> None:
    line = at.line
    line["revenue_code"] = s[1]
    line["billed_amount"] = money(s[3])
    _procedure_of(at, s[2])
    _units(line, s[4], s[5])
    if s[7]:
        line["not_covered_amount"] = money(s[7])


def _sv3(at: Reading, s: Segment) -> None:
    line = at.line
    line["billed_amount"] = money(s[2])
    _procedure_of(at, s[1])
    line["place_of_service"] = s[3] or (at.claim or _UNUSED).get("facility_code", "")
    if s[4]:
        line["oral_cavity_codes"] = tuple([code for code in s[4].split(at.component) if code])
    _units(line, "", s[6])
    _pointers(at, s[11])


def _tooth(at: Reading, s: Segment) -> None:
    line = at.line
    line["tooth_numbers"] = (*line.get("tooth_numbers", ()), s[2])
    line["tooth_surfaces"] = (*line.get("tooth_surfaces", ()), s[3].replace(at.component, ""))


def _line_date(at: Reading, s: Segment) -> None:
    if s[1] == "472":
        at.line["service_from"], at.line["service_to"] = days(s[3])


def _line_reference(at: Reading, s: Segment) -> None:
    if s[1] == "6R":
        at.line["control_number"] = s[2]
    elif s[1] == "G1" and not s[4]:  # with REF04 it is another payer's
        at.line["authorization_number"] = s[2]


def _line_note(at: Reading, s: Segment) -> None:
    before = at.line.get("note")
    at.line["note"] = f"{before} {s[2]}" if before else s[2]


def _line_repricing(at: Reading, s: Segment) -> None:
    at.line["repricing"] = _repricing(s)


def _drug(at: Reading, s: Segment) -> None:
    if s[2] == "N4":
        at.line["ndc"] = s[3]


def _drug_units(at: Reading, s: Segment) -> None:
    at.line["ndc_units_count"] = number(s[4])
    at.line["ndc_unit"] = s[5].split(at.component)[0]


def _line_name(at: Reading, s: Segment) -> None:
    if s[1] == "82" and s[8] == "XX":
        at.line["rendering_npi"] = s[9]


# --- Which segments speak in which area ------------------------------------------------------------------------------

_ADDRESS: Table = {"N3": _street, "N4": _city}

HEADER: Table = {"BHT": _bht, "NM1": _header_name, "HL": _level}
_BILLING: Table = {
    **_ADDRESS,
    "HL": _level,
    "PRV": _billing_taxonomy,
    "NM1": _billing_name,
    "REF": _billing_reference,
    "CLM": _claim,
}
_SUBSCRIBER: Table = {
    **_ADDRESS,
    "HL": _level,
    "SBR": _coverage,
    "NM1": _subscriber_name,
    "DMG": _demographics,
    "CLM": _claim,
}
_PATIENT: Table = {
    **_ADDRESS,
    "HL": _level,
    "PAT": _relationship,
    "NM1": _patient_name,
    "DMG": _demographics,
    "REF": _patient_reference,
    "CLM": _claim,
}
_BELOW: Table = {"HL": _level, "CLM": _claim, "SBR": _other_payer, "LX": _line}
_CLAIM: Table = {
    **_ADDRESS,
    **_BELOW,
    "DTP": _claim_date,
    "CL1": _stay,
    "AMT": _claim_amount,
    "REF": _claim_reference,
    "NTE": _claim_note,
    "DN1": _orthodontics,
    "DN2": _tooth_status,
    "HI": _codes,
    "HCP": _claim_repricing,
    "NM1": _claim_name,
    "PRV": _taxonomy,
}
_OTHER: Table = {
    **_BELOW,
    "CAS": _other_adjustment,
    "AMT": _other_amount,
    "NM1": _other_name,
    "REF": _other_reference,
    "DTP": _other_date,
}
_LINE: Table = {
    **_BELOW,
    "SV1": _sv1,
    "SV2": _sv2,
    "SV3": _sv3,
    "TOO": _tooth,
    "DTP": _line_date,
    "REF": _line_reference,
    "NTE": _line_note,
    "HCP": _line_repricing,
    "LIN": _drug,
    "CTP": _drug_units,
    "NM1": _line_name,
    "SVD": _line_decided,
}
_LINE_DECIDED: Table = {
    **_BELOW,
    "SVD": _line_decided,
    "CAS": _other_adjustment,
    "AMT": _other_amount,
    "DTP": _other_date,
}

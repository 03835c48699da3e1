"""The areas of an 837 set: for each a table from segment id to the function that takes it.

HL, CLM, SBR, LX and SVD move on to the next area. What is in no table is not needed for a decision and passes by.
Elements are taken by position; the caller has padded the segment. A value that can not be read raises ValueError, which
becomes a finding.
"""

from __future__ import annotations

from claims.edi import x837_claim, x837_lines, x837_people
from claims.edi.elements import money
from claims.edi.x837_reading import Found, Reading, Segment, Table


def _level(at: Reading, s: Segment) -> None:
    if s[3] == "20":
        at.start_billing_provider()
        at.table = _BILLING
    elif s[3] == "22":
        at.start_subscriber()
        at.table = _SUBSCRIBER
    elif s[3] == "23":
        at.start_patient()
        at.table = _PATIENT


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


def _line(at: Reading, s: Segment) -> None:
    # Counted rather than taken from LX01, so that each number stands once whatever the sender wrote.
    at.line = {"number": len(at.lines) + 1}
    at.lines.append(at.line)
    at.table = _LINE


def _line_decided(at: Reading, s: Segment) -> None:
    at.other = {"payer_number": s[1], "adjustments": [], "paid_amount": money(s[2])}
    at.line.setdefault("other_payers", []).append(at.other)
    at.table = _LINE_DECIDED


_ADDRESS: Table = {"N3": x837_people.street, "N4": x837_people.city}
HEADER: Table = {"BHT": x837_people.bht, "NM1": x837_people.header_name, "HL": _level}
_BILLING: Table = {
    **_ADDRESS,
    "HL": _level,
    "PRV": x837_people.billing_taxonomy,
    "NM1": x837_people.billing_name,
    "REF": x837_people.billing_reference,
    "CLM": _claim,
}
_SUBSCRIBER: Table = {
    **_ADDRESS,
    "HL": _level,
    "SBR": x837_people.coverage,
    "NM1": x837_people.subscriber_name,
    "DMG": x837_people.demographics,
    "CLM": _claim,
}
_PATIENT: Table = {
    **_ADDRESS,
    "HL": _level,
    "PAT": x837_people.relationship,
    "NM1": x837_people.patient_name,
    "DMG": x837_people.demographics,
    "REF": x837_people.patient_reference,
    "CLM": _claim,
}
_BELOW: Table = {"HL": _level, "CLM": _claim, "SBR": _other_payer, "LX": _line}
_CLAIM: Table = {
    **_ADDRESS,
    **_BELOW,
    "DTP": x837_claim.claim_date,
    "CL1": x837_claim.stay,
    "AMT": x837_claim.claim_amount,
    "REF": x837_claim.claim_reference,
    "NTE": x837_claim.claim_note,
    "DN1": x837_claim.orthodontics,
    "DN2": x837_claim.tooth_status,
    "HI": x837_claim.codes,
    "HCP": x837_claim.claim_repricing,
    "NM1": x837_claim.claim_name,
    "PRV": x837_people.taxonomy,
}
_OTHER: Table = {
    **_BELOW,
    "CAS": x837_lines.other_adjustment,
    "AMT": x837_lines.other_amount,
    "NM1": x837_lines.other_name,
    "REF": x837_lines.other_reference,
    "DTP": x837_lines.other_date,
}
_LINE: Table = {
    **_BELOW,
    "SV1": x837_lines.sv1,
    "SV2": x837_lines.sv2,
    "SV3": x837_lines.sv3,
    "TOO": x837_lines.tooth,
    "DTP": x837_lines.line_date,
    "REF": x837_lines.line_reference,
    "NTE": x837_lines.line_note,
    "HCP": x837_lines.line_repricing,
    "LIN": x837_lines.drug,
    "CTP": x837_lines.drug_units,
    "NM1": x837_lines.line_name,
    "SVD": _line_decided,
}


_LINE_DECIDED: Table = {
    **_BELOW,
    "SVD": _line_decided,
    "CAS": x837_lines.other_adjustment,
    "AMT": x837_lines.decided_amount,
    "DTP": x837_lines.other_date,
}

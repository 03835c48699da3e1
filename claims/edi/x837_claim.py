"""Takes what an 837 says of a claim as a whole: dates, amounts, numbers, people and codes (2300, 2310)."""

from __future__ import annotations

from collections.abc import Callable

from claims.edi.elements import day, days, money, number
from claims.edi.x837_reading import Reading, Segment, provider_of, repricing_of
from claims.facts import OccurrenceFact, ValueFact


def claim_date(at: Reading, s: Segment) -> None:
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


def stay(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["admission_type"] = s[1]
    at.claim["discharge_status"] = s[3]


def claim_amount(at: Reading, s: Segment) -> None:
    if s[1] == "F5" and at.claim is not None:
        at.claim["member_paid_amount"] = money(s[2])


_CLAIM_NUMBERS = {
    "G1": "authorization_number",
    "9F": "referral_number",
    "F8": "original_claim_number",
    "D9": "clearinghouse_number",
}


def claim_reference(at: Reading, s: Segment) -> None:
    name = _CLAIM_NUMBERS.get(s[1])
    if name is not None and at.claim is not None:
        at.claim[name] = s[2]


def claim_note(at: Reading, s: Segment) -> None:
    at.collect("notes", s[2])


def orthodontics(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["is_orthodontic"] = True


def tooth_status(at: Reading, s: Segment) -> None:
    if s[2] in ("E", "M"):
        at.collect("missing_teeth", s[1])


def claim_repricing(at: Reading, s: Segment) -> None:
    assert at.claim is not None
    at.claim["repricing"] = repricing_of(s)


def claim_name(at: Reading, s: Segment) -> None:
    claim, role = at.claim, s[1]
    assert claim is not None
    at.party = {}
    if role == "82":
        at.rendering = at.party = provider_of(s)
    elif role == "77":
        at.facility = at.party = provider_of(s)
    elif role in ("DN", "71") and s[8] == "XX":
        claim["referring_npi" if role == "DN" else "attending_npi"] = s[9]


# Occurrence codes that tell of an accident, as the related causes of a professional claim. 01, 03 and 05 are accidents
# of other kinds.
_ACCIDENTS = {"01": "OA", "02": "AA", "03": "OA", "04": "EM", "05": "OA"}


def codes(at: Reading, s: Segment) -> None:
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

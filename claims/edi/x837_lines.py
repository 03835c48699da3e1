"""Takes the lines of an 837 and what other payers did with claim and lines (2320 to 2430)."""

from __future__ import annotations

from claims.edi.elements import day, days, money, number
from claims.edi.x837_reading import UNUSED, Found, Reading, Segment, repricing_of
from claims.facts import PriorAdjustment


def _adjust(other: Found, s: Segment) -> None:
    group, found = s[1], other["adjustments"]
    for place in range(2, 18, 3):
        if not s[place]:
            return
        found.append(PriorAdjustment(group=group, carc=s[place], amount=money(s[place + 1])))


def other_adjustment(at: Reading, s: Segment) -> None:
    _adjust(at.other, s)


_OTHER_AMOUNTS = {"D": "paid_amount", "EAF": "remaining_member_amount", "A8": "not_covered_amount"}


def other_amount(at: Reading, s: Segment) -> None:
    name = _OTHER_AMOUNTS.get(s[1])
    if name is not None:
        at.other[name] = money(s[2])


def decided_amount(at: Reading, s: Segment) -> None:
    if s[1] == "EAF":
        at.other["remaining_member_amount"] = money(s[2])


def other_name(at: Reading, s: Segment) -> None:
    at.party = UNUSED
    if s[1] == "PR":
        at.other.update(name=s[3], number=s[9])
        at.party = at.other
    elif s[1] == "IL":
        at.other.update(subscriber_last_name=s[3], subscriber_first_name=s[4], subscriber_number=s[9])


def other_reference(at: Reading, s: Segment) -> None:
    if s[1] == "F8" and at.party is at.other:
        at.other["claim_number"] = s[2]


def other_date(at: Reading, s: Segment) -> None:
    if s[1] == "573":
        at.other["paid_on"] = day(s[3])


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


def sv1(at: Reading, s: Segment) -> None:
    line = at.line
    line["billed_amount"] = money(s[2])
    _procedure_of(at, s[1])
    _units(line, s[3], s[4])
    line["place_of_service"] = s[5] or (at.claim or UNUSED).get("facility_code", "")
    _pointers(at, s[7])
    if s[9] == "Y":
        line["is_emergency"] = True


def sv2(at: Reading, s: Segment) -> None:
    line = at.line
    line["revenue_code"] = s[1]
    line["billed_amount"] = money(s[3])
    _procedure_of(at, s[2])
    _units(line, s[4], s[5])
    if s[7]:
        line["not_covered_amount"] = money(s[7])


def sv3(at: Reading, s: Segment) -> None:
    line = at.line
    line["billed_amount"] = money(s[2])
    _procedure_of(at, s[1])
    line["place_of_service"] = s[3] or (at.claim or UNUSED).get("facility_code", "")
    if s[4]:
        line["oral_cavity_codes"] = tuple([code for code in s[4].split(at.component) if code])
    _units(line, "", s[6])
    _pointers(at, s[11])


def tooth(at: Reading, s: Segment) -> None:
    line = at.line
    line["tooth_numbers"] = (*line.get("tooth_numbers", ()), s[2])
    line["tooth_surfaces"] = (*line.get("tooth_surfaces", ()), s[3].replace(at.component, ""))


def line_date(at: Reading, s: Segment) -> None:
    if s[1] == "472":
        at.line["service_from"], at.line["service_to"] = days(s[3])


def line_reference(at: Reading, s: Segment) -> None:
    if s[1] == "6R":
        at.line["control_number"] = s[2]
    elif s[1] == "G1" and not s[4]:  # with REF04 it is another payer's
        at.line["authorization_number"] = s[2]


def line_note(at: Reading, s: Segment) -> None:
    before = at.line.get("note")
    at.line["note"] = f"{before} {s[2]}" if before else s[2]


def line_repricing(at: Reading, s: Segment) -> None:
    at.line["repricing"] = repricing_of(s)


def drug(at: Reading, s: Segment) -> None:
    if s[2] == "N4":
        at.line["ndc"] = s[3]


def drug_units(at: Reading, s: Segment) -> None:
    at.line["ndc_units_count"] = number(s[4])
    at.line["ndc_unit"] = s[5].split(at.component)[0]


def line_name(at: Reading, s: Segment) -> None:
    if s[1] == "82" and s[8] == "XX":
        at.line["rendering_npi"] = s[9]

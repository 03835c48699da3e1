"""Writes submissions as an 837 transaction set: the reader's other direction, for made claims and those sent on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from claims.edi.x835_parts import amount_text, tidy
from claims.facts import (
    Fact,
    OtherPayer,
    OtherPayerLine,
    PriorAdjustment,
    Repricing,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
)

VERSIONS: Final = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}
_OTHER_DIAGNOSES = 11  # beside the principal one in an HI segment
_CODES = 12  # in any other HI segment


class SetParties(Fact, frozen=True, kw_only=True):
    """Who sends the claims to whom. `names` are last and first name of people whom submissions know only by NPI."""

    submitter_name: str
    submitter_number: str
    contact_name: str
    contact_phone: str
    receiver_name: str
    receiver_number: str
    names: Mapping[str, tuple[str, str]] = {}


def set_segments(
    submissions: Sequence[Submission], *, parties: SetParties, reference: str, at: datetime
) -> Iterator[list[str]]:
    """The segments between ST and SE for submissions of one kind, in their order.

    Claims that follow each other share the levels of their billing provider, subscriber and patient.
    """
    submission_type = submissions[0].submission_type
    yield ["BHT", "0019", "00", reference, f"{at:%Y%m%d}", f"{at:%H%M}", submission_type]
    yield ["NM1", "41", "2", tidy(parties.submitter_name, 60), *[""] * 4, "46", parties.submitter_number]
    yield ["PER", "IC", tidy(parties.contact_name, 60), "TE", parties.contact_phone]
    yield ["NM1", "40", "2", tidy(parties.receiver_name, 60), *[""] * 4, "46", parties.receiver_number]
    level = billing_level = subscriber_level = 0
    before: Submission | None = None
    for claim in submissions:
        new_provider = before is None or _billing(claim) != _billing(before)
        new_subscriber = new_provider or before is None or _subscriber(claim) != _subscriber(before)
        if new_provider:
            level = billing_level = level + 1
            yield from _billing_level(claim, level)
        if new_subscriber:
            level = subscriber_level = level + 1
            yield from _subscriber_level(claim, level, billing_level)
        if claim.patient is not None and (new_subscriber or before is None or claim.patient != before.patient):
            level += 1
            yield ["HL", str(level), str(subscriber_level), "23", "0"]
            yield ["PAT", claim.relationship]
            yield from _person("QC", claim.patient)
        yield from _claim(claim, parties.names)
        before = claim


def _billing(claim: Submission) -> tuple[object, ...]:
    return claim.billing_provider, claim.pay_to


def _subscriber(claim: Submission) -> tuple[object, ...]:
    cover = (claim.payer_sequence, claim.group_number, claim.filing_indicator, claim.payer_name, claim.payer_number)
    # SBR02 says 18 for all claims of the level or for none.
    return claim.subscriber, cover, claim.patient is None


def _billing_level(claim: Submission, level: int) -> Iterator[list[str]]:
    provider = claim.billing_provider
    yield ["HL", str(level), "", "20", "1"]
    if provider.taxonomy_code:
        yield ["PRV", "BI", "PXC", provider.taxonomy_code]
    yield _provider("85", provider)
    yield from _address(provider)
    yield ["REF", "EI", provider.tin]
    if claim.pay_to is not None:
        yield ["NM1", "87", claim.pay_to.entity]
        yield from _address(claim.pay_to)


def _subscriber_level(claim: Submission, level: int, parent: int) -> Iterator[list[str]]:
    own = claim.patient is None
    yield ["HL", str(level), str(parent), "22", "0" if own else "1"]
    relationship = "18" if own else ""
    yield ["SBR", claim.payer_sequence, relationship, claim.group_number, *[""] * 5, claim.filing_indicator]
    yield from _person("IL", claim.subscriber)
    yield ["NM1", "PR", "2", tidy(claim.payer_name, 60), *[""] * 4, "PI", claim.payer_number]


def _person(role: str, person: SubmittedPerson) -> Iterator[list[str]]:
    number = ["MI", person.number] if person.number and role != "QC" else []
    names = (tidy(person.last_name, 60), tidy(person.first_name, 35), tidy(person.middle_name, 25))
    yield ["NM1", role, "1", *names, "", "", *number]
    yield from _address(person)
    if person.birth_on is not None:
        yield ["DMG", "D8", _d8(person.birth_on), person.sex]


def _address(who: SubmittedPerson | SubmittedProvider) -> Iterator[list[str]]:
    if who.address_line:
        yield ["N3", tidy(who.address_line, 55)]
    if who.city:
        yield ["N4", tidy(who.city, 30), who.state, who.postal_code]


def _provider(role: str, provider: SubmittedProvider) -> list[str]:
    number = ["XX", provider.npi] if provider.npi else []
    return ["NM1", role, provider.entity, tidy(provider.name, 60), tidy(provider.first_name, 35), *[""] * 3, *number]


def _by_npi(role: str, npi: str, names: Mapping[str, tuple[str, str]]) -> list[str]:
    last, first = names.get(npi, ("UNNAMED", ""))
    return ["NM1", role, "1", last, first, "", "", "", "XX", npi]


# --- The claim (2300) ------------------------------------------------------------------------------------------------


def _claim(claim: Submission, names: Mapping[str, tuple[str, str]]) -> Iterator[list[str]]:
    kind = claim.kind
    yield _clm(claim)
    yield from _dates(claim)
    if kind == "I":
        yield ["CL1", claim.admission_type or "3", "", claim.discharge_status or "01"]
    if claim.is_orthodontic:
        yield ["DN1", "", "", "", "Y"]
    for tooth in claim.missing_teeth:
        yield ["DN2", tooth, "M", "", "", "", "JP"]
    if claim.member_paid_amount is not None and kind != "I":
        yield ["AMT", "F5", amount_text(claim.member_paid_amount)]
    for qualifier, number in (
        ("9F", claim.referral_number),
        ("G1", claim.authorization_number),
        ("F8", claim.original_claim_number),
        ("D9", claim.clearinghouse_number),
    ):
        if number:
            yield ["REF", qualifier, number]
    for note in claim.notes:
        yield ["NTE", "ADD", tidy(note, 80)]
    yield from _codes(claim)
    if claim.repricing is not None:
        yield _repricing(claim.repricing)
    yield from _people(claim, names)
    for other in claim.other_payers:
        yield from _other_payer(other)
    for line in claim.lines:
        yield from _line(line, claim, names)


def _clm(claim: Submission) -> list[str]:
    kind = claim.kind
    place = f"{claim.facility_code}:{'A' if kind == 'I' else 'B'}:{claim.frequency_code}"
    assigned = "Y" if claim.benefits_assigned else "N"
    segment = ["CLM", claim.patient_control_number, amount_text(claim.billed_amount), "", "", place]
    segment += ["" if kind == "I" else "Y", "A", assigned, "Y"]
    related = ""
    if claim.accident_codes and kind != "I":
        first, second, third = (*claim.accident_codes, "", "")[:3]
        # A car accident is told with its state.
        state = claim.subscriber.state if "AA" in claim.accident_codes else ""
        related = ":".join((first, second, third, state)).rstrip(":")
    predetermined = "PB" if claim.is_predetermination else ""
    return [*segment, "", related, *[""] * 7, predetermined, claim.delay_reason_code]


def _dates(claim: Submission) -> Iterator[list[str]]:
    kind = claim.kind
    if kind == "I":
        if claim.discharged_on is not None:
            yield ["DTP", "096", "TM", "1100"]
        if claim.statement_from is not None and claim.statement_to is not None:
            yield ["DTP", "434", "RD8", f"{_d8(claim.statement_from)}-{_d8(claim.statement_to)}"]
        if claim.admitted_on is not None:
            yield ["DTP", "435", "DT", f"{_d8(claim.admitted_on)}0900"]
        return
    if claim.accident_on is not None:
        yield ["DTP", "439", "D8", _d8(claim.accident_on)]
    if kind == "P" and claim.admitted_on is not None:
        yield ["DTP", "435", "D8", _d8(claim.admitted_on)]
    if kind == "P" and claim.discharged_on is not None:
        yield ["DTP", "096", "D8", _d8(claim.discharged_on)]


def _codes(claim: Submission) -> Iterator[list[str]]:
    if claim.kind == "I":
        yield from _bill_codes(claim)
        return
    if claim.diagnoses:
        others = [f"ABF:{code}" for code in claim.diagnoses[1:12]]
        yield ["HI", f"ABK:{claim.diagnoses[0]}", *others]
    if claim.kind == "P":
        yield from _in_rows([f"BG:{code}" for code in claim.condition_codes])


def _bill_codes(claim: Submission) -> Iterator[list[str]]:
    if claim.diagnoses:
        yield ["HI", f"ABK:{claim.diagnoses[0]}"]
    if claim.admitting_diagnosis:
        yield ["HI", f"ABJ:{claim.admitting_diagnosis}"]
    yield from _in_rows([f"ABN:{code}" for code in claim.external_causes])
    if claim.drg_code:
        yield ["HI", f"DR:{claim.drg_code}"]
    yield from _in_rows([f"ABF:{code}" for code in claim.diagnoses[1:]])
    if claim.procedures:
        on = _d8(claim.admitted_on or claim.service_from)
        yield ["HI", f"BBR:{claim.procedures[0]}:D8:{on}"]
        yield from _in_rows([f"BBQ:{code}:D8:{on}" for code in claim.procedures[1:]])
    spans = [one for one in claim.occurrences if one.last_on is not None]
    yield from _in_rows([f"BI:{one.code}:RD8:{_d8(one.on)}-{_d8(one.last_on or one.on)}" for one in spans])
    days = [one for one in claim.occurrences if one.last_on is None]
    yield from _in_rows([f"BH:{one.code}:D8:{_d8(one.on)}" for one in days])
    yield from _in_rows([f"BE:{one.code}:::{amount_text(one.amount)}" for one in claim.values])
    yield from _in_rows([f"BG:{code}" for code in claim.condition_codes])


def _in_rows(composites: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(composites), _CODES):
        yield ["HI", *composites[start : start + _CODES]]


def _repricing(repricing: Repricing) -> list[str]:
    savings = amount_text(repricing.savings_amount) if repricing.savings_amount is not None else ""
    return [
        *("HCP", repricing.method, amount_text(repricing.allowed_amount), savings, repricing.organisation),
        *[""] * 8,
        repricing.reject_reason,
    ]


def _people(claim: Submission, names: Mapping[str, tuple[str, str]]) -> Iterator[list[str]]:
    if claim.kind == "I":
        if claim.attending_npi:
            yield _by_npi("71", claim.attending_npi, names)
    elif claim.referring_npi:
        yield _by_npi("DN", claim.referring_npi, names)
    if claim.rendering_provider is not None:
        yield _provider("82", claim.rendering_provider)
        if claim.rendering_provider.taxonomy_code and claim.kind != "I":
            yield ["PRV", "PE", "PXC", claim.rendering_provider.taxonomy_code]
    if claim.facility is not None:
        yield _provider("77", claim.facility)
        yield from _address(claim.facility)
    if claim.kind == "I" and claim.referring_npi:
        yield _by_npi("DN", claim.referring_npi, names)


def _other_payer(other: OtherPayer) -> Iterator[list[str]]:
    group = [other.relationship or "18", other.group_number]
    yield ["SBR", other.sequence, *group, *[""] * 5, other.filing_indicator]
    yield from _adjustments(other.adjustments)
    for qualifier, amount in (
        ("D", other.paid_amount),
        ("EAF", other.remaining_member_amount),
        ("A8", other.not_covered_amount),
    ):
        if amount is not None:
            yield ["AMT", qualifier, amount_text(amount)]
    yield ["OI", "", "", "Y", "", "", "Y"]
    names = (tidy(other.subscriber_last_name, 60), tidy(other.subscriber_first_name, 35))
    yield ["NM1", "IL", "1", *names, "", "", "", "MI", other.subscriber_number]
    yield ["NM1", "PR", "2", tidy(other.name, 60), *[""] * 4, "PI", other.number]
    if other.paid_on is not None:
        yield ["DTP", "573", "D8", _d8(other.paid_on)]
    if other.claim_number:
        yield ["REF", "F8", other.claim_number]


def _adjustments(adjustments: Sequence[PriorAdjustment]) -> Iterator[list[str]]:
    """CAS as they were read: a group begins a segment, six to each."""
    segment: list[str] = []
    for one in adjustments:
        if not segment or segment[1] != one.group or len(segment) >= 18:
            if segment:
                yield segment
            segment = ["CAS", one.group, one.carc, amount_text(one.amount)]
        else:
            segment += ["", one.carc, amount_text(one.amount)]
    if segment:
        yield segment


# --- Lines (2400) ----------------------------------------------------------------------------------------------------


def _line(line: SubmittedLine, claim: Submission, names: Mapping[str, tuple[str, str]]) -> Iterator[list[str]]:
    yield ["LX", str(line.number)]
    yield _SERVICE[claim.kind](line, claim)
    surfaces = line.tooth_surfaces or ("",) * len(line.tooth_numbers)
    for tooth, surface in zip(line.tooth_numbers, surfaces, strict=True):
        yield ["TOO", "JP", tooth, ":".join(surface)]
    if line.service_from == line.service_to:
        yield ["DTP", "472", "D8", _d8(line.service_from)]
    else:
        yield ["DTP", "472", "RD8", f"{_d8(line.service_from)}-{_d8(line.service_to)}"]
    if line.authorization_number:
        yield ["REF", "G1", line.authorization_number]
    if line.control_number:
        yield ["REF", "6R", line.control_number]
    if line.note:
        yield ["NTE", "ADD", tidy(line.note, 80)]
    if line.repricing is not None:
        yield _repricing(line.repricing)
    if line.ndc:
        yield ["LIN", "", "N4", line.ndc]
        units = line.ndc_units_count if line.ndc_units_count is not None else line.units_count
        yield ["CTP", "", "", "", amount_text(units), line.ndc_unit or "UN"]
    if line.rendering_npi:
        yield _by_npi("82", line.rendering_npi, names)
    for other in line.other_payers:
        yield from _decided(other, line)


def _sv1(line: SubmittedLine, claim: Submission) -> list[str]:
    place = line.place_of_service if line.place_of_service != claim.facility_code else ""
    pointers = ":".join(map(str, line.diagnosis_pointers))
    return [
        *("SV1", _procedure(line), amount_text(line.billed_amount), line.unit_basis, amount_text(line.units_count)),
        *(place, "", pointers, "", "Y" if line.is_emergency else ""),
    ]


def _sv2(line: SubmittedLine, claim: Submission) -> list[str]:
    not_covered = amount_text(line.not_covered_amount) if line.not_covered_amount else ""
    units = (line.unit_basis, amount_text(line.units_count))
    return ["SV2", line.revenue_code, _procedure(line), amount_text(line.billed_amount), *units, "", not_covered]


def _sv3(line: SubmittedLine, claim: Submission) -> list[str]:
    place = line.place_of_service if line.place_of_service != claim.facility_code else ""
    pointers = ":".join(map(str, line.diagnosis_pointers))
    return [
        *("SV3", _procedure(line), amount_text(line.billed_amount), place, ":".join(line.oral_cavity_codes), ""),
        *(amount_text(line.units_count), "", "", "", "", pointers),
    ]


_SERVICE: Final = {"P": _sv1, "I": _sv2, "D": _sv3}


def _procedure(line: SubmittedLine) -> str:
    if not line.procedure_code:
        return ""
    return ":".join((line.procedure_qualifier, line.procedure_code, *line.modifiers[:4]))


def _decided(other: OtherPayerLine, line: SubmittedLine) -> Iterator[list[str]]:
    procedure, units = _procedure(line), amount_text(line.units_count)
    yield ["SVD", other.payer_number, amount_text(other.paid_amount), procedure, line.revenue_code, units]
    yield from _adjustments(other.adjustments)
    if other.paid_on is not None:
        yield ["DTP", "573", "D8", _d8(other.paid_on)]
    if other.remaining_member_amount is not None:
        yield ["AMT", "EAF", amount_text(other.remaining_member_amount)]


def _d8(on: date) -> str:
    return on.isoformat().replace("-", "")

"""What the writer writes the reader reads: submission by submission, with all that a claim can say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.edi.guides import INBOUND
from claims.edi.x837 import ReadClaim, read_claims
from claims.edi.x837_writer import VERSIONS, SetParties, set_segments
from claims.facts import (
    OccurrenceFact,
    OtherPayer,
    OtherPayerLine,
    PriorAdjustment,
    Repricing,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
    ValueFact,
)
from claims.simulation.invent_claims import Oddities, invent_claims
from claims.simulation.population import invent_population
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.examine import answer_set
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, write_interchange

DAY = date(2026, 11, 24)
POPULATION = invent_population(seed=4, families=40)
PARTIES = SetParties(
    submitter_name="OAKRIDGE BILLING",
    submitter_number="OAK01",
    contact_name="FRONT DESK",
    contact_phone="5550100100",
    receiver_name="STEWARD",
    receiver_number="STW01",
)
CLINIC = SubmittedProvider(
    name="OAKRIDGE FAMILY CARE",
    npi="1234567893",
    tin="371234567",
    taxonomy_code="207Q00000X",
    address_line="12 OAK RIDGE ROAD",
    city="SPRINGFIELD",
    state="IL",
    postal_code="627010001",
)
ROSE = SubmittedPerson(
    last_name="ALDER",
    first_name="ROSE",
    middle_name="B",
    number="M0000001",
    birth_on=date(1980, 2, 29),
    sex="F",
    address_line="4 ELM STREET",
    city="SPRINGFIELD",
    state="IL",
    postal_code="62701",
)
TIM = msgspec.structs.replace(ROSE, first_name="TIM", number="", birth_on=date(2015, 1, 5), sex="M")
FIRST_PAYER = OtherPayer(
    name="OTHER PLAN",
    number="OP1",
    sequence="P",
    filing_indicator="CI",
    paid_amount=Decimal("70.00"),
    paid_on=DAY,
    remaining_member_amount=Decimal("30.00"),
    not_covered_amount=Decimal("5.00"),
    adjustments=(
        PriorAdjustment(group="CO", carc="45", amount=Decimal("10.00")),
        *[PriorAdjustment(group="PR", carc=str(carc), amount=Decimal("1.00")) for carc in range(1, 9)],
    ),
    relationship="19",
    group_number="G9",
    subscriber_number="Z1",
    subscriber_last_name="BIRCH",
    subscriber_first_name="MAX",
    claim_number="OPCLAIM1",
)
DECIDED = OtherPayerLine(
    payer_number="OP1",
    paid_amount=Decimal("70.00"),
    paid_on=DAY,
    adjustments=(PriorAdjustment(group="OA", carc="23", amount=Decimal("-4.00")),),
    remaining_member_amount=Decimal("30.00"),
)
REPRICED = Repricing(
    method="03",
    allowed_amount=Decimal("80.00"),
    savings_amount=Decimal("20.00"),
    organisation="REPRICER1",
    reject_reason="T1",
)


def of(kind: str, lines: tuple[SubmittedLine, ...], **fields: Any) -> Submission:
    known: dict[str, Any] = {
        "kind": kind,
        "patient_control_number": "PCN-1",
        "billed_amount": sum((one.billed_amount for one in lines), Decimal(0)),
        "subscriber": ROSE,
        "billing_provider": CLINIC,
        "facility_code": "11",
        "group_number": "GRP1",
        "payer_number": "STW01",
        "payer_name": "STEWARD",
        "filing_indicator": "CI",
    }
    return Submission(lines=lines, **(known | fields))


def a_line(number: int = 1, **fields: Any) -> SubmittedLine:
    known: dict[str, Any] = {
        "billed_amount": Decimal("100.00"),
        "service_from": DAY,
        "service_to": DAY,
        "procedure_qualifier": "HC",
        "procedure_code": "99213",
    }
    return SubmittedLine(number=number, **(known | fields))


PROFESSIONAL = of(
    "P",
    (
        a_line(
            modifiers=("25", "59", "76", "GP"),
            units_count=Decimal("1.5"),
            place_of_service="22",
            diagnosis_pointers=(1, 2),
            rendering_npi="1245319599",
            ndc="00409379501",
            ndc_units_count=Decimal("2.5"),
            ndc_unit="ML",
            authorization_number="A2",
            is_emergency=True,
            control_number="L1",
            repricing=REPRICED,
            other_payers=(DECIDED,),
            note="TOLD BY TELEPHONE",
        ),
        a_line(
            2,
            unit_basis="MJ",
            units_count=Decimal(45),
            place_of_service="11",
            diagnosis_pointers=(12,),
            service_to=date(2026, 11, 26),
        ),
    ),
    patient=TIM,
    relationship="19",
    frequency_code="7",
    payer_sequence="S",
    original_claim_number="00000000018",
    authorization_number="A1",
    referral_number="R1",
    clearinghouse_number="C1",
    benefits_assigned=False,
    accident_codes=("AA", "EM"),
    accident_on=DAY,
    diagnoses=("J020", "R05", *[f"Z{number}" for number in range(100, 110)]),
    condition_codes=("A1",),
    admitted_on=DAY,
    discharged_on=DAY,
    member_paid_amount=Decimal("20.00"),
    rendering_provider=SubmittedProvider(
        name="BIRCH", first_name="JOHN", entity="1", npi="1245319599", taxonomy_code="207Q00000X"
    ),
    facility=SubmittedProvider(
        name="HILL CENTER", npi="1234567893", address_line="1 HILL", city="PEORIA", state="IL", postal_code="616020000"
    ),
    referring_npi="1245319599",
    repricing=REPRICED,
    other_payers=(FIRST_PAYER,),
    notes=("FIRST NOTE",),
    delay_reason_code="3",
    pay_to=SubmittedProvider(
        name="OAKRIDGE FAMILY CARE", address_line="PO BOX 1", city="PEORIA", state="IL", postal_code="616020000"
    ),
)
INSTITUTIONAL = of(
    "I",
    (
        a_line(
            procedure_qualifier="",
            procedure_code="",
            revenue_code="0120",
            unit_basis="DA",
            units_count=Decimal(2),
            not_covered_amount=Decimal("7.50"),
            service_to=date(2026, 11, 26),
        ),
        a_line(2, revenue_code="0300", modifiers=("91",), procedure_code="80053"),
    ),
    frequency_code="8",
    original_claim_number="00000000018",
    diagnoses=("J189", *[f"J{number}" for number in range(100, 118)]),
    admitting_diagnosis="R0602",
    external_causes=("W1830XA",),
    procedures=("0SRC0J9", "10E0XZZ"),
    drg_code="193",
    admitted_on=DAY,
    discharged_on=date(2026, 11, 26),
    discharge_status="06",
    admission_type="1",
    statement_from=DAY,
    statement_to=date(2026, 11, 26),
    attending_npi="1245319599",
    referring_npi="1245319599",
    accident_codes=("AA",),
    accident_on=DAY,
    occurrences=(OccurrenceFact(code="74", on=DAY, last_on=DAY), OccurrenceFact(code="02", on=DAY)),
    values=(ValueFact(code="A2", amount=Decimal("15.31")),),
    condition_codes=("09", "17"),
)
DENTAL = of(
    "D",
    (
        a_line(
            procedure_qualifier="AD",
            procedure_code="D2392",
            place_of_service="22",
            tooth_numbers=("12", "13"),
            tooth_surfaces=("MOD", ""),
            units_count=Decimal(2),
            control_number="L1",
        ),
        a_line(
            2,
            procedure_qualifier="AD",
            procedure_code="D4341",
            place_of_service="11",
            oral_cavity_codes=("10", "20"),
            diagnosis_pointers=(1,),
        ),
    ),
    is_predetermination=True,
    diagnoses=("K0262",),
    missing_teeth=("1", "16"),
    is_orthodontic=True,
)


def written(submissions: list[Submission]) -> list[list[str]]:
    version = VERSIONS[submissions[0].kind]
    at = datetime(2026, 11, 24, 8)
    return [["ST", "837", "0001", version], *set_segments(submissions, parties=PARTIES, reference="B-1", at=at)]


def read(submissions: list[Submission]) -> list[ReadClaim]:
    # Trailing empty elements are not written; the reader must not need them.
    segments = ["*".join(segment).rstrip("*").split("*") for segment in written(submissions)]
    return list(read_claims([*segments, ["SE", "0", "0001"]], Delimiters(), f"837{submissions[0].kind}"))


@pytest.mark.parametrize("claim", [PROFESSIONAL, INSTITUTIONAL, DENTAL], ids=attrgetter("kind"))
def test_all_that_a_claim_can_say(claim: Submission) -> None:
    (found,) = read([claim])
    assert found.findings == ()
    assert found.submission == claim


@pytest.mark.parametrize("claim", [PROFESSIONAL, INSTITUTIONAL, DENTAL], ids=attrgetter("kind"))
def test_what_is_written_keeps_to_its_guide(claim: Submission) -> None:
    out = BytesIO()
    version = VERSIONS[claim.kind]
    write_interchange(
        out,
        parties=Parties(("ZZ", "OAK01"), ("ZZ", "STW01")),
        control_number=1,
        at=datetime(2026, 11, 24, 8),
        groups=[OutGroup("HC", 1, version, [OutSet("837", "0001", version, written([claim])[1:])])],
    )
    out.seek(0)
    (reference,) = transaction_sets(out)
    assert isinstance(reference, SetRef)
    answer = answer_set(out, reference, INBOUND)
    assert answer.accepted, answer.verdict


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from("PID"), other_payers=st.sampled_from((0.0, 0.5, 1.0)))
def test_made_claims_come_back_as_they_were(seed: int, kind: str, other_payers: float) -> None:
    oddities = Oddities(faults=0.0, duplicates=0.1, other_payers=other_payers)
    made = invent_claims(POPULATION, kind=kind, count=30, seed=seed, on=DAY, oddities=oddities)
    claims = [one.submission for one in made]
    found = read(claims)
    assert [one.findings for one in found] == [()] * len(claims)
    for one, claim in zip(found, claims, strict=True):
        assert one.submission == claim
        assert one.trace.patient_control_number == claim.patient_control_number
        assert one.trace.billed_amount == claim.billed_amount


@given(seed=st.integers(0, 10**6))
def test_places_tell_every_claim_s_segments(seed: int) -> None:
    claims = [one.submission for one in invent_claims(POPULATION, kind="P", count=12, seed=seed, on=DAY)]
    segments = written(claims)
    ordinal = 0
    for one in read(claims):
        assert segments[one.first_ordinal - 1][:2] == ["CLM", one.trace.patient_control_number]
        assert one.first_ordinal > ordinal
        inside = [segment[0] for segment in segments[one.first_ordinal : one.last_ordinal]]
        assert "CLM" not in inside
        assert "HL" not in inside
        assert segments[one.billing_ordinal - 1][3] == "20"
        ordinal = one.last_ordinal
    assert ordinal == len(segments)


_ODD = st.sampled_from(("", "X", ":", "9" * 20, "20261332", "1e5", "-1", "NaN", "²", "a:b:c", "D8"))


@settings(max_examples=300)
@given(kind=st.sampled_from("PID"), data=st.data())
def test_nothing_that_a_set_can_hold_makes_the_reader_raise(kind: str, data: st.DataObject) -> None:
    """The guide's check comes first, and yet the reader must not trust it: it says, and goes on."""
    claim = {"P": PROFESSIONAL, "I": INSTITUTIONAL, "D": DENTAL}[kind]
    segments = [list(segment) for segment in written([claim, claim])]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(segments) - 1))
        segment = segments[place]
        match data.draw(st.sampled_from(("drop", "spoil", "repeat", "cut"))):
            case "drop":
                del segments[place]
            case "spoil":
                segment[data.draw(st.integers(1, max(1, len(segment) - 1))) % len(segment)] = data.draw(_ODD)
            case "repeat":
                segments.insert(data.draw(st.integers(0, len(segments))), list(segment))
            case _:
                del segment[data.draw(st.integers(1, len(segment))) :]
    for found in read_claims(segments, Delimiters(), f"837{kind}"):
        assert (found.submission is None) == bool(found.findings)


def test_claims_of_a_family_share_their_levels() -> None:
    own = msgspec.structs.replace(PROFESSIONAL, patient=None, relationship="18")
    levels = [segment[1:] for segment in written([own, own, PROFESSIONAL, PROFESSIONAL, own]) if segment[0] == "HL"]
    assert levels == [
        ["1", "", "20", "1"],
        ["2", "1", "22", "0"],
        ["3", "1", "22", "1"],
        ["4", "3", "23", "0"],
        ["5", "1", "22", "0"],
    ]
    kinds = [key for key, _ in groupby(written([own, own, PROFESSIONAL])[1:], key=lambda segment: segment[0] == "CLM")]
    assert kinds.count(True) == 3

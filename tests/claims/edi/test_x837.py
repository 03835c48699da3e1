"""The reader on real files: every claim found, every cent kept; and what it says of claims that can not be taken."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.edi.x837 import ReadClaim, read_claims
from claims.facts import Submission
from tests.edi.samples import SEGMENTS
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.tokens import Delimiters, read_set

SHARED = Path(__file__).parents[4] / "shared" / "edi"
needs_files = pytest.mark.skipif(not SHARED.exists(), reason="the real X12 files are not here")

# Valid by their marks, and yet no claim that could be adjudicated.
_NO_CLAIM = {
    # CLM02 is 500, the one line 12.25.
    "837P/imsweb__x12_no_errors.edi": "out_of_balance",
    # Dental claims, no predeterminations, without any date of service.
    "837D/stupidedi__X224A2-multiple-tooth-numbers.edi": "service_date_missing",
    "837D/stupidedi__X224A2-sales-tax.edi": "service_date_missing",
}
# Predeterminations by guides of their own (X291, X292), which the door refuses: they have no date of service.
_OTHER_GUIDES = ("stupidedi__X291", "stupidedi__X292")


def _rows() -> list[dict[str, str]]:
    if not SHARED.exists():
        return []
    with (SHARED / "INDEX.csv").open() as rows:
        return [
            row for row in csv.DictReader(rows) if row["transaction"].startswith("837") and row["status"] == "valid"
        ]


def claims_of(name: str, transaction: str = "") -> list[ReadClaim]:
    transaction = transaction or name.split("/")[-2]
    with (SHARED / name).open("rb") as stream:
        return [
            claim
            for one in list(transaction_sets(stream))
            if isinstance(one, SetRef)
            for claim in read_claims(
                read_set(stream, one.offset, one.length, one.delimiters), one.delimiters, transaction
            )
        ]


def claim_of(name: str, place: int = 0) -> Submission:
    submission = claims_of(name)[place].submission
    assert submission is not None
    return submission


@needs_files
@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["file"])
def test_every_claim_of_a_valid_file_is_read(row: dict[str, str]) -> None:
    name = row["file"]
    found = claims_of(name, row["transaction"])
    assert len(found) == int(row["count"])
    if any(other in name for other in _OTHER_GUIDES):
        assert {finding.code for claim in found for finding in claim.findings} == {"service_date_missing"}
        return
    expected = _NO_CLAIM.get(name, "")
    for claim in found:
        assert [finding.code for finding in claim.findings] == ([expected] if expected else [])
        assert claim.trace.patient_control_number
        if not expected:
            assert claim.submission is not None
            assert claim.submission.billed_amount == sum(line.billed_amount for line in claim.submission.lines)
            assert claim.submission.lines[0].number == 1
            assert all(line.service_from <= line.service_to for line in claim.submission.lines)


@needs_files
def test_a_child_is_taken_by_ambulance_after_an_accident() -> None:
    claim = claim_of("837P/stupidedi__X222A1-ambulance.edi")
    assert (claim.kind, claim.facility_code, claim.frequency_code) == ("P", "41", "1")
    assert (claim.subscriber.last_name, claim.patient, claim.relationship) == ("JONES", None, "18")
    assert (claim.accident_codes, claim.accident_on) == (("OA",), date(2005, 2, 8))
    assert claim.billing_provider.taxonomy_code == "3416L0300X"
    assert claim.diagnoses == ("8628", "E8888", "9592", "8540")
    assert [line.procedure_code for line in claim.lines] == ["A0427", "A0425", "A0422", "A0382"]
    first, mileage = claim.lines[:2]
    assert (first.billed_amount, first.modifiers, first.is_emergency) == (Decimal("700.00"), ("RH",), True)
    assert (mileage.units_count, mileage.billed_amount) == (Decimal(21), Decimal("8.20"))
    assert first.diagnosis_pointers == (1, 2, 3, 4)
    assert first.note == "CARDIAC EMERGENCY"
    assert first.control_number == "1001"


@needs_files
def test_anesthesia_is_told_in_minutes() -> None:
    claim = claim_of("837P/stupidedi__X222A1-anesthesia.edi")
    assert [(line.unit_basis, line.units_count) for line in claim.lines] == [("MJ", Decimal(61))]


@needs_files
def test_a_hospital_bills_what_medicare_left() -> None:
    claim = claim_of("837I/stupidedi__X223A2-837-institutional-claim.edi")
    assert (claim.facility_code, claim.frequency_code) == ("14", "1")
    assert (claim.admission_type, claim.discharge_status) == ("3", "01")
    assert (claim.statement_from, claim.statement_to) == (date(1996, 9, 11), date(1996, 9, 11))
    assert (claim.diagnoses, claim.attending_npi) == (("3669", "4019", "79431"), "")
    assert [(one.code, one.on) for one in claim.occurrences] == [
        ("A1", date(1926, 11, 11)),
        ("A2", date(1991, 11, 1)),
        ("B1", date(1926, 11, 11)),
        ("B2", date(1987, 1, 1)),
    ]
    assert [(one.code, one.amount) for one in claim.values] == [("A2", Decimal("15.31"))]
    assert claim.condition_codes == ("09",)
    assert [(line.revenue_code, line.procedure_code, line.billed_amount) for line in claim.lines] == [
        ("0305", "85025", Decimal("13.39")),
        ("0730", "93005", Decimal("76.54")),
    ]
    (other,) = claim.other_payers
    assert (other.name, other.number, other.sequence, other.group_number) == ("STATE TEACHERS", "1135", "S", "351630")
    assert (other.relationship, other.subscriber_number) == ("01", "222004433")


@needs_files
def test_a_repriced_claim_keeps_both_amounts() -> None:
    claim = claim_of("837P/stupidedi__X222A1-ppo-repriced-claim.edi")
    assert claim.repricing is not None
    assert claim.repricing.method == "03"
    assert claim.repricing.allowed_amount + (claim.repricing.savings_amount or 0) == claim.billed_amount
    assert all(line.repricing is not None for line in claim.lines)
    assert claim.clearinghouse_number == "061505501749388"
    assert claim.rendering_provider is not None
    assert claim.rendering_provider.name == "ANTHONY"


@needs_files
def test_the_first_payer_s_decision_comes_with_the_claim() -> None:
    claim = claim_of("837P/lfh__demo.cob.example4.edi")
    (other,) = claim.other_payers
    assert other.paid_amount == sum(line.other_payers[0].paid_amount for line in claim.lines)
    for line in claim.lines:
        (decided,) = line.other_payers
        taken = sum(one.amount for one in decided.adjustments)
        assert line.billed_amount - taken == decided.paid_amount


@needs_files
def test_drugs_come_with_their_codes() -> None:
    claim = claim_of("837P/stupidedi__X222A1-drug-administered-in-the-physician-office.edi")
    drugs = [(line.ndc, line.ndc_unit, line.ndc_units_count) for line in claim.lines if line.ndc]
    assert drugs == [("00026063512", "ML", Decimal(10))]


@needs_files
def test_teeth_and_a_predetermination() -> None:
    claim = claim_of("837D/stupidedi__X224A2-predetermination-of-benefits.edi")
    assert claim.is_predetermination
    # Nothing was done yet: the day is that of the set.
    assert claim.service_from == date(2006, 11, 23)
    assert claim.lines[0].tooth_numbers == ("13",)


@needs_files
@pytest.mark.parametrize(("word", "code"), [("replacement", "7"), ("void", "8")])
def test_corrections_name_what_they_correct(word: str, code: str) -> None:
    for kind in "PID":
        (name,) = (SHARED / "derived" / f"837{kind}").glob(f"{word}-of-*.edi")
        claim = claim_of(f"derived/837{kind}/{name.name}")
        assert claim.frequency_code == code
        assert claim.original_claim_number


# --- What can not be taken -------------------------------------------------------------------------------------------


def read_with(change: Callable[[list[list[str]]], None]) -> list[ReadClaim]:
    segments = [list(segment) for segment in SEGMENTS]
    change(segments)
    return list(read_claims(segments, Delimiters(), "837P"))


def at(segments: list[list[str]], name: str, place: int = 0) -> list[str]:
    return [segment for segment in segments if segment[0] == name][place]


def test_the_sample_reads_clean() -> None:
    first, second = read_with(lambda segments: None)
    assert first.submission is not None
    assert second.submission is not None
    assert (first.first_ordinal, first.last_ordinal) == (19, 29)
    assert (second.first_ordinal, second.last_ordinal) == (36, 40)
    assert second.submission.patient is not None
    assert second.submission.patient.first_name == "TIM"
    assert second.submission.subscriber.number == "M0000001"
    assert second.trace.member_number == "M0000001"
    assert first.header.reference == "B-1"
    assert first.header.submitter_number == "OAK01"


def _unreadable_amount(segments: list[list[str]]) -> None:
    at(segments, "SV1")[2] = "1O0"


def _third_decimal(segments: list[list[str]]) -> None:
    at(segments, "SV1")[2] = "100.001"


def _no_such_day(segments: list[list[str]]) -> None:
    at(segments, "DTP", 1)[3] = "20260231"


def _backwards(segments: list[list[str]]) -> None:
    at(segments, "DTP", 2)[3] = "20260803-20260802"


@pytest.mark.parametrize("change", [_unreadable_amount, _third_decimal, _no_such_day, _backwards])
def test_what_can_not_be_read_spoils_one_claim(change: Callable[[list[list[str]]], None]) -> None:
    first, second = read_with(change)
    assert [finding.code for finding in first.findings] == ["unreadable"]
    assert first.submission is None
    assert first.trace.last_name == "ALDER"
    assert first.trace.billed_amount == Decimal("150.50")
    assert second.findings == ()


def test_a_bad_claim_does_not_spoil_the_next_of_the_same_subscriber() -> None:
    def change(segments: list[list[str]]) -> None:
        at(segments, "SV1")[2] = "1O0"
        segments[29:29] = [["CLM", "PCN-3", *SEGMENTS[18][2:]], *SEGMENTS[19:29]]

    first, second, third = read_with(change)
    assert first.findings
    assert (second.trace.patient_control_number, second.findings) == ("PCN-3", ())
    assert third.findings == ()


def test_a_wrong_birth_date_spoils_the_claims_of_that_person_only() -> None:
    def change(segments: list[list[str]]) -> None:
        at(segments, "DMG", 1)[2] = "20151305"

    first, second = read_with(change)
    assert first.findings == ()
    (finding,) = second.findings
    assert (finding.code, finding.segment, finding.ordinal) == ("unreadable", "DMG", 35)


def test_a_claim_out_of_balance_says_by_how_much() -> None:
    def change(segments: list[list[str]]) -> None:
        at(segments, "CLM")[2] = "150.51"

    first, _second = read_with(change)
    (finding,) = first.findings
    assert (finding.code, finding.ordinal) == ("out_of_balance", 19)
    assert "150.50" in finding.note


def test_a_claim_without_lines_or_dates() -> None:
    def no_lines(segments: list[list[str]]) -> None:
        del segments[37:40]

    def no_date(segments: list[list[str]]) -> None:
        segments.remove(at(segments, "DTP", 3))

    assert [finding.code for finding in read_with(no_lines)[1].findings] == ["lines_missing"]
    assert [finding.code for finding in read_with(no_date)[1].findings] == ["service_date_missing"]


def test_a_set_that_breaks_off_gives_its_last_claim_too() -> None:
    found = list(read_claims(SEGMENTS[:28], Delimiters(), "837P"))
    assert [claim.trace.patient_control_number for claim in found] == ["PCN-1"]


def test_another_payer_s_authorization_is_not_ours() -> None:
    def change(segments: list[list[str]]) -> None:
        line = segments.index(["DTP", "472", "D8", "20260802"])
        segments[line + 1 : line + 1] = [["REF", "G1", "THEIRS", "", "2U:OP1"], ["REF", "G1", "OURS"]]

    submission = read_with(change)[0].submission
    assert submission is not None
    assert submission.lines[0].authorization_number == "OURS"


def test_segments_are_not_changed_by_reading() -> None:
    before = [list(segment) for segment in SEGMENTS]
    list(read_claims(SEGMENTS, Delimiters(), "837P"))
    assert before == SEGMENTS

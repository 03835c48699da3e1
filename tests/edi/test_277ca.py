"""Claims are answered one by one, and the answer holds against a checker of its own and our guide."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
import yaml

from claims.edi.claim_rules import CLAIM_STATUS
from claims.edi.claim_statuses import statuses_of
from claims.edi.guides import OUTBOUND
from claims.edi.trace import ClaimTrace
from claims.edi.x277ca import (
    ClaimAcknowledgment,
    ClaimAnswer,
    read_claim_answers,
    write_acknowledgments,
    write_claim_answers,
)
from claims.edi.x837 import SetHeader, read_claims
from claims.facts import SubmittedProvider
from tests.edi.checker_277ca import check_277ca
from tests.edi.samples import SEGMENTS
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.examine import answer_set
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import Parties

SHARED = Path(__file__).parents[3] / "shared"
INDEX = SHARED / "edi" / "INDEX.csv"
ORACLE = SHARED / "oracles" / "09_edi_835_837_payments.yaml"
AT = datetime(2026, 11, 24, 10, 30)
HEADER = SetHeader(reference="B-1", submitter_name="Oakridge Billing", submitter_number="OAK01")
CLINIC = SubmittedProvider(name="Oakridge Family Care", npi="1234567893", tin="371234567")
DENTIST = SubmittedProvider(name="Birch", first_name="John", entity="1", tin="371234568")
TRACE = ClaimTrace(
    patient_control_number="PCN-1",
    billed_amount=Decimal("150.50"),
    billing_provider=CLINIC,
    last_name="Alder",
    first_name="Rose",
    member_number="M0000001",
    clearinghouse_number="C1",
    service_from=date(2026, 8, 2),
    service_to=date(2026, 8, 3),
)
ACCEPTED = ClaimAnswer(trace=TRACE, claim_number="00000000018")
ALL_CODES = (
    *CLAIM_STATUS,
    *("member_not_found", "member_ambiguous", "patient_not_found", "provider_not_known", "wrong_payer"),
    *("duplicate_claim", "replaced_claim_not_found", "replaced_claim_was_replaced", "original_claim_number_missing"),
    *("lines_missing", "service_date_missing", "other_payer_out_of_balance", "syntax", "unreadable", "never heard of"),
)


def rejected(code: str, **fields: object) -> ClaimAnswer:
    trace = msgspec.structs.replace(TRACE, patient_control_number=f"P-{code}"[:20])
    return msgspec.structs.replace(ClaimAnswer(trace=trace, code=code), **fields)


def written(*answers: ClaimAnswer, header: SetHeader = HEADER) -> str:
    out = BytesIO()
    acknowledgment = ClaimAcknowledgment(
        reference="77",
        payer_name="Steward Administrators",
        payer_number="STEWARD01",
        received_on=date(2026, 11, 23),
        at=AT,
        set_answers=read_claim_answers(write_claim_answers(header, answers)),
    )
    write_acknowledgments(
        out,
        [acknowledgment],
        parties=Parties(("ZZ", "STEWARD01"), ("ZZ", "OAK01")),
        control_number=5,
        group_number=6,
        at=AT,
        usage="P",
    )
    return out.getvalue().decode()


def lines_of(text: str) -> list[str]:
    return text.split("~")


def faults_of(text: str) -> list[object]:
    """What our guide and the independent checker say of it."""
    found: list[object] = list(check_277ca(text))
    stream = BytesIO(text.encode())
    for reference in transaction_sets(stream):
        assert isinstance(reference, SetRef), reference
        verdict = answer_set(stream, reference, OUTBOUND).verdict
        assert verdict is not None
        found += verdict.findings
    return found


def test_accepted_and_rejected_claims_with_totals() -> None:
    answers = (
        ACCEPTED,
        rejected("member_not_found", note="No such member."),
        rejected("out_of_balance", ordinal=19, segment="CLM", element=2, note="its lines add up to 140.00"),
        ClaimAnswer(
            trace=msgspec.structs.replace(TRACE, billing_provider=DENTIST, service_to=TRACE.service_from),
            claim_number="00000000026",
        ),
    )
    text = written(*answers)
    assert faults_of(text) == []
    told = lines_of(text)
    assert told[2:27] == [
        "ST*277*0001*005010X214",
        "BHT*0085*08*77*20261124*103000*TH",
        "HL*1**20*1",
        "NM1*PR*2*Steward Administrators*****PI*STEWARD01",
        "TRN*1*77",
        "DTP*050*D8*20261123",
        "DTP*009*D8*20261124",
        "HL*2*1*21*1",
        "NM1*41*2*Oakridge Billing*****46*OAK01",
        "TRN*2*B-1",
        "STC*A1:19:PR*20261124*WQ*602",
        "QTY*90*2",
        "QTY*AA*2",
        "AMT*YU*301",
        "AMT*YY*301",
        "HL*3*2*19*1",
        "NM1*85*2*Oakridge Family Care*****XX*1234567893",
        "TRN*1*77.1",
        "STC*A1:19:PR**WQ*451.5",
        "QTY*QA*1",
        "QTY*QC*2",
        "AMT*YU*150.5",
        "AMT*YY*301",
        "HL*4*3*PT",
        "NM1*QC*1*Alder*Rose****MI*M0000001",
    ]
    assert told[27:32] == [
        "TRN*2*PCN-1",
        "STC*A2:20*20261124*WQ*150.5",
        "REF*1K*00000000018",
        "REF*D9*C1",
        "DTP*472*RD8*20260802-20260803",
    ]
    assert "STC*A3:33:IL*20261124*U*150.5********No such member." in told
    assert "STC*A7:400*20261124*U*150.5******A7:178**CLM02 in segment 19  its lines add up to 140.00" in told
    assert "NM1*85*1*Birch*John****FI*371234568" in told
    assert told[-9:-4] == [
        "TRN*2*PCN-1",
        "STC*A2:20*20261124*WQ*150.5",
        "REF*1K*00000000026",
        "REF*D9*C1",
        "DTP*472*D8*20260802",
    ]


@pytest.mark.parametrize("code", ALL_CODES)
@pytest.mark.parametrize("segment", ["", "CLM", "SV1", "DTP", "DMG", "HI", "AMT"])
def test_every_finding_has_statuses_that_hold(code: str, segment: str) -> None:
    assert faults_of(written(ACCEPTED, rejected(code, segment=segment, ordinal=3 if segment else 0))) == []


def test_every_finding_of_a_single_claim_is_known() -> None:
    unknown = statuses_of("never heard of")
    assert [code for code in ALL_CODES[:-1] if code != "unreadable" and statuses_of(code) == unknown] == []


def test_all_rejected_and_none_at_all() -> None:
    assert faults_of(written(rejected("member_not_found"), rejected("duplicate_claim"))) == []
    assert faults_of(written()) == []


def test_a_claim_without_readable_dates_or_amounts_is_still_answered() -> None:
    bare = ClaimTrace(patient_control_number="P", billing_provider=CLINIC, last_name="X", bill_type="111")
    text = written(ClaimAnswer(trace=bare, code="unreadable", segment="DTP"))
    assert faults_of(text) == []
    assert "REF*BLT*111~DTP*472*D8*20261123~" in text


def test_what_was_read_is_answered() -> None:
    claims = list(read_claims(SEGMENTS, Delimiters(), "837P"))
    answers = [ClaimAnswer(trace=claim.trace, claim_number="00000000018") for claim in claims]
    text = written(*answers, header=claims[0].header)
    assert faults_of(text) == []
    assert "NM1*QC*1*ALDER*TIM****MI*M0000001~TRN*2*PCN-2~" in text


def test_numbers_that_hold_our_delimiters_come_back_as_they_were() -> None:
    text = written(
        msgspec.structs.replace(ACCEPTED, trace=msgspec.structs.replace(TRACE, patient_control_number="A:1*2"))
    )
    assert "TRN|2|A:1*2~STC|A2>20|" in text
    assert faults_of(text) == []


def test_answers_are_kept_to_the_letter() -> None:
    answers = (ACCEPTED, rejected("syntax", ordinal=4, segment="HI", element=1, note="ü"))
    kept = read_claim_answers(write_claim_answers(HEADER, answers))
    assert kept.header == HEADER
    assert kept.answers == answers
    assert answers[1].place == "HI01 in segment 4"


def _real_files() -> list[str]:
    if not INDEX.exists():
        return []
    with INDEX.open() as rows:
        return [
            row["file"] for row in csv.DictReader(rows) if row["transaction"] == "277CA" and row["status"] == "valid"
        ]


@pytest.mark.skipif(not INDEX.exists(), reason="the real X12 files are not here")
@pytest.mark.parametrize("name", _real_files())
def test_the_checker_takes_real_valid_files(name: str) -> None:
    found = check_277ca((SHARED / "edi" / name).read_text())
    # Their authors wrote figures that the claims do not show, and one a day that never was.
    assert [
        problem for problem in found if "says" not in problem and "20230229" not in problem and "STC04" not in problem
    ] == []


@pytest.mark.skipif(not ORACLE.exists(), reason="the oracle is not here")
def test_categories_are_those_of_the_oracle() -> None:
    (case,) = [one for one in yaml.safe_load(ORACLE.read_text())["cases"] if one["id"] == "277CA-CATEGORIES"]
    rejecting = set(case["expected"]["rejecting"])
    used = {status.category for code in ALL_CODES for status in statuses_of(code)}
    assert used <= rejecting
    assert "STC*A2:20*" in written(ACCEPTED)

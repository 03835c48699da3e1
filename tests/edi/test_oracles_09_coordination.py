"""Topic 09 where it is about following another payer: whose comes first, what is told where, how money travels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from claims.edi.claim_rules import ClaimRules
from claims.edi.x835 import ClaimPayment, Remittance, remittance_segments
from claims.edi.x835_parts import BankTransfer, Payee, PayerParty, RemittanceName
from claims.edi.x835_reader import read_remittance
from employers.coordination.order_of_benefits import Patient, place_of
from employers.coordination.place import AFTER, BEFORE
from employers.facts import CoverageFact, MemberFact, OrderFacts, OtherCoverageFact, OurSideFact
from tpa.foundation.x12.check import Part
from tpa.foundation.x12.writer import STANDARD

ORACLE = Path(__file__).parents[3] / "shared" / "oracles" / "09_edi_835_837_payments.yaml"
pytestmark = pytest.mark.skipif(not ORACLE.exists(), reason="the oracle is not here")
DAY = date(2026, 3, 4)


def _case(name: str) -> dict[str, Any]:
    (case,) = [one for one in yaml.safe_load(ORACLE.read_text())["cases"] if one["id"] == name]
    return dict(case)


@pytest.mark.parametrize(
    ("ours", "other", "verdict"), [("parent_A", "parent_B", AFTER), ("parent_B", "parent_A", BEFORE)]
)
def test_payers_follow_the_parents_birthdays(ours: str, other: str, verdict: str) -> None:
    """837-COB-EX3-BIRTHDAY, with each parent's plan as ours."""
    case = _case("837-COB-EX3-BIRTHDAY")
    given = case["inputs"]
    assert given["parent_A"]["plan"] in case["expected"]["primary"]
    sexes, holders = {"parent_A": "F", "parent_B": "M"}, {"parent_A": "mother", "parent_B": "father"}
    born = date.fromisoformat(given[other]["dob"])
    order = OrderFacts(holder=holders[other], holder_birth_on=born, standing="active", parents="together")
    cover = OtherCoverageFact(member_id=1, kind="group", payer_name=given[other]["plan"], starts_on=DAY, order=order)
    patient = Patient(
        MemberFact(member_id=1, family_id=1, employer_id=1, relationship="19", birth_on=date(1973, 5, 1)),
        (CoverageFact(member_id=1, plan_id=1, tier="FAM", starts_on=DAY),),
        OurSideFact(subscriber_birth_on=date.fromisoformat(given[ours]["dob"]), subscriber_sex=sexes[ours]),
        DAY,
    )
    place = place_of(cover, patient)
    assert (place.verdict, place.rule) == (verdict, "birthday")


def test_what_is_left_to_the_patient_is_told_once() -> None:
    """837-COB-LEVEL-RULE: of the claim or of its lines, and each alone is taken."""
    case = _case("837-COB-LEVEL-RULE")
    payer, left = case["inputs"]["other_payer"], case["inputs"]["claim_level_eaf"]
    (of_line,) = case["inputs"]["line_level_eaf"]
    at_claim, at_line = (["AMT", "EAF", left], "2320"), (["AMT", "EAF", of_line], "2430")
    assert _codes(payer, at_claim, at_line) == ["remaining_liability_twice"]
    assert _codes(payer, at_claim) == _codes(payer, at_line) == []
    assert _codes(payer, at_claim, (["AMT", "EAF", of_line], "2430"), line_payer="P2") == []
    assert case["expected"]["accept"] is False


def _codes(payer: str, *told: tuple[list[str], str], line_payer: str = "") -> list[str]:
    rows = [
        (["CLM", "A", "100", "", "", "11:B:1"], "2300"),
        (["SBR", "P", "18"], "2320"),
        *(one for one in told if one[1] == "2320"),
        (["NM1", "PR", "2", "OTHER", "", "", "", "", "PI", payer], "2330B"),
        (["SV1", "HC:99213", "100", "UN", "1"], "2400"),
        (["SVD", line_payer or payer, "60"], "2430"),
        *(one for one in told if one[1] == "2430"),
    ]
    part = Part("2300", 1, segments=[row for row, _loop in rows], loops=[loop for _row, loop in rows])
    return [finding.code for finding in ClaimRules()(part)]


@pytest.mark.parametrize("number", range(3))
def test_how_a_payment_travels_is_read_and_written_as_published(number: int) -> None:
    """BPR-CODES-READ: what is read, and the two of them that we write ourselves."""
    sample = _case("BPR-CODES-READ")["inputs"]["samples"][number]
    bank = BankTransfer(
        payer_routing_number="1", payer_account_number="2", payee_routing_number="3", payee_account_number="4"
    )
    segments = [["ST", "835", "1"], ["BPR", sample["bpr01"], "10", "C", sample["bpr04"], *[""] * 11, "20260304"]]
    assert read_remittance(segments, STANDARD).method == sample["bpr04"]
    if sample["bpr01"] == "I":
        method = sample["bpr04"]
        claim = ClaimPayment(
            patient_control_number="A",
            status="1",
            billed_amount=Decimal(10),
            paid_amount=Decimal(10),
            claim_number="1",
            patient=RemittanceName(last_name="DOE"),
        )
        remittance = Remittance(
            payer=PayerParty(name="P", tin="1", address_line="", city="", state="", postal_code="", contact_name=""),
            payee=Payee(name="E"),
            method=method,
            trace_number="T",
            paid_on=DAY,
            amount=Decimal(10),
            bank=bank if method == "ACH" else None,
            claims=(claim,),
        )
        written = next(iter(remittance_segments(remittance)))
        assert (written[1], written[4], written[5]) == ("I", method, sample.get("bpr05", ""))

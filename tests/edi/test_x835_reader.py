"""What we write we read; what others write as the oracle has it; of theirs only what is of one claim of ours counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from claims.adjudication.engine.facts import ClaimFacts, RemittanceFact, RemittedLine
from claims.adjudication.engine.prior_payers import payers_before_us, prior_payments
from claims.edi.prior_remittance import is_of, prior_remittance
from claims.edi.remittance_balance import OutOfBalance, check_balance, check_claim
from claims.edi.x835 import Cas, ClaimPayment, LinePayment, Remittance, remittance_segments, reversal_of
from claims.edi.x835_parts import Payee, PayerParty, ProviderAdjustment, RemittanceName
from claims.edi.x835_reader import Unreadable, read_remittance
from claims.facts import (
    OtherPayer,
    OtherPayerLine,
    PriorAdjustment,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
)
from employers.facts import MemberFact
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.tokens import Delimiters, read_set
from tpa.foundation.x12.writer import STANDARD

SHARED = Path(__file__).parents[3] / "shared"
ORACLE = SHARED / "oracles" / "09_edi_835_837_payments.yaml"
FILES = sorted((SHARED / "edi" / "835").glob("*")) if SHARED.is_dir() else []
needs_oracle = pytest.mark.skipif(not ORACLE.exists(), reason="the oracle is not here")
DAY = date(2026, 3, 4)
D = Decimal


def _cases() -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in yaml.safe_load(ORACLE.read_text())["cases"]} if ORACLE.exists() else {}


REMITTANCES = [case for case in _cases().values() if "transaction" in case["inputs"]]


# --- What we write we read -------------------------------------------------------------------------------------------

Cents = st.integers(1, 500_000).map(lambda cents: D(cents) / 100)
Words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)


@st.composite
def lines(draw: st.DrawFn) -> LinePayment:
    paid, taken = draw(Cents), draw(st.lists(Cents, max_size=3))
    codes = iter(("45", "1", "2", "3"))
    return LinePayment(
        billed_amount=paid + sum(taken),
        paid_amount=paid,
        service_from=DAY,
        service_to=draw(st.sampled_from([DAY, date(2026, 3, 6)])),
        procedure_code=draw(st.sampled_from(["99213", "J3301"])),
        modifiers=tuple(draw(st.lists(st.sampled_from(["25", "59"]), max_size=2, unique=True))),
        control_number=draw(st.sampled_from(["", "L1"])),
        adjustments=tuple(Cas(group="PR", carc=next(codes), amount=amount) for amount in taken),
        allowed_amount=draw(st.none() | Cents),
        paid_units_count=D(draw(st.integers(1, 9))),
    )


@st.composite
def remittances(draw: st.DrawFn) -> Remittance:
    claims = []
    for _number in range(draw(st.integers(1, 3))):
        of_claim = draw(st.lists(lines(), min_size=1, max_size=3))
        claim = ClaimPayment(
            patient_control_number=draw(Words),
            status=draw(st.sampled_from(["1", "2", "3"])),
            billed_amount=sum((line.billed_amount for line in of_claim), D("0.00")),
            paid_amount=sum((line.paid_amount for line in of_claim), D("0.00")),
            claim_number=draw(Words),
            patient=RemittanceName(last_name=draw(Words), first_name=draw(Words), qualifier="MI", number="1"),
            statement_from=DAY,
            lines=tuple(of_claim),
        )
        claims += [claim, reversal_of(claim), claim] if draw(st.booleans()) else [claim]
    paid = sum((claim.paid_amount for claim in claims), D("0.00"))
    return Remittance(
        payer=PayerParty(
            name=draw(Words),
            tin="123456789",
            address_line="A",
            city="C",
            state="OH",
            postal_code="44304",
            contact_name="",
            payer_number="P1",
        ),
        payee=Payee(name="E", npi="1234567893"),
        method="CHK",
        trace_number="T1",
        paid_on=DAY,
        amount=paid + 5,
        claims=tuple(claims),
        provider_adjustments=(ProviderAdjustment(reason="CS", amount=D("-5.00"), reference="X"),),
        produced_on=DAY,
    )


@given(remittances())
def test_what_we_write_we_read(written: Remittance) -> None:
    segments = [["ST", "835", "1"], *remittance_segments(written), ["SE", "9", "1"]]
    read = read_remittance(segments, STANDARD)
    check_balance(read)
    assert read == written


@pytest.mark.parametrize(
    "segment", [["CLP", "A", "1", "x", "0"], ["BPR", "I", "1", "C", "CHK", *[""] * 11, "20261399"]]
)
def test_what_can_not_be_read_is_named(segment: list[str]) -> None:
    with pytest.raises(Unreadable, match=segment[0]):
        read_remittance([["ST", "835", "1"], segment], STANDARD)


def test_a_payment_without_a_day_can_not_be_read() -> None:
    with pytest.raises(Unreadable, match="day"):
        read_remittance([["ST", "835", "1"], ["BPR", "I", "1", "C", "CHK"]], STANDARD)


# --- What others write -----------------------------------------------------------------------------------------------


def _segments(transaction: dict[str, Any]) -> list[list[str]]:
    segments = [
        ["ST", "835", transaction["st"]],
        ["BPR", "I", transaction["bpr_amount"], "C", transaction["bpr_method"]],
    ]
    segments.append(["DTM", "405", "20261124"])
    for claim in transaction["claims"]:
        figures = [claim["charge"], claim["paid"], claim["patient_resp"]]
        segments.append(["CLP", claim["clp01"], claim["status"], *figures, "12", "X"])
        segments += [["CAS", *one] for one in claim["cas"]]
        for line in claim["lines"]:
            segments.append(["SVC", line["proc"], line["charge"], line["paid"]])
            segments += [["CAS", *one] for one in line["cas"]]
    if transaction["plb"]:
        segments.append(["PLB", "X", "20261231", *[part for one in transaction["plb"] for part in one]])
    return segments


@needs_oracle
@pytest.mark.parametrize("case", REMITTANCES, ids=lambda case: case["id"])
def test_the_reader_reproduces_the_oracle(case: dict[str, Any]) -> None:
    transaction, expected = case["inputs"]["transaction"], case["expected"]
    component = ">" if any(">" in line["proc"] for claim in transaction["claims"] for line in claim["lines"]) else ":"
    read = read_remittance(_segments(transaction), Delimiters("*", "^", component, "~"))
    claims = sum((claim.paid_amount for claim in read.claims), D(0))
    beside = sum((one.amount for one in read.provider_adjustments), D(0))
    assert (claims, beside, claims - beside) == tuple(
        D(expected[name]) for name in ("sum_clp04", "sum_plb", "required_bpr02")
    )
    assert read.amount == D(expected["bpr02_in_file"])
    assert (read.amount == claims - beside) is expected["transaction_balances"]
    out = [claim.patient_control_number for claim in read.claims if not _balances(claim)]
    assert out == expected["claims_out_of_balance"]
    for told, claim in zip(transaction["claims"], read.claims, strict=True):
        every = [*claim.adjustments, *(one for line in claim.lines for one in line.adjustments)]
        assert sum((one.amount for one in every), D(0)) == claim.billed_amount - claim.paid_amount
        assert [line.paid_amount for line in claim.lines] == [D(line["paid"]) for line in told["lines"]]


def _balances(claim: ClaimPayment) -> bool:
    try:
        check_claim(claim)
    except OutOfBalance:
        return False
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_real_files_are_read_or_refused_and_never_break(file: Path) -> None:
    with file.open("rb") as stream:
        for one in list(transaction_sets(stream)):
            if isinstance(one, SetRef) and one.identifier == "835":
                segments = list(read_set(stream, one.offset, one.length, one.delimiters))
                try:
                    read = read_remittance(segments, one.delimiters)
                except Unreadable:
                    continue
                assert len(read.claims) == sum(segment[0] == "CLP" for segment in segments)


# --- A claim that reports the payer before us ------------------------------------------------------------------------


def _claim(*billed: str, **more: Any) -> Submission:
    return Submission(
        kind="P",
        patient_control_number="PC1",
        billed_amount=sum((D(one) for one in billed), D(0)),
        subscriber=SubmittedPerson(last_name="Reyes"),
        billing_provider=SubmittedProvider(name="Clinic", npi="1234567893"),
        payer_sequence="S",
        lines=tuple(
            SubmittedLine(
                number=number, billed_amount=D(one), service_from=DAY, service_to=DAY, procedure_code=f"9921{number}"
            )
            for number, one in enumerate(billed, 1)
        ),
        **more,
    )


def _payments(submission: Submission, *told: RemittanceFact) -> list[tuple[Decimal, Decimal | None]]:
    facts = ClaimFacts(
        claim_number="C1",
        received_on=DAY,
        decided_on=DAY,
        submission=submission,
        member=MemberFact(member_id=1, family_id=1, employer_id=1, relationship="18"),
        billing_provider_id=1,
        prior_remittances=told,
    )
    found = prior_payments(submission, payers_before_us(facts))
    assert found is not None
    return [(one.paid_amount, one.left_amount) for one in found]


@needs_oracle
def test_what_the_first_payer_did_at_the_claim_and_at_its_lines_adds_up() -> None:
    """837-COB-EX3-BALANCE: what stands at the claim comes off what the lines were paid."""
    case = _cases()["837-COB-EX3-BALANCE"]
    given, expected = case["inputs"], case["expected"]
    cas = [PriorAdjustment(group=group, carc=carc, amount=D(amount)) for group, carc, amount in given["claim_cas"]]
    submission = _claim(*[line["charge"] for line in given["lines"]])
    lines = tuple(
        replace(
            line,
            other_payers=(
                OtherPayerLine(
                    payer_number="A",
                    paid_amount=D(told["svd_paid"]),
                    adjustments=tuple(
                        PriorAdjustment(group=group, carc=carc, amount=D(amount)) for group, carc, amount in told["cas"]
                    ),
                ),
            ),
        )
        for line, told in zip(submission.lines, given["lines"], strict=True)
    )
    payer = OtherPayer(name="A", number="A", paid_amount=D(given["amt_d_payer_paid"]), adjustments=tuple(cas))
    found = _payments(replace(submission, lines=lines, other_payers=(payer,)))
    assert sum(D(line["svd_paid"]) for line in given["lines"]) == D(expected["sum_svd_paid"])
    assert sum(paid for paid, _left in found) == D(expected["sum_svd_less_claim_cas"]) == D(given["amt_d_payer_paid"])
    assert sum(left or D(0) for _paid, left in found) == D(expected["remaining_patient_liability"])


def test_a_remittance_speaks_of_the_lines_by_their_number_or_their_code_and_charge() -> None:
    submission = _claim("100.00", "50.00")
    told = ClaimPayment(
        patient_control_number="PC1",
        status="1",
        billed_amount=D(150),
        paid_amount=D(100),
        claim_number="P9",
        patient=RemittanceName(last_name="REYES"),
        lines=(
            _told("99212", "50", "40", "PR-2 10"),
            _told("99211", "100", "60", "CO-45 15", "PR-1 25"),
        ),
    )
    remittance = Remittance(
        payer=PayerParty(name="Northern", tin="1", address_line="", city="", state="", postal_code="", contact_name=""),
        payee=Payee(name="E"),
        method="CHK",
        trace_number="T",
        paid_on=DAY,
        amount=D(100),
        claims=(told,),
    )
    assert is_of(told, submission)
    assert not is_of(replace(told, billed_amount=D(151)), submission)
    assert not is_of(replace(told, patient=RemittanceName(last_name="RAYES")), submission)
    read = prior_remittance(remittance, told, submission)
    assert [number for number, _entry in read.lines] == [2, 1]
    fact = RemittanceFact(
        payer=read.payer, lines=tuple(RemittedLine(line_number=number, entry=entry) for number, entry in read.lines)
    )
    assert _payments(submission, fact) == [(D(60), D(25)), (D(40), D(10))]
    strange = prior_remittance(remittance, replace(told, lines=(_told("00100", "150", "100"),)), submission)
    assert strange.lines == ()
    assert prior_remittance(remittance, reversal_of(told), submission).is_reversal


def _told(code: str, billed: str, paid: str, *taken: str) -> LinePayment:
    adjustments = []
    for words in taken:
        codes, amount = words.split()
        group, _dash, carc = codes.partition("-")
        adjustments.append(Cas(group=group, carc=carc, amount=D(amount)))
    return LinePayment(
        billed_amount=D(billed),
        paid_amount=D(paid),
        service_from=DAY,
        service_to=DAY,
        procedure_code=code,
        adjustments=tuple(adjustments),
    )

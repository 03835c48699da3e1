"""Remittances: what is written, that it balances, that other validators take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import msgspec
import pytest
import pyx12.params
import pyx12.x12n_document
from hypothesis import given
from hypothesis import strategies as st

from claims.edi.guides import OUTBOUND
from claims.edi.remittance_balance import OutOfBalance
from claims.edi.x835 import (
    Cas,
    ClaimPayment,
    LinePayment,
    Remittance,
    remittance_segments,
    reversal_of,
    write_remittances,
)
from claims.edi.x835_parts import BankTransfer, Payee, PayerParty, ProviderAdjustment, RemittanceName, cas_segments
from tests.edi.balance_checker import check_balance
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.examine import answer_set
from tpa.foundation.x12.writer import Parties

DAY = date(2026, 11, 24)
PAYER = PayerParty(
    name="Steward Administrators",
    tin="987654320",
    address_line="100 Main Street",
    city="Springfield",
    state="IL",
    postal_code="627010001",
    contact_name="Claims Desk",
    phone="8005550100",
    email="claims@example.com",
    payer_number="STEWARD01",
    web="https://example.com",
)
CLINIC = Payee(
    name="Oak Ridge Clinic",
    npi="1234567893",
    tin="371234567",
    address_line="12 Oak Ridge Road",
    city="Springfield",
    state="IL",
    postal_code="627010001",
)
BANK = BankTransfer(
    payer_routing_number="021000021",
    payer_account_number="111",
    payee_routing_number="011000015",
    payee_account_number="222",
)


def line(billed: str = "100", paid: str = "60", *cas: Cas, **fields: Any) -> LinePayment:
    adjustments = cas or (
        Cas(group="CO", carc="45", amount=Decimal(billed) - Decimal(paid) - 15),
        Cas(group="PR", carc="3", amount=Decimal(15), rarcs=("N130",)),
    )
    known: dict[str, Any] = {"service_from": DAY, "service_to": DAY, "procedure_code": "99213"} | fields
    return LinePayment(billed_amount=Decimal(billed), paid_amount=Decimal(paid), adjustments=adjustments, **known)


def claim(*lines: LinePayment, **fields: Any) -> ClaimPayment:
    lines = lines or (line(),)
    known: dict[str, Any] = {
        "patient_control_number": "PCN-1",
        "status": "1",
        "billed_amount": sum((one.billed_amount for one in lines), Decimal(0)),
        "paid_amount": sum((one.paid_amount for one in lines), Decimal(0)),
        "claim_number": "00000000018",
        "patient": RemittanceName(last_name="Alder", first_name="Rosé", qualifier="MI", number="M1"),
        "facility_code": "11",
        "frequency_code": "1",
    }
    return ClaimPayment(lines=lines, **(known | fields))


def remittance(*claims: ClaimPayment, besides: tuple[ProviderAdjustment, ...] = (), **fields: Any) -> Remittance:
    paid = sum((one.paid_amount for one in claims), Decimal(0)) - sum((one.amount for one in besides), Decimal(0))
    known: dict[str, Any] = {
        "payer": PAYER,
        "payee": CLINIC,
        "method": "CHK" if paid else "NON",
        "trace_number": "T000001",
        "paid_on": DAY,
        "amount": paid,
        "claims": claims,
        "provider_adjustments": besides,
    }
    return Remittance(**(known | fields))


def segments(one: Remittance, *names: str) -> list[str]:
    return ["*".join(segment).rstrip("*") for segment in remittance_segments(one) if segment[0] in names]


def written(*remittances: Remittance) -> bytes:
    out = BytesIO()
    write_remittances(
        out,
        remittances,
        parties=Parties(("ZZ", "STEWARD01"), ("ZZ", "CLINIC01")),
        control_number=7,
        at=datetime(2026, 11, 24, 12, 30),
        usage="P",
    )
    return out.getvalue()


INPATIENT = claim(
    line("2400", "1800", procedure_code="", revenue_code="0120", paid_units_count=Decimal(2)),
    line(
        "900.55", "700.1", revenue_code="0300", procedure_code="80053", modifiers=("91",), allowed_amount=Decimal(715)
    ),
    patient_control_number="PCN-2",
    is_inpatient=True,
    covered_days_count=2,
    remark_codes=("MA01", "N1", "N2", "N3", "N4", "N5"),
    drg_code="193",
    drg_weight=Decimal("1.3107"),
    facility_code="11",
    statement_from=DAY,
    statement_to=DAY,
    subscriber=RemittanceName(last_name="Alder", first_name="Max", qualifier="MI", number="M1"),
    rendering=RemittanceName(last_name="Birch", first_name="Ann", qualifier="XX", number="1245319599"),
    corrected_patient=RemittanceName(last_name="Alder", first_name="Rosa", qualifier="C", number="M2"),
    crossover_name="Other Plan",
    crossover_number="OP1",
    group_number="GRP1",
    medical_record_number="MR1",
    original_claim_number="00000000026",
    authorization_number="A1",
    coverage_ended_on=DAY,
    received_on=DAY,
    allowed_amount=Decimal(2515),
    patient_paid_amount=Decimal(20),
)
OUTPATIENT = claim(
    line("150", "90", submitted_code="99214", submitted_units_count=Decimal(2), control_number="L1"),
    line("80", "50", service_to=date(2026, 11, 25), rendering_npi="1245319599", remark_codes=("M25",)),
    remark_codes=("MA07",),
    status="19",
    adjustments=(Cas(group="OA", carc="23", amount=Decimal(40)),),
    paid_amount=Decimal(100),
    group_number="GRP1",
)
BESIDES = (
    ProviderAdjustment(reason="WO", amount=Decimal(60), reference="PCN-9"),
    ProviderAdjustment(reason="FB", amount=Decimal("12.5"), reference="T000000"),
    ProviderAdjustment(reason="L6", amount=Decimal("-3.21"), reference="00000000018"),
    ProviderAdjustment(reason="72", amount=Decimal(-10)),
    ProviderAdjustment(reason="CS", amount=Decimal(5)),
    ProviderAdjustment(reason="WO", amount=Decimal(1)),
    ProviderAdjustment(reason="WO", amount=Decimal(2)),
)
RICH = remittance(INPATIENT, OUTPATIENT, reversal_of(claim()), claim(interest_amount=Decimal("3.21")), besides=BESIDES)
MANY = [
    RICH,
    msgspec.structs.replace(RICH, method="ACH", bank=BANK, trace_number="T000002", receiver_number="CLEAR01"),
    remittance(
        claim(line("100", "0", Cas(group="PR", carc="204", amount=Decimal(100)))),
        payee=Payee(name="Rose Alder", member_number="M1"),
        trace_number="T000003",
    ),
    remittance(reversal_of(claim()), besides=(ProviderAdjustment(reason="FB", amount=Decimal(-60), reference="T4"),)),
    remittance(besides=(ProviderAdjustment(reason="72", amount=Decimal(-10), reference="PCN-3"),), trace_number="T5"),
]


def test_a_claim_is_told_segment_by_segment() -> None:
    assert segments(remittance(OUTPATIENT), "BPR", "CLP", "CAS", "MOA", "SVC", "DTM", "REF", "LQ", "AMT", "N1") == [
        "BPR*I*100*C*CHK************20261124",
        "DTM*405*20261124",
        "N1*PR*Steward Administrators",
        "REF*2U*STEWARD01",
        "N1*PE*Oak Ridge Clinic*XX*1234567893",
        "REF*TJ*371234567",
        "CLP*PCN-1*19*230*100*30*12*00000000018*11*1",
        "CAS*OA*23*40",
        "MOA***MA07",
        "REF*1L*GRP1",
        "SVC*HC:99213*150*90**1*HC:99214*2",
        "DTM*472*20261124",
        "CAS*CO*45*45",
        "CAS*PR*3*15",
        "REF*6R*L1",
        "LQ*HE*N130",
        "SVC*HC:99213*80*50**1",
        "DTM*150*20261124",
        "DTM*151*20261125",
        "CAS*CO*45*15",
        "CAS*PR*3*15",
        "REF*HPI*1245319599",
        "LQ*HE*M25",
        "LQ*HE*N130",
    ]


def test_an_inpatient_claim_tells_its_stay() -> None:
    told = segments(remittance(INPATIENT), "CLP", "NM1", "MIA", "SVC")
    assert told[0] == "CLP*PCN-2*1*3300.55*2500.1*30*12*00000000018*11*1**193*1.3107"
    assert told[1:6] == [
        "NM1*QC*1*Alder*Rose****MI*M1",
        "NM1*IL*1*Alder*Max****MI*M1",
        "NM1*74*1*Alder*Rosa****C*M2",
        "NM1*82*1*Birch*Ann****XX*1245319599",
        "NM1*TT*2*Other Plan*****PI*OP1",
    ]
    assert told[6] == "MIA*2****MA01***************N1*N2*N3*N4"
    assert told[7:] == ["SVC*NU:0120*2400*1800**2", "SVC*HC:80053:91*900.55*700.1*0300*1"]


def test_a_reversal_negates_everything_and_owes_nothing() -> None:
    one = remittance(reversal_of(claim()), claim(line("500", "400")))
    told = segments(one, "CLP", "SVC", "CAS")
    assert told[:4] == [
        "CLP*PCN-1*22*-100*-60**12*00000000018*11*1",
        "SVC*HC:99213*-100*-60**1",
        "CAS*CO*45*-25",
        "CAS*PR*3*-15",
    ]


def test_more_than_six_reasons_take_another_segment() -> None:
    reasons = [Cas(group="CO", carc=str(number), amount=Decimal(number)) for number in range(1, 9)]
    told = list(cas_segments([*reasons, Cas(group="PR", carc="1", amount=Decimal(1)), *reasons]))
    assert [len(segment) for segment in told] == [19, 7, 4]
    assert told[0][:8] == ["CAS", "CO", "1", "2", "", "2", "4", ""]
    assert told[2] == ["CAS", "PR", "1", "1"]


def test_reasons_that_cancel_each_other_are_not_told() -> None:
    cancelled = [Cas(group="CO", carc="45", amount=Decimal(5)), Cas(group="CO", carc="45", amount=Decimal(-5))]
    assert list(cas_segments(cancelled)) == []


def test_provider_adjustments_go_six_to_a_segment() -> None:
    assert segments(RICH, "PLB") == [
        "PLB*1234567893*20261231*WO:PCN-9*60*FB:T000000*12.5*L6:00000000018*-3.21*72*-10*CS*5*WO*1",
        "PLB*1234567893*20261231*WO*2",
    ]


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (remittance(claim(line("100", "60", Cas(group="CO", carc="45", amount=Decimal(39))))), "line 1"),
        (remittance(claim(paid_amount=Decimal(59))), "claim 00000000018 says 59"),
        (remittance(claim(billed_amount=Decimal(110), paid_amount=Decimal(70))), "the lines' charges"),
        (remittance(claim(), amount=Decimal(61)), "payment T000001 says 61"),
        (remittance(reversal_of(claim()), method="CHK"), "negative"),
        (remittance(claim(), method="NON"), "moves 60 by NON"),
        (remittance(claim(), method="CASH"), "method CASH"),
        (remittance(claim(status="9")), "status 9"),
        (remittance(claim(interest_amount=Decimal(1))), "interest"),
    ],
)
def test_what_does_not_balance_is_not_written(one: Remittance, says: str) -> None:
    out = BytesIO()
    with pytest.raises(OutOfBalance, match=says):
        write_remittances(
            out,
            [remittance(claim()), one],
            parties=Parties(("ZZ", "A"), ("ZZ", "B")),
            control_number=1,
            at=datetime(2026, 11, 24),
            usage="T",
        )
    assert out.getvalue() == b""


def test_all_kinds_pass_our_guide_and_balance() -> None:
    stream = BytesIO(written(*MANY))
    found = list(transaction_sets(stream))
    assert len(found) == len(MANY)
    for reference in found:
        assert isinstance(reference, SetRef)
        answer = answer_set(stream, reference, OUTBOUND)
        assert answer.accepted, answer.verdict
    for report in check_balance(stream.getvalue().decode()):
        assert report.strict_problems() == []


def test_pyx12_accepts_all_kinds(caplog: pytest.LogCaptureFixture) -> None:
    # Of PLB, which may repeat, pyx12 takes only one: its map says so of the loop it stands in.
    few = [msgspec.structs.replace(one, provider_adjustments=one.provider_adjustments[:6]) for one in MANY]
    few = [_settled(one) for one in few]
    accepted = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), StringIO(written(*few).decode()), fd_997=None, fd_html=None, fd_xmldoc=None
    )
    assert accepted, caplog.text


def _settled(one: Remittance) -> Remittance:
    """The same with the amount that its provider adjustments leave."""
    paid = sum((claim.paid_amount for claim in one.claims), Decimal(0))
    besides = sum((adjustment.amount for adjustment in one.provider_adjustments), Decimal(0))
    return msgspec.structs.replace(one, amount=paid - besides)


def test_numbers_of_senders_with_other_delimiters_come_back_as_they_were() -> None:
    odd = claim(line(control_number="1:2"), patient_control_number="A*B~C:D")
    text = written(remittance(odd)).decode()
    assert "CLP|A*B~C:D|1|100|60|15|" in text
    assert "SVC|HC>99213|100|60||1!" in text
    assert "REF|6R|1:2!" in text
    (report,) = check_balance(text)
    assert report.strict_problems() == []


def test_text_is_fit_for_every_reader() -> None:
    odd = claim(patient=RemittanceName(last_name="Müller~*:^ñ", first_name="x" * 50))
    (name,) = segments(remittance(odd), "NM1")
    assert name == f"NM1*QC*1*Muller    n*{'x' * 35}"


_CENTS = st.integers(0, 2_000_000).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def _line_of(draw: st.DrawFn) -> LinePayment:
    parts = draw(st.lists(st.tuples(st.sampled_from(("CO", "PR", "OA")), st.integers(1, 40), _CENTS), max_size=9))
    adjustments = tuple(Cas(group=group, carc=str(carc), amount=amount) for group, carc, amount in parts)
    paid = draw(_CENTS)
    billed = paid + sum((one.amount for one in adjustments), Decimal(0))
    return line(str(billed), str(paid), *adjustments) if adjustments else _plain(paid)


def _plain(paid: Decimal) -> LinePayment:
    return LinePayment(
        billed_amount=paid, paid_amount=paid, service_from=DAY, service_to=DAY, procedure_code="99213", adjustments=()
    )


def _claims() -> st.SearchStrategy[list[ClaimPayment]]:
    one = st.lists(_line_of(), min_size=1, max_size=5).map(lambda lines: claim(*lines))
    return st.lists(one, min_size=1, max_size=6)


@given(claims=_claims(), taken_back=st.data())
def test_whatever_balances_is_written_so_that_it_balances(claims: list[ClaimPayment], taken_back: Any) -> None:
    reversed_ones = [reversal_of(one) for one in claims if taken_back.draw(st.booleans())]
    paid = sum((one.paid_amount for one in [*claims, *reversed_ones]), Decimal(0))
    one = remittance(*claims, *reversed_ones)
    assert paid >= 0
    text = "".join("*".join(segment) + "~" for segment in _whole(one))
    (report,) = check_balance(text)
    assert report.strict_problems() == []


def _whole(one: Remittance) -> Iterator[list[str]]:
    yield ["ST", "835", "0001"]
    yield from remittance_segments(one)

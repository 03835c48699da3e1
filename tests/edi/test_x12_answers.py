"""What we answer: TA1 and 999, true to what was found, and legal to the letter in two checkers' eyes."""

from __future__ import annotations

import io
import logging
from datetime import datetime
from io import BytesIO

import pytest

from claims.edi.guides import INBOUND as CLAIMS
from employers.edi.guides import INBOUND as ENROLLMENT
from tests.edi.index_table import SHARED, index
from tests.edi.samples import ISA, SEGMENTS, file_of, one_set, redelimited, the_interchange
from tpa.foundation.x12.acknowledge import acknowledgment, write_999, write_ta1
from tpa.foundation.x12.envelope import EnvelopeFinding, interchanges
from tpa.foundation.x12.examine import GroupAnswer, SetAnswer, answer_interchange
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.guides import OUTBOUND
from tpa.foundation.x12.tokens import Delimiters, split_segments
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, clean_text, write_interchange

AT = datetime(2026, 11, 24, 10, 30)
SHELF = CLAIMS | ENROLLMENT
BAD_AMOUNT = {"s25": "SV1*HC:99213*1O0*UN*1***1"}


def ta1_of(data: bytes, code: str = "") -> list[str]:
    out = BytesIO()
    write_ta1(out, the_interchange(data), control_number=12, at=AT, code=code)
    answer = the_interchange(out.getvalue())
    assert not answer.findings
    assert not answer.groups
    (segment,) = answer.acknowledgments
    assert out.getvalue().index(b"TA1*") == 106, "the TA1 follows the ISA at once"
    return list(segment)


def answers_to(data: bytes) -> tuple[bytes, list[GroupAnswer]]:
    interchange = the_interchange(data)
    answers = answer_interchange(BytesIO(data), interchange, SHELF)
    out = BytesIO()
    write_999(out, interchange, answers, control_number=13, group_number=5, at=AT)
    return out.getvalue(), answers


def segments_of(data: bytes) -> list[str]:
    written, _ = answers_to(data)
    check_by_our_guide(written)
    text = written.decode()
    return ["*".join(segment) for segment in split_segments(text[text.index("ST*") :], Delimiters())][1:-3]


def check_by_our_guide(written: bytes) -> None:
    interchange = the_interchange(written)
    assert not interchange.findings
    (group,) = answer_interchange(BytesIO(written), interchange, OUTBOUND)
    assert [finding for answer in group.sets for finding in answer.findings] == []
    assert group.status == "A"


def pyx12_says(written: bytes) -> str:
    """What pyx12 objects to, "" when it takes the file."""
    params = pytest.importorskip("pyx12.params")
    document = pytest.importorskip("pyx12.x12n_document")
    heard = io.StringIO()
    logger = logging.getLogger("pyx12")
    before = (logger.handlers, logger.propagate)
    logger.handlers, logger.propagate = [logging.StreamHandler(heard)], False
    try:
        good = document.x12n_document(
            param=params.params(), src_file=io.StringIO(written.decode()), fd_997=io.StringIO(), fd_html=None
        )
    finally:
        logger.handlers, logger.propagate = before
    return "" if good else heard.getvalue() or "refused"


def test_ta1_for_an_interchange_in_order() -> None:
    assert ta1_of(file_of(one_set())) == ["TA1", "000000001", "260901", "1200", "A", "000"]


def test_ta1_refuses_with_the_first_fault() -> None:
    assert ta1_of(file_of(one_set(), iea="IEA*1*000000002"))[4:] == ["R", "001"]
    assert ta1_of(file_of(one_set(), isa=ISA.replace("00501", "00401")))[4:] == ["R", "003"]
    assert ta1_of(file_of(one_set()), code="025")[4:] == ["R", "025"]


def test_ta1_is_legal_even_when_what_it_answers_is_not() -> None:
    isa = ISA.replace("000000001*1", "ABC*1").replace("*260901*", "*999999*").replace("ZZ*OAK01          ", "QQQ*")
    assert ta1_of(file_of(one_set(), isa=isa))[:4] == ["TA1", "000000000", "261124", "1200"]


def test_a_refused_interchange_gets_no_999() -> None:
    data = file_of(one_set(), iea="IEA*1*000000002")
    assert answer_interchange(BytesIO(data), the_interchange(data), SHELF) == []


def test_all_accepted() -> None:
    assert segments_of(file_of(one_set("0001"), one_set("0002"))) == [
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK5*A",
        "AK9*A*2*2*2",
    ]


def test_part_of_a_group_accepted() -> None:
    data = file_of(one_set("0001"), one_set("0002", **BAD_AMOUNT), one_set("0003"))
    assert segments_of(data) == [
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK3*SV1*25*2400*8",
        "CTX*CLM01:PCN-1",
        "IK4*2*782*6",
        "IK5*R*5",
        "AK2*837*0003*005010X222A1",
        "IK5*A",
        "AK9*P*3*3*2",
    ]


def test_places_codes_and_copies() -> None:
    data = file_of(
        one_set(
            s9="",
            s14="NM1*IL*1*ALDER*ROSE****MI",
            s21="HI*ABK:J020*ABK:R05",
            s36="CLM*PCN-2*75***11:B:1*Y*Q*Y*I",
        )
    )
    assert segments_of(data)[2:-2] == [
        "IK3*N3*9*2010*3",
        "IK3*NM1*13*2010*8",
        "IK4*9*67*2",
        "CTX*SITUATIONAL TRIGGER*NM1*13*2010*8",
        "IK3*HI*20*2300*8",
        "CTX*CLM01:PCN-1",
        "IK4*2:1*1270*7*ABK",
        "IK3*CLM*35*2300*8",
        "CTX*CLM01:PCN-2",
        "IK4*7*1359*7*Q",
    ]


@pytest.mark.parametrize(
    ("data", "ak9"),
    [
        (file_of(one_set(), gs="GS*HC*OAK01*STW01*20260901*1200*7*X*004010X098A1"), "AK9*R*1*1*0*2"),
        (file_of(one_set(), gs="GS*HC*OAK01*STW01*20260901*1200*7*X*005010X222"), "AK9*R*1*1*0*2"),
        (file_of(one_set(), gs="GS*HS*OAK01*STW01*20260901*1200*7*X*005010X279A1"), "AK9*R*1*1*0*1"),
        (file_of(one_set(), ge="GE*1*8"), "AK9*R*1*1*0*4"),
        (file_of(one_set(), ge="GE*3*7"), "AK9*R*3*1*0*5"),
    ],
)
def test_a_refused_group_has_nothing_accepted(data: bytes, ak9: str) -> None:
    segments = segments_of(data)
    assert segments[-1] == ak9
    assert not any(segment.startswith("AK2") for segment in segments)


@pytest.mark.parametrize(
    ("st", "codes"),
    [
        ("ST*837*0001*005010X223A2", "IK5*R*I6"),
        ("ST*837*0001*005010X222", "IK5*A"),
        ("ST*837*0001", "IK5*R*5"),
        ("ST*835*0001*005010X222A1", "IK5*R*1"),
        ("ST*837*0001*NONSENSE", "IK5*R*I6"),
    ],
)
def test_the_convention_a_set_names(st: str, codes: str) -> None:
    written, _ = answers_to(file_of(one_set(s1=st)))
    assert codes in written.decode().split("~")


def test_a_unit_of_enrollment_is_the_subscriber_number() -> None:
    lines = [
        *("ST*834*0001*005010X220A1", "BGN*00*1*20260901*1200****2", "N1*P5*ALDER MILLS*FI*371234567"),
        *("N1*IN*STEWARD*FI*371234568", "INS*Y*18*999*XN*A***FT", "REF*0F*M0000001", "DTP*336*D8*20260101"),
        *("NM1*IL*1*ALDER*ROSE", "SE*9*0001"),
    ]
    text = "".join(line + "~\n" for line in lines)
    data = file_of(text, gs="GS*BE*OAK01*STW01*20260901*1200*7*X*005010X220A1")
    assert segments_of(data)[2:-2] == [
        "IK3*INS*5*2000*8",
        "CTX*SUBSCRIBER NUMBER REF02:M0000001",
        "IK4*3*875*7*999",
    ]


def test_what_cannot_be_copied_is_left_out() -> None:
    finding = Finding("element", "7", "N~3", 9, "2010AA", "", 1, value="a*b~c", unit=("CLM01", "P:1*2"))
    answer = GroupAnswer("HC", "x7", "005010X222A1", 1, 1, (), (SetAnswer("837", "1", "", ("5",), (finding,)),))
    assert list(acknowledgment(answer)) == [
        ["AK1", "HC", "7", "005010X222A1"],
        ["AK2", "837", "0001", ""],
        ["IK3", "N3", "9", "2010", "8"],
        ["CTX", "CLM01:P 1 2"],
        ["IK4", "1", "", "7", ""],
        ["IK5", "R", "5"],
        ["AK9", "R", "1", "1", "0"],
    ]


def test_values_in_the_senders_delimiters_do_not_break_ours() -> None:
    data = redelimited(file_of(one_set(s9="N3*12 ROAD/A*B", s36="CLM*PCN-2*75***11:B:1*Y*Q*Y*I")), Delimiters(*"|!<>"))
    data = data.replace(b"PCN-2", b"P*C~N:2")
    assert "CTX*CLM01:P C N 2" in segments_of(data)


@pytest.mark.skipif(not index(), reason="../shared/edi is not here")
@pytest.mark.parametrize("folder", ["837P", "837I", "837D", "834", "4010-unsupported/837I"])
def test_every_answer_to_the_collection_is_legal(folder: str) -> None:
    """By our own guide of the 999 and, as a second opinion, by pyx12's."""
    objections = []
    for file in sorted(file for file in index() if file.startswith(f"{folder}/")):
        data = (SHARED / file).read_bytes()
        # One interchange stands for the hundreds of one file.
        for interchange in list(interchanges(BytesIO(data)))[:2]:
            if isinstance(interchange, EnvelopeFinding):
                continue
            out = BytesIO()
            write_ta1(out, interchange, control_number=1, at=AT)
            assert not the_interchange(out.getvalue()).findings
            answers = answer_interchange(BytesIO(data), interchange, SHELF)
            if not answers:
                continue
            out = BytesIO()
            write_999(out, interchange, answers, control_number=2, group_number=3, at=AT)
            check_by_our_guide(out.getvalue())
            said = pyx12_says(out.getvalue())
            if said:
                objections.append((file, said))
    assert objections == []


def test_writing_counts_and_refuses_delimiters_in_values() -> None:
    out = BytesIO()
    parties = Parties(("ZZ", "STW01"), ("30", "371234567"))
    sets = [OutSet("837", "0001", "005010X222A1", SEGMENTS[1:-1])]
    groups = [OutGroup("HC", 9, "005010X222A1", sets)]
    write_interchange(out, parties=parties, control_number=77, at=AT, groups=groups, usage="T")
    interchange = the_interchange(out.getvalue())
    assert not interchange.findings
    assert interchange.is_test
    assert interchange.receiver == ("30", "371234567")
    (answer,) = answer_interchange(BytesIO(out.getvalue()), interchange, SHELF)
    assert answer.status == "A"
    with pytest.raises(ValueError, match="delimiter"):
        write_interchange(BytesIO(), parties=parties, control_number=1, at=AT, before_groups=[["TA1", "a~b"]])


@pytest.mark.parametrize(
    ("text", "clean"),
    [("O'Neil: Bros ~ Co", "O'Neil  Bros   Co"), (" x ", "x"), ("a\nb", "a b"), ("Peña", "Peña"), ("", "")],
)
def test_text_made_fit_for_an_element(text: str, clean: str) -> None:
    assert clean_text(text) == clean

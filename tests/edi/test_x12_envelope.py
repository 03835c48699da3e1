"""The envelopes: what belongs to what, where each set stands, and the code each fault earns."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edi.samples import ISA, file_of, one_set, the_interchange
from tpa.foundation.x12 import window
from tpa.foundation.x12.envelope import EnvelopeFinding, Interchange, SetRef, interchanges, transaction_sets
from tpa.foundation.x12.tokens import read_set

GOOD = file_of(one_set("0001"), one_set("0002"))


def codes(data: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in interchanges(BytesIO(data)):
        if isinstance(item, EnvelopeFinding):
            found.append((item.level, item.code))
            continue
        found += [(fault.level, fault.code) for fault in item.findings]
        for group in item.groups:
            found += [(fault.level, fault.code) for fault in group.findings]
            for reference in group.sets:
                found += [(fault.level, fault.code) for fault in reference.findings]
    return found


def test_every_set_can_be_read_again_on_its_own() -> None:
    sets = [item for item in transaction_sets(BytesIO(GOOD)) if isinstance(item, SetRef)]
    assert [item.control_number for item in sets] == ["0001", "0002"]
    for item in sets:
        segments = list(read_set(BytesIO(GOOD), item.offset, item.length, item.delimiters))
        assert segments[0][:3] == ["ST", "837", item.control_number]
        assert segments[-1] == ["SE", "41", item.control_number]
        assert item.convention == "005010X222A1"


def test_what_an_interchange_knows_of_itself() -> None:
    item = the_interchange(GOOD)
    assert item.sender == ("ZZ", "OAK01")
    assert item.receiver == ("ZZ", "STW01")
    assert item.control_number == "000000001"
    assert item.wants_ta1
    assert not item.is_test
    assert item.length == len(GOOD.rstrip())
    assert [group.control_number for group in item.groups] == ["7"]


def test_several_interchanges_with_delimiters_of_their_own() -> None:
    other = GOOD.replace(b"~\n", b"\r\n").replace(b"*", b"|")
    found = list(interchanges(BytesIO(GOOD + b"\n\n" + other + GOOD)))
    assert all(isinstance(item, Interchange) and not item.findings for item in found)
    assert [item.ordinal for item in found if isinstance(item, Interchange)] == [1, 2, 3]
    sets = [item for item in transaction_sets(BytesIO(GOOD + other)) if isinstance(item, SetRef)]
    assert len(sets) == 4


@pytest.mark.parametrize("chunk", [1, 3, 50, 400])
def test_chunks_make_no_difference(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def picture(data: bytes) -> list[tuple[object, ...]]:
        return [
            (item.offset, item.length, item.st, item.se) if isinstance(item, SetRef) else (item.code, item.offset)
            for item in transaction_sets(BytesIO(data))
        ]

    data = b"\n" + GOOD + b"stray " + GOOD.replace(b"IEA*1*000000001", b"IEA*2*000000009")
    whole = picture(data)
    monkeypatch.setattr(window, "_CHUNK", chunk)
    assert picture(data) == whole


ISA_FAULTS = [
    ("*00501*", "*00401*", "003"),
    ("*00501*", "*99999*", "003"),
    ("OAK01          ", "OAK01", "006"),
    ("STW01          ", "               ", "008"),
    ("*260901*", "*261332*", "014"),
    ("*1200*", "*2460*", "015"),
    ("000000001*1", "00000000A*1", "018"),
    ("*1*P*", "*7*P*", "019"),
    ("*1*P*", "*1*X*", "020"),
    ("*ZZ*OAK01", "*QQ*OAK01", "005"),
    ("*ZZ*STW01", "*QQ*STW01", "007"),
    ("ISA*00*", "ISA*99*", "010"),
    ("*00*          *ZZ", "*09*          *ZZ", "012"),
    ("*^*", "*A*", "016"),
]


@pytest.mark.parametrize(("sent", "instead", "code"), ISA_FAULTS)
def test_ta105_for_the_header(sent: str, instead: str, code: str) -> None:
    assert sent in ISA
    isa = ISA.replace(sent, instead, 1)
    iea = "IEA*1*00000000A" if "00000000A" in instead else ""
    assert codes(file_of(one_set(), isa=isa, iea=iea))[:1] == [("interchange", code)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOD, []),
        (file_of(one_set(), iea="IEA*1*000000002"), [("interchange", "001")]),
        (file_of(one_set(), iea="IEA*2*000000001"), [("interchange", "021")]),
        (GOOD[: GOOD.index(b"IEA")], [("interchange", "023")]),
        (GOOD.rstrip()[:-1], []),  # only the very last terminator is lost
        (GOOD.rstrip()[:-2], [("interchange", "023")]),
        (file_of(one_set(), gs="GS*HC*OAK01*STW01*20261301*1200*7*X*005010X222A1"), [("interchange", "024")]),
        (file_of(one_set(), gs="GS*HC*OAK01*STW01*20260901*1290*7*X*005010X222A1"), [("interchange", "024")]),
        (file_of(one_set(), gs="GS*HC*OAK01*STW01*20260901*1200*7*T*005010X222A1"), [("interchange", "024")]),
        (file_of(one_set(), "NTE*ADD*STRAY~\n", ge="GE*1*7"), [("interchange", "024")]),
        (file_of(one_set(), ge="GE*1*8"), [("group", "4")]),
        (file_of(one_set(), ge="GE*2*7"), [("group", "5")]),
        (GOOD.replace(b"GE*2*7~\n", b""), [("group", "3")]),
        (file_of(one_set(), gs="GS*HC*A1*B1*20260901*1200*X7*X*005010X222A1", ge="GE*1*X7"), [("group", "6")]),
        (file_of(one_set("0001"), one_set("0001")), [("set", "23")]),
        (file_of(one_set(s41="SE*41*0002")), [("set", "3")]),
        (file_of(one_set(s41="")), [("set", "2")]),
        (file_of(one_set("1")), [("set", "7")]),
        (file_of(one_set(s1="ST**0001*005010X222A1")), [("set", "6")]),
        (GOOD.replace(b"GS*HC", b"ST*837*9999~SE*2*9999~GS*HC"), [("interchange", "022"), ("interchange", "022")]),
        (b"", [("file", "empty")]),
        (b"%PDF-1.7 no claims here", [("file", "noise")]),
        (GOOD + b"\x1a", [("file", "noise")]),
        (b"\xef\xbb\xbf" + GOOD, []),
        (GOOD[: GOOD.index(b"GE*")] + GOOD, [("interchange", "022"), ("group", "3")]),
    ],
)
def test_codes_of_the_other_envelopes(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert codes(data) == expected


def test_two_groups_may_not_share_a_number() -> None:
    group = GOOD[GOOD.index(b"GS*") : GOOD.index(b"IEA")]
    data = GOOD.replace(b"IEA*1*", group + b"IEA*2*")
    assert codes(data) == [("group", "19")]


def test_a_ta1_that_comes_in_is_kept() -> None:
    data = f"{ISA}~TA1*000000009*260901*1200*A*000~IEA*0*000000001~".encode()
    item = the_interchange(data)
    assert item.acknowledgments == [("TA1", "000000009", "260901", "1200", "A", "000")]
    assert not item.findings


@given(st.integers(0, len(GOOD)), st.binary(max_size=40))
def test_cut_and_scribbled_files_never_raise(cut: int, scribble: bytes) -> None:
    for data in (GOOD[:cut], GOOD[:cut] + scribble, GOOD[:cut] + scribble + GOOD[cut:], scribble + GOOD):
        for item in transaction_sets(BytesIO(data)):
            if isinstance(item, SetRef):
                assert item.length >= 0
                list(read_set(BytesIO(data), item.offset, item.length, item.delimiters))


@given(st.binary(max_size=400))
def test_random_bytes_never_raise(data: bytes) -> None:
    list(interchanges(BytesIO(data)))
    list(interchanges(BytesIO(ISA.encode() + data)))

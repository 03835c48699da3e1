"""Splitting into segments: any delimiters, any line breaks, any bytes, nothing lost."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edi.samples import ISA, SEGMENTS, file_of, one_set, redelimited
from tpa.foundation.x12 import tokens
from tpa.foundation.x12.tokens import (
    LONGEST_SEGMENT,
    Delimiters,
    encoding_of,
    join_segments,
    offset_of,
    read_isa,
    read_segments,
    read_set,
    split_segments,
)

MARKS = st.sampled_from(list("*^:~|!<>+%$#@`;,\x1c\x1d\x1e\x1f"))


@st.composite
def four_marks(draw: st.DrawFn) -> Delimiters:
    marks = draw(st.lists(MARKS, min_size=4, max_size=4, unique=True))
    return Delimiters(*marks)


ELEMENT = st.text(st.characters(codec="utf-8", exclude_characters="*^:~\r\n\t"), max_size=9)
SEGMENT = st.builds(
    lambda name, rest, last: [name, *rest, last],
    st.sampled_from(["NM1", "REF", "HI", "N3"]),
    st.lists(ELEMENT, max_size=5),
    st.text("ABC123", min_size=1, max_size=4),
)


@given(st.lists(SEGMENT, max_size=12))
def test_what_is_written_is_read_again(segments: list[list[str]]) -> None:
    text = join_segments(segments, Delimiters())
    assert split_segments(text, Delimiters()) == segments
    assert list(read_segments(BytesIO(text.encode()), Delimiters())) == segments


@given(four_marks())
def test_any_legal_delimiters_are_found_in_the_header(delimiters: Delimiters) -> None:
    header = read_isa(redelimited(file_of(one_set()), delimiters))
    assert header is not None
    assert header.delimiters == delimiters
    assert header.length == 106
    assert not delimiters.faults()


@pytest.mark.parametrize("breaks", ["", "\n", "\r\n", "\r", "\n\n  \t"])
def test_line_breaks_after_the_terminator_are_no_data(breaks: str) -> None:
    text = "".join(f"{'*'.join(segment)}~{breaks}" for segment in SEGMENTS)
    assert split_segments(text, Delimiters()) == SEGMENTS


@pytest.mark.parametrize("terminator", ["\n", "\r"])
def test_a_line_break_may_be_the_terminator(terminator: str) -> None:
    delimiters = Delimiters(segment=terminator)
    text = "".join("*".join(segment) + terminator for segment in SEGMENTS)
    crlf = text.replace("\r", "\r\n")
    assert split_segments(text, delimiters) == SEGMENTS
    assert split_segments(crlf, delimiters) == SEGMENTS


def test_leading_blanks_of_elements_stay() -> None:
    assert split_segments("NTE*ADD*  two blanks ~N3* x~", Delimiters()) == [
        ["NTE", "ADD", "  two blanks "],
        ["N3", " x"],
    ]


@pytest.mark.parametrize("chunk", [1, 2, 7, 64, 1000])
def test_chunks_make_no_difference(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_CHUNK", chunk)
    data = one_set().replace("ROSE", "ROSÉ").encode()
    read = list(read_set(BytesIO(b"xx" + data + b"yy"), 2, len(data), Delimiters()))
    assert len(read) == len(SEGMENTS)
    assert read[13][4] == "ROSÉ"


@given(st.binary(max_size=200).filter(lambda data: not set(data) & set(b"*~\r\n\t ")))
def test_no_byte_is_lost_whatever_it_is(data: bytes) -> None:
    file = b"NM1*" + data + b"*1~"
    encoding = encoding_of(BytesIO(file), 0, len(file))
    segments = list(read_set(BytesIO(file), 0, len(file), Delimiters()))
    assert segments[0][1].encode(encoding) == data


def test_latin_1_and_utf_8_are_told_apart() -> None:
    assert encoding_of(BytesIO(b"abc"), 0, 3) == "utf-8"
    assert encoding_of(BytesIO("Núñez".encode()), 0, 7) == "utf-8"
    assert encoding_of(BytesIO("Núñez".encode("latin-1")), 0, 5) == "latin-1"
    assert encoding_of(BytesIO("Núñez".encode()[:2]), 0, 2) == "latin-1"  # cut within a character


def test_a_segment_without_end_takes_no_more_memory_than_its_limit() -> None:
    data = b"ST*837*0001~NTE*ADD*" + b"x" * (5 * LONGEST_SEGMENT) + b"~SE*3*0001~"
    read = list(read_segments(BytesIO(data), Delimiters()))
    assert [segment[0] for segment in read] == ["ST", "NTE", "SE"]
    endless = b"ST*837*0001~" + b"y" * (9 << 20)
    *_, last = read_segments(BytesIO(endless), Delimiters())
    assert len(last[0]) <= LONGEST_SEGMENT


def test_a_segment_is_found_again_by_its_ordinal() -> None:
    data = b"....ST*837*1~\r\n BHT*0019~~\nSE*3*1~"
    place = offset_of(BytesIO(data), 4, len(data) - 4, Delimiters(), 2)
    assert data[place : place + 3] == b"BHT"
    place = offset_of(BytesIO(data), 4, len(data) - 4, Delimiters(), 3)
    assert data[place : place + 2] == b"SE"


@pytest.mark.parametrize(
    ("delimiters", "code"),
    [
        (Delimiters(), ""),
        (Delimiters(segment="A"), "004"),
        (Delimiters(element=" "), "026"),
        (Delimiters(component="*"), "027"),
        (Delimiters(repetition="1"), "016"),
        (Delimiters(repetition=""), ""),
        (Delimiters(segment="é"), "004"),
    ],
)
def test_delimiters_that_cannot_be(delimiters: Delimiters, code: str) -> None:
    assert delimiters.faults() == code


@pytest.mark.parametrize("data", [b"", b"ISA", b"ISA*00", b"ISAAC NEWTON*" * 20, b"GS*HC", ISA.encode()[:90]])
def test_what_is_no_header_is_none(data: bytes) -> None:
    assert read_isa(data) is None


def test_isa11_of_old_means_that_nothing_repeats() -> None:
    header = read_isa((ISA.replace("*^*", "*U*") + "~").encode())
    assert header is not None
    assert header.delimiters.repetition == ""

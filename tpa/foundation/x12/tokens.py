"""Splits X12 bytes into segments (lists of elements), whatever legal delimiters the sender chose.

A segment is a plain list of str: `["NM1", "85", "2", "…"]`; index 0 is the segment id, index n is element n.
Composites and repetitions stay joined inside their element: split them with `Delimiters.component` / `.repetition`
where they are wanted (most elements have neither, so nobody pays for them).

Text: a transaction set is UTF-8 when its bytes are, and Latin-1 otherwise. Both directions are exact, so
`text.encode(encoding)` gives back the bytes that came in.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Nothing but blanks may stand between a terminator and the next segment id; the standard allows none, practice writes
# line breaks. A segment id never begins with one, so dropping them loses no data.
BLANKS = "\r\n\t "

ISA_LENGTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_PLAUSIBLE_ISA = re.compile(r"[ -~]{0,3}\|[^|]{0,12}\|[ -~]{0,3}\|[^|]{0,12}", re.DOTALL)
_ISA_LONGEST = 400  # an ISA is 106 bytes; padded wrongly it may be longer, and must still be readable to be refused

# No segment of any supported guide comes near this. A longer one is cut here, so that one runaway segment cannot fill
# the memory; what is left still breaks the guide's lengths, and the set is refused.
LONGEST_SEGMENT = 1 << 16
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters an interchange separates with. The defaults are what this system writes.

    `repetition` is "" where ISA11 still says U, as it did before 00501: then nothing repeats.
    """

    element: str = "*"
    repetition: str = "^"
    component: str = ":"
    segment: str = "~"

    def faults(self) -> str:
        """The TA1 code of the first delimiter that cannot be one, or "" (a letter, digit or blank, or used twice)."""
        kinds = ((self.segment, "004"), (self.element, "026"), (self.component, "027"), (self.repetition, "016"))
        seen: set[str] = set()
        for character, code in kinds:
            if character and (not character.isascii() or character.isalnum() or character == " " or character in seen):
                return code
            seen.add(character)
        return ""


@dataclass(frozen=True, slots=True)
class IsaHeader:
    """An ISA segment as it stands: its sixteen elements unstripped, and the bytes it takes with its terminator."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    length: int


def read_isa(data: bytes) -> IsaHeader | None:
    """Read the ISA that `data` begins with, even one padded wrongly; None when it cannot be made out.

    The element separator is the fourth byte. By counting separators, not columns, a header with a wrong length is
    still understood well enough to answer it with a TA1.
    """
    head = data[:_ISA_LONGEST].decode("latin-1")
    if len(head) < 4 or head[:3] != "ISA":
        return None
    parts = head[3:].split(head[3], 17)
    if len(parts) < 17 or len(parts[16]) < 2:
        return None
    elements = (*parts[1:16], parts[16][0])
    if head[3].isalnum() or not _PLAUSIBLE_ISA.fullmatch("|".join(elements[:4])):
        return None
    repetition = "" if elements[10] == "U" else elements[10][:1] or " "
    delimiters = Delimiters(head[3], repetition, component=elements[15], segment=parts[16][1])
    return IsaHeader(elements, delimiters, 3 + 16 + sum(map(len, elements)) + 1)


def split_segments(text: str, delimiters: Delimiters) -> list[list[str]]:
    """Segments of a text held in memory; empty ones (two terminators in a row) are left out."""
    element, end = delimiters.element, delimiters.segment
    pieces = text.split(end)
    if text[:1] in BLANKS or any(end + blank in text for blank in BLANKS):
        pieces = [piece.lstrip(BLANKS) for piece in pieces]
    return [piece.split(element) for piece in pieces if piece]


def read_segments(
    stream: BinaryIO, delimiters: Delimiters, *, length: int | None = None, encoding: str = "utf-8"
) -> Iterator[list[str]]:
    """Segments from where `stream` stands, to its end or for `length` bytes; memory stays bounded by the chunk.

    The last segment is given even when its terminator is missing. `encoding` is what `encoding_of` said; a byte it
    cannot hold becomes a lone surrogate (PEP 383), which is exact too, but no database takes it: prefer `read_set`.
    """
    terminator = delimiters.segment.encode("latin-1")
    left = -1 if length is None else length
    tail = b""
    while left:
        chunk = stream.read(_CHUNK if left < 0 else min(_CHUNK, left))
        if not chunk:
            break
        if left > 0:
            left -= len(chunk)
        end = chunk.rfind(terminator)
        if end < 0:
            tail = (tail + chunk)[:LONGEST_SEGMENT]
            continue
        yield from split_segments((tail + chunk[:end]).decode(encoding, "surrogateescape"), delimiters)
        tail = chunk[end + 1 :]
    yield from split_segments(tail.decode(encoding, "surrogateescape"), delimiters)


def read_set(stream: BinaryIO, offset: int, length: int, delimiters: Delimiters) -> Iterator[list[str]]:
    """The segments ST…SE of one transaction set, found by its place in a seekable file (see `envelope.SetRef`)."""
    encoding = encoding_of(stream, offset, length)
    stream.seek(offset)
    yield from read_segments(stream, delimiters, length=length, encoding=encoding)


def encoding_of(stream: BinaryIO, offset: int, length: int) -> str:
    """ "utf-8" when the bytes at that place are UTF-8 (plain ASCII is), else "latin-1", which holds any byte."""
    stream.seek(offset)
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = True
    while length > 0:
        chunk = stream.read(min(_CHUNK, length))
        if not chunk:
            break
        length -= len(chunk)
        if plain and chunk.isascii():
            continue
        plain = False
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return "latin-1"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def join_segments(segments: Iterable[Iterable[str]], delimiters: Delimiters, *, line_breaks: bool = False) -> str:
    """The text of segments, trailing empty elements dropped; the reverse of `split_segments`."""
    end = delimiters.segment + ("\n" if line_breaks else "")
    return "".join(delimiters.element.join(segment).rstrip(delimiters.element) + end for segment in segments)


def offset_of(stream: BinaryIO, offset: int, length: int, delimiters: Delimiters, ordinal: int) -> int:
    """Byte offset in the file of the `ordinal`-th segment (ST is 1) of a set; for showing a finding in its place."""
    terminator = delimiters.segment.encode("latin-1")
    stream.seek(offset)
    data = stream.read(length)
    place = seen = 0
    for piece in data.split(terminator):
        start = place + len(piece) - len(piece.lstrip(BLANKS.encode()))
        if piece.strip(BLANKS.encode()):
            seen += 1
            if seen == ordinal:
                return offset + start
        place += len(piece) + 1
    return offset + length

"""Packs submissions, facts and decisions for the database, and unpacks them to the byte."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import zstandard

from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts, RemittanceFact
from claims.facts import Fact, Submission

_encode = msgspec.json.Encoder().encode
_submission = msgspec.json.Decoder(Submission).decode
_facts = msgspec.json.Decoder(ClaimFacts).decode
_remittance = msgspec.json.Decoder(RemittanceFact).decode
_decision = msgspec.json.Decoder(ClaimDecision).decode

# What such texts have in common, trained on invented claims. What was packed names the dictionary that it was packed
# with by its number: a better one may join this one, which stays as long as anything was packed with it.
_DICTIONARY = zstandard.ZstdCompressionDict(Path(__file__).with_name("packing.dictionary").read_bytes())
# The next levels save a tenth of the bytes and take twice the time.
_LEVEL = 1
_DICTIONARY.precompute_compress(level=_LEVEL)

Unreadable = zstandard.ZstdError


class _Packers(threading.local):
    """One of each a thread: they may not be shared."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_DICTIONARY).compress
        self.decompress = zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress


_packers = _Packers()


def pack(fact: Fact) -> bytes:
    """Packed JSON of a fact."""
    return _packers.compress(_encode(fact))


def text_of(packed: bytes | memoryview) -> bytes:
    """The JSON inside: two packed facts are the same when these bytes are. Raises `Unreadable`."""
    return _packers.decompress(packed)


def unpack_submission(packed: bytes | memoryview) -> Submission:
    return _submission(text_of(packed))


def unpack_facts(packed: bytes | memoryview) -> ClaimFacts:
    return _facts(text_of(packed))


def unpack_remittance(packed: bytes | memoryview) -> RemittanceFact:
    return _remittance(text_of(packed))


def unpack_decision(packed: bytes | memoryview) -> ClaimDecision:
    return _decision(text_of(packed))

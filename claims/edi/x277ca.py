"""Answers the claims of one 837 set, one by one: accepted under our number, or rejected and why (277CA, 005010X214)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from claims.edi.claim_statuses import ACCEPTED, RECEIVED, statuses_of
from claims.edi.fit_delimiters import fit_delimiters
from claims.edi.trace import ClaimTrace
from claims.edi.x835_parts import amount_text, tidy
from claims.edi.x837 import SetHeader
from claims.facts import ZERO, Fact, SubmittedProvider
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import STANDARD, Out, OutGroup, OutSet, Parties, write_interchange

VERSION: Final = "005010X214"
_MESSAGE_LENGTH = 264


class ClaimAnswer(Fact, frozen=True, kw_only=True):
    """What became of one claim: `claim_number` when it was accepted, `code` (see claim_statuses) when it was not.

    The place (segment by its ordinal in the set, ST being 1, and element) and the note are for the sender's eyes.
    """

    trace: ClaimTrace
    claim_number: str = ""
    code: str = ""
    ordinal: int = 0
    segment: str = ""
    element: int = 0
    note: str = ""

    @property
    def rejected(self) -> bool:
        return bool(self.code)

    @property
    def place(self) -> str:
        """Where in the set, in words: `SV102 in segment 45`; blank when it is about the claim as a whole."""
        if not self.ordinal:
            return ""
        element = f"{self.element:02}" if self.element else ""
        return f"{self.segment}{element} in segment {self.ordinal}"


class SetAnswers(Fact, frozen=True, kw_only=True):
    """All answers to the claims of one 837 set, in its order."""

    header: SetHeader
    answers: tuple[ClaimAnswer, ...] = ()


class ClaimAcknowledgment(Fact, frozen=True, kw_only=True):
    """One 277CA to be written. `reference` is ours and unique: BHT03 and, with a provider's place added, its traces."""

    reference: str
    payer_name: str
    payer_number: str
    received_on: date
    at: datetime
    set_answers: SetAnswers


def write_claim_answers(header: SetHeader, answers: Iterable[ClaimAnswer]) -> bytes:
    """Answers as bytes, to be kept until the whole file is answered."""
    return zlib.compress(_encode(SetAnswers(header=header, answers=tuple(answers))), 1)


def read_claim_answers(data: bytes) -> SetAnswers:
    """What `write_claim_answers` wrote."""
    return _decode(zlib.decompress(data))


def write_acknowledgments(
    out: Out,
    acknowledgments: Sequence[ClaimAcknowledgment],
    *,
    parties: Parties,
    control_number: int,
    group_number: int,
    at: datetime,
    usage: str,
) -> None:
    """One interchange with a transaction set for each 837 set that is answered. `usage` is P or T.

    The acknowledgments are walked twice, first for characters that the delimiters must not be: of a large file let the
    sequence read each anew instead of keeping all.
    """
    delimiters = fit_delimiters(number for one in acknowledgments for number in _numbers(one.set_answers))
    sets = (
        OutSet("277", f"{number:04}", VERSION, acknowledgment_segments(one, delimiters))
        for number, one in enumerate(acknowledgments, start=1)
    )
    write_interchange(
        out,
        parties=parties,
        control_number=control_number,
        at=at,
        groups=[OutGroup("HN", group_number, VERSION, sets)],
        usage=usage,
        delimiters=delimiters,
    )


def _numbers(set_answers: SetAnswers) -> Iterator[str]:
    """What the sender gave us and wants back as it was."""
    yield set_answers.header.reference
    yield set_answers.header.submitter_number
    for answer in set_answers.answers:
        yield answer.trace.patient_control_number
        yield answer.trace.member_number
        yield answer.trace.clearinghouse_number


def acknowledgment_segments(
    acknowledgment: ClaimAcknowledgment, delimiters: Delimiters = STANDARD
) -> Iterator[list[str]]:
    """The segments of a 277CA between ST and SE: source, receiver with totals, providers with totals, claims."""
    component = delimiters.component
    header, answers = acknowledgment.set_answers.header, acknowledgment.set_answers.answers
    today = f"{acknowledgment.at:%Y%m%d}"
    yield ["BHT", "0085", "08", acknowledgment.reference, today, f"{acknowledgment.at:%H%M%S}", "TH"]
    yield ["HL", "1", "", "20", "1"]
    yield ["NM1", "PR", "2", tidy(acknowledgment.payer_name, 60), "", "", "", "", "PI", acknowledgment.payer_number]
    yield ["TRN", "1", acknowledgment.reference]
    yield ["DTP", "050", "D8", f"{acknowledgment.received_on:%Y%m%d}"]
    yield ["DTP", "009", "D8", today]
    yield ["HL", "2", "1", "21", "1" if answers else "0"]
    yield _submitter(header)
    yield ["TRN", "2", header.reference]
    totals = _Totals(answers)
    yield ["STC", RECEIVED.joined(component), today, "WQ", amount_text(totals.accepted_amount + totals.rejected_amount)]
    yield from totals.segments("90", "AA")
    level = 2
    for place, (provider, group) in enumerate(_by_provider(answers), start=1):
        level += 1
        provider_level = str(level)
        yield ["HL", provider_level, "2", "19", "1"]
        yield _provider(provider)
        yield ["TRN", "1", f"{acknowledgment.reference}.{place}"]
        totals = _Totals(group)
        billed = totals.accepted_amount + totals.rejected_amount
        yield ["STC", RECEIVED.joined(component), "", "WQ", amount_text(billed)]
        yield from totals.segments("QA", "QC")
        for answer in group:
            level += 1
            yield ["HL", str(level), provider_level, "PT"]
            yield from _claim(answer, today, acknowledgment.received_on, component)


class _Totals:
    """How many claims of how many dollars were accepted and rejected."""

    def __init__(self, answers: Iterable[ClaimAnswer]) -> None:
        self.accepted_count = self.rejected_count = 0
        self.accepted_amount = self.rejected_amount = ZERO
        for answer in answers:
            billed: Decimal = answer.trace.billed_amount or ZERO
            if answer.rejected:
                self.rejected_count += 1
                self.rejected_amount += billed
            else:
                self.accepted_count += 1
                self.accepted_amount += billed

    def segments(self, accepted: str, rejected: str) -> Iterator[list[str]]:
        """QTY and AMT; what is none is not told."""
        if self.accepted_count:
            yield ["QTY", accepted, str(self.accepted_count)]
        if self.rejected_count:
            yield ["QTY", rejected, str(self.rejected_count)]
        if self.accepted_count:
            yield ["AMT", "YU", amount_text(self.accepted_amount)]
        if self.rejected_count:
            yield ["AMT", "YY", amount_text(self.rejected_amount)]


def _by_provider(answers: Sequence[ClaimAnswer]) -> Iterable[tuple[SubmittedProvider, list[ClaimAnswer]]]:
    """Answers by billing provider, both in the order of the set."""
    groups: dict[tuple[str, str, str], tuple[SubmittedProvider, list[ClaimAnswer]]] = {}
    for answer in answers:
        provider = answer.trace.billing_provider
        key = (provider.npi, provider.tin, "" if provider.npi else provider.name)
        groups.setdefault(key, (provider, []))[1].append(answer)
    return groups.values()


def _submitter(header: SetHeader) -> list[str]:
    name, first = tidy(header.submitter_name, 60), tidy(header.submitter_first_name, 35)
    return ["NM1", "41", header.submitter_entity, name, first, "", "", "", "46", header.submitter_number]


def _provider(provider: SubmittedProvider) -> list[str]:
    segment = ["NM1", "85", provider.entity, tidy(provider.name, 60), tidy(provider.first_name, 35)]
    if provider.npi:
        return [*segment, "", "", "", "XX", provider.npi]
    if provider.tin:
        return [*segment, "", "", "", "FI", provider.tin]
    return segment


def _claim(answer: ClaimAnswer, today: str, received_on: date, component: str) -> Iterator[list[str]]:
    trace = answer.trace
    name = [tidy(trace.last_name, 60), tidy(trace.first_name, 35), tidy(trace.middle_name, 25)]
    # The guide wants a number always; some claims have none.
    yield ["NM1", "QC", "1", *name, "", "", "MI", trace.member_number or "UNKNOWN"]
    yield ["TRN", "2", trace.patient_control_number]
    billed = amount_text(trace.billed_amount or ZERO)
    if answer.rejected:
        yield _rejection(answer, today, billed, component)
    else:
        yield ["STC", ACCEPTED.joined(component), today, "WQ", billed]
        yield ["REF", "1K", answer.claim_number]
    if trace.clearinghouse_number:
        yield ["REF", "D9", trace.clearinghouse_number]
    if trace.bill_type:
        yield ["REF", "BLT", trace.bill_type]
    # The guide wants a date always. Where the claim has none that can be read, it is the day we got it.
    first = trace.service_from or received_on
    last = trace.service_to or first
    if first == last:
        yield ["DTP", "472", "D8", f"{first:%Y%m%d}"]
    else:
        yield ["DTP", "472", "RD8", f"{first:%Y%m%d}-{last:%Y%m%d}"]


def _rejection(answer: ClaimAnswer, today: str, billed: str, component: str) -> list[str]:
    statuses = [status.joined(component) for status in statuses_of(answer.code, answer.segment)]
    first, second, third = (*statuses, "", "")[:3]
    message = tidy(": ".join(part for part in (answer.place, answer.note) if part), _MESSAGE_LENGTH)
    return ["STC", first, today, "U", billed, "", "", "", "", "", second, third, message]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SetAnswers).decode

"""Reads the claims of one 837 transaction set, professional, institutional or dental, as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from claims.edi.trace import ClaimTrace, trace_of
from claims.edi.x837_loops import HEADER
from claims.edi.x837_reading import Found, Reading
from claims.facts import (
    ZERO,
    Fact,
    OtherPayer,
    OtherPayerLine,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
)
from tpa.foundation.x12.tokens import Delimiters

# Every handler may ask for elements that the sender left out at the end of a segment.
_PAD = [""] * 20
_NAMELESS: Found = {"name": ""}
_UNNAMED: Found = {"last_name": ""}
_ENDS_CLAIM = frozenset(("CLM", "HL", "SE"))


class SetHeader(Fact, frozen=True, kw_only=True):
    """What stands above all claims of the set: BHT and loop 1000. `reference` is BHT03, echoed on the 277CA."""

    reference: str = ""
    created_on: date | None = None
    purpose: str = "00"  # BHT02: 00 original, 18 sent again
    submission_type: str = "CH"
    submitter_name: str = ""
    submitter_first_name: str = ""
    submitter_number: str = ""
    submitter_entity: str = "2"
    receiver_name: str = ""
    receiver_number: str = ""


class ReadFinding(Fact, frozen=True, kw_only=True):
    """Why a claim that obeys the guide can still not be taken as it is.

    Code: unreadable (an amount, count or date), service_date_missing, lines_missing, out_of_balance.
    """

    code: str
    ordinal: int  # of the segment in the set; ST is 1
    segment: str
    note: str = ""


class ReadClaim(Fact, frozen=True, kw_only=True):
    """One CLM with all above and below it. Without findings it has a submission, with findings none."""

    header: SetHeader
    trace: ClaimTrace
    first_ordinal: int  # the CLM segment, counted from ST as 1
    last_ordinal: int
    billing_ordinal: int  # the HL of its billing provider
    submission: Submission | None = None
    findings: tuple[ReadFinding, ...] = ()


def read_claims(segments: Iterable[list[str]], delimiters: Delimiters, transaction: str) -> Iterator[ReadClaim]:
    """Every claim of a set (its segments from ST to SE), in order. `transaction` is 837P, 837I or 837D.

    Meant for sets that the guide's check has passed; never raises on content, and holds one claim at a time.
    """
    reading = Reading(transaction[-1], delimiters.component)
    table = reading.table = HEADER
    ordinal = 0
    for ordinal, segment in enumerate(segments, 1):
        name = segment[0]
        if name in _ENDS_CLAIM:
            if reading.claim is not None:
                yield _close(reading, ordinal - 1)
            reading.ordinal = ordinal
            table = reading.table
        handler = table.get(name)
        if handler is not None:
            try:
                handler(reading, segment + _PAD)
            except ValueError as error:
                reading.findings[-1].append((ordinal, name, str(error)))
            table = reading.table
    if reading.claim is not None:
        yield _close(reading, ordinal)


def _close(reading: Reading, last_ordinal: int) -> ReadClaim:
    """Make the claim that was read, and be ready for the next one."""
    findings = [
        ReadFinding(code="unreadable", ordinal=ordinal, segment=name, note=note)
        for level in reading.findings
        for ordinal, name, note in level
    ]
    if reading.billing_provider is None:
        reading.billing_provider = SubmittedProvider(**_NAMELESS | reading.billing)
    if reading.subscriber is None:
        reading.subscriber = SubmittedPerson(**_UNNAMED | reading.subscriber_party)
    if reading.patient is None and reading.patient_party is not None:
        reading.patient = SubmittedPerson(**_UNNAMED | reading.patient_party)
    submission = None
    if not findings:
        submission = _submission(reading, findings)
    claim = ReadClaim(
        header=_header(reading),
        trace=_raw_trace(reading) if submission is None else trace_of(submission),
        first_ordinal=reading.claim_ordinal,
        last_ordinal=last_ordinal,
        billing_ordinal=reading.billing_ordinal,
        submission=submission,
        findings=tuple(findings),
    )
    reading.close_claim()
    return claim


def _header(reading: Reading) -> SetHeader:
    header = reading.built_header
    if not isinstance(header, SetHeader):
        header = reading.built_header = SetHeader(**reading.header)
    return header


def _submission(reading: Reading, findings: list[ReadFinding]) -> Submission | None:
    claim, lines = reading.claim, reading.lines
    assert claim is not None
    assert reading.subscriber is not None
    assert reading.billing_provider is not None
    place = reading.claim_ordinal
    if not lines or any("billed_amount" not in line for line in lines):
        note = "a line has no service" if lines else "the claim has no lines"
        findings.append(ReadFinding(code="lines_missing", ordinal=place, segment="CLM", note=note))
        return None
    _date_lines(reading, lines)
    if any("service_from" not in line for line in lines):
        findings.append(ReadFinding(code="service_date_missing", ordinal=place, segment="CLM"))
        return None
    billed = claim["billed_amount"]
    total: Decimal = sum([line["billed_amount"] for line in lines], ZERO)
    if total != billed:
        note = f"the claim says {billed}, its lines add up to {total}"
        findings.append(ReadFinding(code="out_of_balance", ordinal=place, segment="CLM", note=note))
        return None
    if reading.has_discharge_hour:
        # An institutional claim tells the hour of discharge; its day is the last one of the statement.
        claim.setdefault("discharged_on", claim.get("statement_to"))
    return Submission(
        kind=reading.kind,
        subscriber=reading.subscriber,
        patient=reading.patient,
        relationship=reading.relationship,
        billing_provider=reading.billing_provider,
        pay_to=SubmittedProvider(**reading.pay_to) if reading.pay_to else None,
        lines=tuple([_line(line) for line in lines]),
        diagnoses=tuple(reading.diagnoses),
        other_payers=tuple([OtherPayer(**_settled(other)) for other in reading.others]),
        rendering_provider=SubmittedProvider(**reading.rendering) if reading.rendering else None,
        facility=SubmittedProvider(**reading.facility) if reading.facility else None,
        submission_type=reading.submission_type,
        **reading.coverage,
        **claim,
        **reading.collected_tuples(),
    )


def _date_lines(reading: Reading, lines: list[Found]) -> None:
    """A line without a day of its own has the claim's: of service, else of the statement, else of admission.

    A dental predetermination has none at all, for nothing was done yet: it counts as of the day it was written.
    """
    if all("service_from" in line for line in lines):
        return
    claim = reading.claim
    assert claim is not None
    days = reading.service_days
    if days is None and claim.get("statement_from"):
        days = claim["statement_from"], claim["statement_to"]
    if days is None and claim.get("admitted_on"):
        days = claim["admitted_on"], claim["admitted_on"]
    if days is None and claim.get("is_predetermination") and reading.header.get("created_on"):
        days = reading.header["created_on"], reading.header["created_on"]
    if days is not None:
        for line in lines:
            if "service_from" not in line:
                line["service_from"], line["service_to"] = days


def _line(line: Found) -> SubmittedLine:
    others = line.get("other_payers")
    if others:
        line["other_payers"] = tuple([OtherPayerLine(**_settled(other)) for other in others])
    return SubmittedLine(**line)


def _settled(other: Found) -> Found:
    other["adjustments"] = tuple(other["adjustments"])
    return other


def _raw_trace(reading: Reading) -> ClaimTrace:
    """The trace of a claim that can not be taken: what of it could be read."""
    claim, subscriber, billing = reading.claim, reading.subscriber, reading.billing_provider
    assert claim is not None
    assert subscriber is not None
    assert billing is not None
    patient = reading.patient or subscriber
    days = reading.service_days
    return ClaimTrace(
        patient_control_number=claim["patient_control_number"],
        billed_amount=claim.get("billed_amount"),
        billing_provider=billing,
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        member_number=patient.number or subscriber.number,
        clearinghouse_number=claim.get("clearinghouse_number", ""),
        bill_type=claim.get("facility_code", "") + claim.get("frequency_code", "1") if reading.kind == "I" else "",
        service_from=claim.get("statement_from") or (days[0] if days else None),
        service_to=claim.get("statement_to") or (days[1] if days else None),
    )

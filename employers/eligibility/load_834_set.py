"""Loads one 834 set that arrived: checked against its guide, then taken over record by record, with a report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from employers.edi.guides import INBOUND
from employers.edi.x834 import EnrolmentHeader, read_enrolment
from employers.eligibility.apply_records import Applied, Problem, apply_records
from employers.eligibility.find_sponsor import find_sponsor
from employers.eligibility.keep_eligibility_file import Arrival, applied_before, keep_eligibility_file, missing_from
from employers.facts import MemberRecord
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import TransactionSet
from tpa.foundation.open_file import delimiters_of, finish_set
from tpa.foundation.transitions import move
from tpa.foundation.x12.check import SetVerdict, check_set
from tpa.foundation.x12.tokens import read_set

LOAD_834 = "load_834"
SYSTEM = Actor.system("eligibility")
_BATCH = 2000


def load_834_set(*, set_id: int) -> int:
    """Check and load one set in one transaction; returns how many records were taken over. Twice is harmless.

    A set that breaks its guide is rejected whole (999). One that keeps to it is accepted; what our records do not
    agree with stands in the report. A set whose very bytes were applied before changes nothing.
    """
    with transaction.atomic():
        row = TransactionSet.objects.select_for_update(of=("self",), no_key=True).get(pk=set_id)
        if row.status != TransactionSet.Status.RECEIVED:
            return 0
        guide = INBOUND.guide(row.version)
        assert guide is not None, "open_file asks only for sets whose guide we have"
        delimiters = delimiters_of(row.interchange)
        with open_stored(row.file.sha256) as stream:
            verdict = check_set(read_set(stream, row.byte_offset, row.byte_length, delimiters), guide, delimiters)
            if verdict.accepted:
                segments = read_set(stream, row.byte_offset, row.byte_length, delimiters)
                applied = _load(row, _digest(stream, row), *read_enrolment(segments))
                row.accepted_count = applied.row_count - applied.refused_count
                row.rejected_count = applied.refused_count
        _close(row, verdict)
    return row.accepted_count


def _load(row: TransactionSet, sha256: str, header: EnrolmentHeader, records: Iterator[MemberRecord]) -> Applied:
    sponsor, code = find_sponsor(header.policy_number, header.sponsor_number, header.group_number)
    arrival = Arrival(row.file.name, sha256, "834", header.is_full, row.file.received_at, row.pk)
    if applied_before(sponsor, sha256) is not None:
        return Applied()
    applied = Applied(problems=[Problem(None, "N1*P5", code)]) if code else Applied()
    if sponsor is not None:
        for batch in _batches(records):
            applied.add(apply_records(employer_id=sponsor, records=batch, by=SYSTEM, because=row.file.name))
        if header.is_full:
            on = header.written_on or timezone.localdate(row.file.received_at)
            applied.problems += missing_from(sponsor, applied.mentioned | set(applied.member_ids), on)
    keep_eligibility_file(
        employer_id=sponsor, arrival=arrival, applied=applied, is_applied=sponsor is not None, by=SYSTEM
    )
    return applied


def _close(row: TransactionSet, verdict: SetVerdict) -> None:
    row.findings = [asdict(finding) for finding in verdict.findings]
    row.ack_code = "A" if verdict.accepted else "R"
    row.codes = [] if verdict.accepted else list(verdict.codes)
    row.save()
    move(row, TransactionSet.Status.LOADED if verdict.accepted else TransactionSet.Status.REJECTED, by=SYSTEM)
    finish_set(row)


def _batches(records: Iterable[MemberRecord]) -> Iterator[list[MemberRecord]]:
    left = iter(records)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _digest(stream: BinaryIO, row: TransactionSet) -> str:
    """The SHA-256 of the set alone: the same set in another envelope is the same set."""
    stream.seek(row.byte_offset)
    return hashlib.sha256(stream.read(row.byte_length)).hexdigest()

"""Answers a file whose sets are all done: a TA1 for each interchange, a 999 for its groups, a 277CA for its claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.utils import timezone

from claims.edi.x277ca import ClaimAcknowledgment, read_claim_answers, write_acknowledgments
from claims.intake.kinds import SHELF
from tpa.foundation.audit import Actor
from tpa.foundation.bulk import next_ids
from tpa.foundation.documents.keep_document import EDI, Written, keep_documents
from tpa.foundation.edi_files import Stored, open_stored, read_bytes, storing
from tpa.foundation.models import Document, EdiFile, Interchange, TransactionSet
from tpa.foundation.organisation import organisation
from tpa.foundation.transitions import move
from tpa.foundation.x12 import envelope
from tpa.foundation.x12.acknowledge import parties_of, write_999, write_ta1
from tpa.foundation.x12.envelope_model import EnvelopeFinding, Group
from tpa.foundation.x12.examine import GroupAnswer, SetAnswer, answer_group, answer_set, group_codes
from tpa.foundation.x12.findings import Finding

SYSTEM = Actor.system("intake")


def answer_file(*, file_id: int) -> int:
    """Write and keep the answers to a file in the caller's transaction; returns how many. Twice is harmless."""
    file = EdiFile.objects.select_for_update(no_key=True).get(pk=file_id)
    if file.status != EdiFile.Status.WORKING:
        return 0
    now = timezone.now()
    rows = {row.ordinal: row for row in file.interchanges.all()}
    sets: dict[int, dict[int, TransactionSet]] = defaultdict(dict)
    for row in file.sets.order_by("ordinal"):
        sets[row.interchange_id][row.byte_offset] = row
    documents: list[Written] = []
    with open_stored(file.sha256) as stream:
        for item in envelope.interchanges(stream):
            if isinstance(item, EnvelopeFinding):
                continue
            for kind, data in _answers(stream, item, rows[item.ordinal], sets[rows[item.ordinal].pk], now):
                documents.append(
                    Written(
                        kind=kind,
                        name=f"{kind}-{file.pk}-{item.ordinal}.x12",
                        data=data,
                        media_type=EDI,
                        subject_type=Interchange._meta.label_lower,
                        subject_id=rows[item.ordinal].pk,
                        answers_id=file.pk,
                    )
                )
    keep_documents(documents, at=now)
    file.answered_at = now
    file.save(update_fields=["answered_at"])
    move(file, EdiFile.Status.ANSWERED, by=SYSTEM, at=now)
    return len(documents)


def _answers(
    stream: BinaryIO, item: envelope.Interchange, row: Interchange, sets: Mapping[int, TransactionSet], now: datetime
) -> Iterator[tuple[str, Stored]]:
    """(kind, what is stored) of all that answers one interchange: first the TA1; a refused one gets nothing else."""
    with storing() as out:
        write_ta1(out, item, control_number=_number(), at=now, code="025" if row.ta1_note == "025" else "")
    yield Document.Kind.TA1, out.stored
    if row.ta1_code == "R" or not item.groups:
        return
    answers = [_group_answer(stream, group, sets) for group in item.groups]
    with storing() as out:
        write_999(out, item, answers, control_number=_number(), group_number=_number(), at=now)
    yield Document.Kind.ACK_999, out.stored
    loaded = [one for one in sets.values() if one.claims_answer_sha256]
    if loaded:
        yield Document.Kind.ACK_277CA, _claim_acknowledgments(item, loaded, now)


def _group_answer(stream: BinaryIO, group: Group, sets: Mapping[int, TransactionSet]) -> GroupAnswer:
    """What the loading found, put together; sets that a group's fault kept from being loaded are examined now."""
    codes = group_codes(group, SHELF)
    if {"1", "2"} & set(codes):
        return answer_group(group, (), SHELF)
    if codes:
        return answer_group(group, tuple(answer_set(stream, one, SHELF) for one in group.sets), SHELF)
    return answer_group(group, tuple(_set_answer(sets[one.offset]) for one in group.sets), SHELF)


def _set_answer(row: TransactionSet) -> SetAnswer:
    findings = [Finding(**{**one, "unit": tuple(one["unit"])}) for one in row.findings]
    syntax = tuple(finding for finding in findings if finding.level != "business")
    identifier = row.transaction[:3]
    return SetAnswer(identifier, row.control_number, row.convention, tuple(row.codes), syntax)


def _claim_acknowledgments(item: envelope.Interchange, rows: list[TransactionSet], now: datetime) -> Stored:
    """One 277CA a loaded set, in the order of the file, all in one group."""
    with storing() as out:
        write_acknowledgments(
            out,
            _Acknowledgments(sorted(rows, key=lambda row: row.ordinal), now),
            parties=parties_of(item),
            control_number=_number(),
            group_number=_number(),
            at=now,
            usage="T" if item.is_test else "P",
        )
    return out.stored


class _Acknowledgments(Sequence[ClaimAcknowledgment]):
    """What the sets' loading said of their claims; each is read when it is wanted: of a large file it is much."""

    def __init__(self, rows: Sequence[TransactionSet], at: datetime) -> None:
        self._rows, self._at, self._us = rows, at, organisation()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        row = self._rows[place]
        return ClaimAcknowledgment(
            reference=str(row.pk),
            payer_name=self._us.name,
            payer_number=self._us.payer_number,
            received_on=row.file.received_on,
            at=self._at,
            set_answers=read_claim_answers(read_bytes(row.claims_answer_sha256)),
        )


def _number() -> int:
    """The next control number of ours."""
    return next_ids("foundation_control_number", 1)[0]

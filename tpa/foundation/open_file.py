"""Opens a kept file: writes down its interchanges and transaction sets, and asks for each set to be loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation import work
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import EdiFile, Interchange, TransactionSet
from tpa.foundation.transitions import move
from tpa.foundation.x12 import envelope
from tpa.foundation.x12.envelope_model import EnvelopeFinding, SetRef
from tpa.foundation.x12.examine import group_codes, guide_of
from tpa.foundation.x12.shelf import Shelf
from tpa.foundation.x12.tokens import Delimiters

ANSWER_FILE = "answer_file"
_SYSTEM = Actor.system("intake")

# ST01 with ST03 (or GS08) up to its addenda, to the name by which the house calls the transaction.
TRANSACTIONS = {
    ("837", "005010X222"): "837P",
    ("837", "005010X223"): "837I",
    ("837", "005010X224"): "837D",
    ("834", "005010X220"): "834",
    ("835", "005010X221"): "835",
    ("820", "005010X218"): "820",
}


def open_file(*, file_id: int, shelf: Shelf, kinds: Mapping[str, str]) -> list[int]:
    """Write down what the file's envelopes hold and ask for its sets to be loaded; returns the ids of the sets.

    `shelf` holds the guides of what we take in, `kinds` names the kind of work that loads each transaction. Sets that
    no guide fits, that a fault of an interchange, group or envelope covers, or whose interchange came before, are
    rejected here; when no set is left the file is answered.
    """
    file = EdiFile.objects.select_for_update(no_key=True).get(pk=file_id)
    if file.status != EdiFile.Status.RECEIVED:
        return []
    with open_stored(file.sha256) as stream:
        noises: list[EnvelopeFinding] = []
        sets: list[TransactionSet] = []
        for item in envelope.interchanges(stream):
            if isinstance(item, EnvelopeFinding):
                noises.append(item)
                continue
            row = _keep_interchange(file, item, stream)
            refused = bool(item.findings) or row.duplicate_of_id is not None
            for group in item.groups:
                group_refused = refused or bool(group_codes(group, shelf))
                sets += [
                    _set_row(row, reference, shelf, group_refused, len(sets) + place)
                    for place, reference in enumerate(group.sets, start=1)
                ]
    sets = TransactionSet.objects.bulk_create(sets, batch_size=1000)
    if not Interchange.objects.filter(file=file).exists():
        file.problem = "; ".join(noise.note for noise in noises) or "no interchange"
        file.save(update_fields=["problem"])
        move(file, EdiFile.Status.REFUSED, by=_SYSTEM, because=file.problem)
        return []
    move(file, EdiFile.Status.WORKING, by=_SYSTEM)
    waiting = [row for row in sets if row.status == TransactionSet.Status.RECEIVED]
    for transaction, kind in kinds.items():
        work.ask_many(kind, [(str(row.pk), 0, {"set": row.pk}) for row in waiting if row.transaction == transaction])
    if not waiting:
        work.ask(ANSWER_FILE, key=str(file.pk), payload={"file": file.pk})
    return [row.pk for row in waiting]


def give_up_file(*, file_id: int) -> None:
    """A file on which opening failed again and again is refused in words; it stays kept as it came."""
    file = EdiFile.objects.select_for_update(no_key=True).get(pk=file_id)
    if file.status == EdiFile.Status.RECEIVED:
        file.problem = _("The file could not be read; the administrator has been told.")
        file.save(update_fields=["problem"])
        move(file, EdiFile.Status.REFUSED, by=_SYSTEM, because="opening failed")


def finish_set(row: TransactionSet) -> bool:
    """Close a set that was loaded or rejected; True when it was the file's last, whose answer is then asked for.

    Called at the end of the set's transaction: the lock on the file lets the last two sets see each other.
    """
    EdiFile.objects.select_for_update(no_key=True).get(pk=row.file_id)
    left = TransactionSet.objects.filter(file_id=row.file_id, status=TransactionSet.Status.RECEIVED)
    if left.exclude(pk=row.pk).exists():
        return False
    return work.ask(ANSWER_FILE, key=str(row.file_id), payload={"file": row.file_id})


def transaction_of(identifier: str, version: str) -> str:
    """Our name of a set: "837P" for ("837", "005010X222A1"); for what we do not take in, the identifier."""
    return TRANSACTIONS.get((identifier, version[:10]), identifier[:5])


def delimiters_of(interchange: Interchange) -> Delimiters:
    """The delimiters by which the sets of an interchange are read."""
    marks = interchange.delimiters
    return Delimiters(marks[0], marks[1].strip(), marks[2], marks[3])


def _keep_interchange(file: EdiFile, item: envelope.Interchange, stream: BinaryIO) -> Interchange:
    """One row an interchange; one whose very bytes were taken in before points to its first coming."""
    sha256 = _hash_of(stream, item.offset, item.length)
    row = Interchange(
        file=file,
        ordinal=item.ordinal,
        sha256=sha256,
        sender=_kept(":".join(item.sender), 20),
        receiver=_kept(":".join(item.receiver), 20),
        control_number=_kept(item.control_number, 12),
        dated=_kept(item.isa[9][:6] + item.isa[10][:4], 12),
        delimiters=_four(item.delimiters),
        is_test=item.is_test,
        ta1_code="R" if item.findings else "A",
        ta1_note=item.findings[0].code if item.findings else "000",
    )
    # ON CONFLICT waits for whoever is loading the same bytes from another file just now.
    Interchange.objects.bulk_create([row], ignore_conflicts=True)
    kept = Interchange.objects.filter(file=file, ordinal=item.ordinal).first()
    if kept is not None:
        return kept
    first = Interchange.objects.get(sha256=sha256, duplicate_of__isnull=True)
    row.duplicate_of, row.ta1_code = first, "R"
    row.ta1_note = first.ta1_note if first.ta1_code == "R" else "025"
    row.save()
    return row


def _set_row(interchange: Interchange, reference: SetRef, shelf: Shelf, refused: bool, ordinal: int) -> TransactionSet:
    _its_guide, code = guide_of(reference, shelf)
    codes = list(dict.fromkeys([*filter(None, [code]), *(finding.code for finding in reference.findings)]))
    fit = not refused and not codes
    return TransactionSet(
        file_id=interchange.file_id,
        interchange=interchange,
        ordinal=ordinal,
        group_control_number=_kept(reference.group.control_number, 20),
        group_ordinal=reference.group.ordinal,
        functional_code=_kept(reference.group.functional_id, 2),
        control_number=_kept(reference.control_number, 20),
        version=_kept(reference.group.version, 20),
        convention=_kept("".join(reference.st[3:4]), 35),
        transaction=_kept(transaction_of(reference.identifier, reference.group.version), 5),
        byte_offset=reference.offset,
        byte_length=reference.length,
        status=TransactionSet.Status.RECEIVED if fit else TransactionSet.Status.REJECTED,
        status_at=timezone.now(),
        ack_code="" if fit else "R",
        codes=codes,
    )


def _four(delimiters: Delimiters) -> str:
    marks = (delimiters.element, delimiters.repetition, delimiters.component, delimiters.segment)
    return "".join(_kept(mark, 1) or " " for mark in marks)


def _kept(text: str, length: int) -> str:
    """What of a value fits its column, whatever the sender wrote; Postgres holds no NUL."""
    return text.replace("\0", "")[:length]


def _hash_of(stream: BinaryIO, offset: int, length: int) -> str:
    place = stream.tell()
    stream.seek(offset)
    digest = hashlib.sha256()
    while length > 0 and (chunk := stream.read(min(length, 1 << 20))):
        digest.update(chunk)
        length -= len(chunk)
    stream.seek(place)
    return digest.hexdigest()

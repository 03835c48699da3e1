"""Keeps what we wrote for somebody: the bytes in the store, a row that says what it is and whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from tpa.foundation.edi_files import Stored, store_bytes
from tpa.foundation.models import Document

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EDI = "application/edi-x12"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Written:
    """A document that was just written. Kind, subject and name together are its identity.

    One that may be large is written into the store piece by piece (`storing`), and `data` is what became of it.
    """

    kind: str
    name: str
    data: bytes | Stored
    media_type: str
    subject_type: str
    subject_id: int
    employer_id: int | None = None
    control_number: str = ""
    answers_id: int | None = None  # the file it answers


def keep_document(written: Written, *, at: datetime) -> Document:
    """Keep one document, in the caller's transaction; the one that was kept before under its identity stays."""
    keep_documents([written], at=at)
    return Document.objects.get(
        kind=written.kind, subject_type=written.subject_type, subject_id=written.subject_id, name=written.name
    )


def keep_documents(batch: Sequence[Written], *, at: datetime) -> None:
    """Keep many, with one statement. What exists under the same identity is never replaced."""
    kept = [(one, _stored(one.data)) for one in batch]
    Document.objects.bulk_create(
        [
            Document(
                kind=written.kind,
                name=written.name,
                sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                media_type=written.media_type,
                employer_id=written.employer_id,
                subject_type=written.subject_type,
                subject_id=written.subject_id,
                control_number=written.control_number,
                answers_id=written.answers_id,
                created_at=at,
            )
            for written, stored in kept
        ],
        ignore_conflicts=True,
    )


def _stored(data: bytes | Stored) -> Stored:
    return data if isinstance(data, Stored) else Stored(store_bytes(data), len(data))


def documents_of(subject: type[models.Model], subject_id: int) -> list[Document]:
    """What was written about one subject, in order."""
    return list(Document.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject_id).order_by("pk"))

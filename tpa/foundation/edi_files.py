"""Keeps every file as it came, under its SHA-256, and knows a file that came before."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tpa.foundation import work
from tpa.foundation.errors import Invalid
from tpa.foundation.models import EdiFile

OPEN_FILE = "open_file"
_CHUNK = 1 << 20


def store_path(sha256: str) -> Path:
    """Where the bytes of that hash stand."""
    return Path(settings.STORE_DIR) / sha256[:2] / sha256[2:4] / sha256


class Stored(NamedTuple):
    """Bytes that stand in the store."""

    sha256: str
    size_bytes: int


class Storing:
    """A file that goes into the store as it is written; `stored` says under which hash, once it is closed."""

    stored: Stored

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._digest, self._size = out, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Append; as a file's `write`."""
        self._digest.update(data)
        self._size += len(data)
        return self._out.write(data)

    def close(self) -> Stored:
        """All is written and safe on the disk."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self.stored = Stored(self._digest.hexdigest(), self._size)
        return self.stored


@contextmanager
def storing() -> Iterator[Storing]:
    """Write into the store piece by piece. Nothing of a broken write is ever visible under a hash."""
    root = Path(settings.STORE_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            out = Storing(file)
            yield out
            path = store_path(out.close().sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def store_stream(chunks: Iterable[bytes]) -> Stored:
    """Write bytes to the store and return where they stand."""
    with storing() as out:
        for chunk in chunks:
            out.write(chunk)
    return out.stored


def store_bytes(data: bytes) -> str:
    """Keep `data` and return its SHA-256; keeping it twice is harmless."""
    sha256 = hashlib.sha256(data).hexdigest()
    if not store_path(sha256).exists():
        store_stream([data])
    return sha256


def read_bytes(sha256: str) -> bytes:
    """The bytes kept under that hash."""
    return store_path(sha256).read_bytes()


def open_stored(sha256: str) -> BinaryIO:
    """The bytes kept under that hash, as a seekable stream."""
    return store_path(sha256).open("rb")


def read_in_chunks(stream: BinaryIO) -> Iterable[bytes]:
    """A stream's bytes, a megabyte at a time."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def keep_file(
    *,
    chunks: Iterable[bytes],
    name: str,
    origin: str,
    sent_by_id: int | None = None,
    received_at: datetime | None = None,
) -> tuple[EdiFile, bool]:
    """Keep a file as it came and ask for its opening.

    Returns (file, True), or (the earlier file, False) when the same bytes came before. Raises Invalid for an empty
    file. However many send the same bytes at once, one row and one piece of work result.
    """
    sha256, size = store_stream(chunks)
    if size == 0:
        raise Invalid("empty_file", "The file is empty: nothing was received.")
    at = received_at or timezone.now()
    with transaction.atomic():
        row = EdiFile(
            sha256=sha256,
            name=name[:255],
            size_bytes=size,
            origin=origin,
            sent_by_id=sent_by_id,
            received_at=at,
            received_on=timezone.localdate(at),
            status_at=at,
        )
        EdiFile.objects.bulk_create([row], ignore_conflicts=True)
        kept = EdiFile.objects.select_for_update().get(sha256=sha256)
        is_new = work.ask(OPEN_FILE, key=str(kept.pk), payload={"file": kept.pk}, at=at)
        if not is_new:
            kept.again_count += 1
            kept.save(update_fields=["again_count"])
    return kept, is_new

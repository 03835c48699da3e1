"""The audit trail: `record` a change, `record_read` a reading of protected data, `verify_chain` that all is unaltered.

Rows form hash chains: each carries the SHA-256 of its content and of the row before, so that a changed, removed or
moved row shows, at the very row. There are `LANES` chains and not one: a single chain makes every writer wait for the
commit of every other, and two that wait for each other's rows deadlock. A transaction takes a free lane and keeps it to
its end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

LANES: Final = 64
NO_HASH: Final = bytes(32)
# Between the columns of what is hashed: a control character ("record separator") that no text of ours holds.
_BETWEEN: Final = "\x1e"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user (a person or a partner's system) or a part of this system."""

    kind: str
    key: str

    @classmethod
    def user(cls, user_id: int) -> Actor:
        """Somebody who signed in."""
        return cls("user", str(user_id))

    @classmethod
    def system(cls, name: str) -> Actor:
        """Our own work, by the room that does it: `Actor.system("adjudication")`."""
        return cls("system", name)

    @property
    def user_id(self) -> int | None:
        """The user's id; None for the system."""
        return int(self.key) if self.kind == "user" else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Subjects:
    """What an event is about: rows of one model, all of one employer or (`employer_id` None) of several or none."""

    kind: str
    ids: tuple[int, ...]
    employer_id: int | None = None

    @classmethod
    def of(cls, subject: models.Model | None) -> Subjects:
        """The subject that is one row; its `employer_id` is taken over where it has one."""
        if subject is None:
            return cls("", ())
        return cls(subject._meta.label_lower, (subject.pk,), getattr(subject, "employer_id", None))

    @classmethod
    def rows(cls, model: type[models.Model], ids: Iterable[int], *, employer_id: int | None = None) -> Subjects:
        """The subjects that are many rows of a model, by their ids."""
        return cls(model._meta.label_lower, tuple(ids), employer_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit row to be. `action` is `<app>.<model>.<past tense>`; `fields` and `detail` hold no person's data."""

    action: str
    by: Actor
    about: Subjects = Subjects("", ())
    because: str = ""
    purpose: str = ""
    fields: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold: `what` is changed, missing or unlinked."""

    lane: int
    position: int
    event_id: int | None
    what: str


@dataclass(slots=True)
class ChainReport:
    """What `verify_chain` found: rows read, breaks (empty: unbroken), and each lane's last position and hash."""

    rows_count: int = 0
    breaks: list[Break] = field(default_factory=list)
    heads: dict[int, tuple[int, str]] = field(default_factory=dict)


def record(
    action: str,
    *,
    by: Actor,
    about: models.Model | Subjects | None = None,
    because: str = "",
    fields: Iterable[str] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Writes that something was done: `record("claims.claim.approved", by=by, about=claim, because=...)`.

    Call it in the transaction of the change. `fields` names what changed; `detail` is for statuses, counts and such.
    """
    subjects = about if isinstance(about, Subjects) else Subjects.of(about)
    record_many([Entry(action, by, subjects, because, fields=tuple(fields), detail=detail or {})])


def record_read(
    about: models.Model | Subjects,
    *,
    by: Actor,
    purpose: str,
    fields: Iterable[str] = (),
) -> None:
    """Writes that protected data was shown, listed, printed or exported: one row for the whole list.

    `purpose` is what it was shown for (`worklist`, `export`); source: 45 CFR 164.312(b), ASVS 16.3.2.
    """
    subjects = about if isinstance(about, Subjects) else Subjects.of(about)
    if subjects.ids:
        record_many([Entry(f"{subjects.kind}.read", by, subjects, purpose=purpose, fields=tuple(fields))])


def record_many(entries: Sequence[Entry]) -> None:
    """Writes several audit rows with two statements, however many they are."""
    if not entries:
        return
    at, request_id = timezone.now(), _request_id.get()
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT lane, place, last_hash FROM steward_audit_lane(%s)", [LANES])
        lane, position, last_hash = cursor.fetchone()
        previous = bytes(last_hash)
        rows = []
        for entry in entries:
            position += 1
            stored = _Stored(
                lane=str(lane),
                position=str(position),
                at=str((at - _EPOCH) // _MICROSECOND),
                actor=str(entry.by),
                action=entry.action,
                subject_type=entry.about.kind,
                subject_ids=",".join(map(str, entry.about.ids)),
                employer_id="" if entry.about.employer_id is None else str(entry.about.employer_id),
                because=str(entry.because).replace(_BETWEEN, " "),
                purpose=entry.purpose,
                request_id=request_id,
                fields=",".join(entry.fields),
                detail=json.dumps(dict(entry.detail), sort_keys=True, separators=(",", ":")),
            )
            digest = _hash(previous, _BETWEEN.join(stored))
            rows.append(
                (
                    lane, position, at, stored.actor, stored.action, stored.subject_type, list(entry.about.ids),
                    entry.about.employer_id, stored.because, stored.purpose, stored.request_id, list(entry.fields),
                    stored.detail, previous, digest,
                )
            )  # fmt: skip
            previous = digest
        cursor.execute(_INSERT + ", ".join([_ROW] * len(rows)), list(chain.from_iterable(rows)))


@contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """Inside, audit rows carry this request (or task) id."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def current_request_id() -> str:
    """The id of the request or task at hand; empty outside of any."""
    return _request_id.get()


def verify_chain(*, anchors: Mapping[int, tuple[int, str]] | None = None, at_most: int = 100) -> ChainReport:
    """Recomputes every hash and link, about a million rows in 6 s, and reports where they do not hold.

    `anchors` are heads from an earlier report that were kept outside the database: `lane → (position, hash)`. With them
    a cut-off or wholly rewritten end shows too. Stops collecting after `at_most` breaks.
    """
    report = ChainReport()
    wanted = dict(anchors or {})
    lane, position, last_hash = -1, 0, NO_HASH
    for event_id, its_lane, here, content, previous_hash, stored_hash in _rows():
        report.rows_count += 1
        if its_lane != lane:
            lane, position, last_hash = its_lane, 0, NO_HASH
        position += 1
        if here != position:
            report.breaks.append(Break(lane, position, None, "missing"))
            position = here
        elif previous_hash != last_hash:
            report.breaks.append(Break(lane, here, event_id, "unlinked"))
        if _hash(previous_hash, content) != stored_hash:
            report.breaks.append(Break(lane, here, event_id, "changed"))
        last_hash = stored_hash
        if lane in wanted and wanted[lane][0] == here and wanted.pop(lane)[1] != stored_hash.hex():
            report.breaks.append(Break(lane, here, event_id, "changed"))
        report.heads[lane] = (here, stored_hash.hex())
        if len(report.breaks) >= at_most:
            return report
    report.breaks.extend(Break(lane, place, None, "missing") for lane, (place, _) in sorted(wanted.items()))
    return report


class _Stored(NamedTuple):
    """An event as it is hashed: every column as the text that Postgres gives back for it, in this order."""

    lane: str
    position: str
    at: str
    actor: str
    action: str
    subject_type: str
    subject_ids: str
    employer_id: str
    because: str
    purpose: str
    request_id: str
    fields: str
    detail: str


_request_id: ContextVar[str] = ContextVar("request_id", default="")

_INSERT: Final = """
    INSERT INTO foundation_auditevent (lane, position, at, actor, action, subject_type, subject_ids, employer_id,
        because, purpose, request_id, fields, detail, previous_hash, hash) VALUES
"""
_ROW: Final = "(%s, %s, %s, %s, %s, %s, %s::bigint[], %s, %s, %s, %s, %s::varchar[], %s::json, %s, %s)"

_SELECT: Final = """
    SELECT event.id, event.lane, event.position, concat_ws(E'\\x1e', lane, position,
        (extract(epoch FROM at) * 1000000)::bigint, actor, action, subject_type, array_to_string(subject_ids, ','),
        coalesce(employer_id::text, ''), because, purpose, request_id, array_to_string(fields, ','), detail::text),
        previous_hash, hash
    FROM foundation_auditevent event ORDER BY event.lane, event.position
"""


def _hash(previous: bytes, content: str) -> bytes:
    # With one separator too many or too few, content could pass from a column to the next unseen.
    if content.count(_BETWEEN) != len(_Stored._fields) - 1:
        return NO_HASH
    return hashlib.sha256(previous + content.encode()).digest()


def _rows() -> Iterator[tuple[int, int, int, str, bytes, bytes]]:
    """All events, streamed in chain order through a server-side cursor."""
    with transaction.atomic():
        connection.ensure_connection()
        with connection.connection.cursor(name="audit_chain") as cursor:
            cursor.itersize = 20_000
            cursor.execute(_SELECT)
            for event_id, lane, position, content, previous_hash, stored_hash in cursor:
                yield event_id, lane, position, content, bytes(previous_hash), bytes(stored_hash)

"""The list of work that waits. Postgres is the record; the queue only rings, and may ring twice or not at all.

A worker takes a piece in two steps: a short transaction counts the attempt, so that a piece which kills its worker is
known; the second holds the row's lock while the work is done and marks it done together with what the work wrote.
When a worker dies its lock falls with its connection, and the piece can be taken again at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from tpa.foundation.models import WorkChunk

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
# Between the two steps nobody holds the row; this is how long others leave it alone then.
_BETWEEN_STEPS = timedelta(seconds=2)

_PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15)

# Two workers may work side by side on different shards of a kind, never on the same one.
_SHARD_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))"


def ask(kind: str, *, key: str, payload: dict[str, Any], shard: int = 0, at: datetime | None = None) -> bool:
    """Ask for a piece of work once; False when it was asked before (whatever became of it)."""
    return bool(ask_many(kind, [(key, shard, payload)], at=at))


def ask_many(kind: str, pieces: Iterable[tuple[str, int, dict[str, Any]]], *, at: datetime | None = None) -> int:
    """Ask for pieces given as (key, shard, payload); returns how many are new. One query."""
    now = at or timezone.now()
    rows = [
        WorkChunk(kind=kind, key=key, shard=shard, payload=payload, created_at=now, status_at=now)
        for key, shard, payload in pieces
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foundation_workchunk"
            " (kind, key, shard, payload, status, attempts, error, created_at, status_at)"
            " SELECT %s, k, s, p::jsonb, 'waiting', 0, '', %s, %s FROM unnest(%s, %s, %s) AS t(k, s, p)"
            " ON CONFLICT (kind, key) DO NOTHING",
            [
                kind,
                now,
                now,
                [row.key for row in rows],
                [row.shard for row in rows],
                [_json(row.payload) for row in rows],
            ],
        )
        return int(cursor.rowcount)


def waiting(kind: str) -> list[tuple[int, int]]:
    """(id, shard) of what waits of a kind, oldest first."""
    return list(
        WorkChunk.objects.filter(kind=kind, status=WorkChunk.Status.WAITING).order_by("id").values_list("id", "shard")
    )


def shards_waiting(kind: str) -> list[int]:
    """The shards of a kind in which something waits."""
    return list(
        WorkChunk.objects.filter(kind=kind, status=WorkChunk.Status.WAITING)
        .order_by("shard")
        .values_list("shard", flat=True)
        .distinct()
    )


def do_next(
    kind: str,
    do: Callable[[dict[str, Any]], object],
    *,
    shard: int | None = None,
    exclusive: bool = False,
    give_up: Callable[[dict[str, Any], str], object] | None = None,
) -> bool:
    """Take the oldest waiting piece of a kind and do it; False when there is none to take now.

    `exclusive` lets one worker at a time into a shard. After MOST_ATTEMPTS failed or fatal attempts the piece is
    quarantined and `give_up(payload, error)` runs in the same transaction. An ordinary failure is logged by its kind,
    counted, and left for a later bell: it never raises here, so that one bad piece stops no other.
    """
    chunk = _begin(kind, shard)
    if chunk is None:
        return False
    try:
        with transaction.atomic():
            if exclusive and not _enter_shard(kind, chunk.shard):
                _forget_attempt(chunk)
                return False
            held = (
                WorkChunk.objects.select_for_update(skip_locked=True)
                .filter(pk=chunk.pk, status=WorkChunk.Status.WAITING)
                .first()
            )
            if held is None:
                return True
            if held.attempts > MOST_ATTEMPTS:
                log.error("work_quarantined", kind=kind, chunk=held.pk, error=held.error)
                if give_up is not None:
                    give_up(held.payload, held.error)
                _end(held, WorkChunk.Status.QUARANTINED)
                return True
            do(held.payload)
            _end(held, WorkChunk.Status.DONE)
    except (OperationalError, InterfaceError) as error:
        # Postgres went away or sent us away: no fault of the work.
        log.warning("work_interrupted", kind=kind, chunk=chunk.pk, error=type(error).__name__)
        _when_back(lambda: _forget_attempt(chunk))
    except Exception as error:
        # The message may hold a person's data; its kind and place do not.
        place = _place_of(error)
        log.exception("work_failed", kind=kind, chunk=chunk.pk, error=type(error).__name__, place=place)
        WorkChunk.objects.filter(pk=chunk.pk, status=WorkChunk.Status.WAITING).update(
            error=f"{type(error).__name__} at {place}", leased_until=timezone.now() + timedelta(seconds=1)
        )
    return True


def _begin(kind: str, shard: int | None) -> WorkChunk | None:
    """Count an attempt on the oldest piece nobody holds, and keep others off it for the moment between the steps."""
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    wanted = Q(kind=kind, status=WorkChunk.Status.WAITING) & free
    if shard is not None:
        wanted &= Q(shard=shard)
    with transaction.atomic():
        chunk = WorkChunk.objects.select_for_update(skip_locked=True).filter(wanted).order_by("id").first()
        if chunk is None:
            return None
        chunk.attempts += 1
        chunk.leased_until = now + _BETWEEN_STEPS
        chunk.save(update_fields=["attempts", "leased_until"])
        return chunk


def _enter_shard(kind: str, shard: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SHARD_LOCK, [kind, shard])
        row = cursor.fetchone()
    return bool(row and row[0])


def _forget_attempt(chunk: WorkChunk) -> None:
    """The shard was taken: this was no attempt at the work."""
    WorkChunk.objects.filter(pk=chunk.pk).update(attempts=F("attempts") - 1, leased_until=None)


def _when_back(act: Callable[[], object]) -> None:
    """Do something small as soon as Postgres answers again; after half a minute its error goes on."""
    for pause in _PAUSES:
        try:
            act()
            return
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(pause)
    act()


def _end(chunk: WorkChunk, status: str) -> None:
    chunk.status = status
    chunk.status_at = timezone.now()
    chunk.leased_until = None
    chunk.save(update_fields=["status", "status_at", "leased_until"])


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def _json(payload: dict[str, Any]) -> str:
    return json.dumps(payload)

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
from typing import Any, NamedTuple

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from tpa.foundation.models import WorkChunk

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
# Between the two steps nobody holds the row; this is how long others leave it alone then.
_BETWEEN_STEPS = timedelta(seconds=2)

_PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15)


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
    chunk_id = _begin(kind, shard)
    if chunk_id is None:
        return False
    try:
        with transaction.atomic():
            held = _hold(chunk_id, exclusive=exclusive)
            if held is None:
                return True
            if not held.entered:
                _forget_attempt(chunk_id)
                return False
            if held.attempts > MOST_ATTEMPTS:
                log.error("work_quarantined", kind=kind, chunk=chunk_id, error=held.error)
                if give_up is not None:
                    give_up(held.payload, held.error)
                _end(chunk_id, WorkChunk.Status.QUARANTINED)
                return True
            do(held.payload)
            _end(chunk_id, WorkChunk.Status.DONE)
    except Exception as error:
        if _is_away(error):
            log.warning("work_interrupted", kind=kind, chunk=chunk_id, error=type(error).__name__)
            _when_back(lambda: _forget_attempt(chunk_id))
            return True
        # The message may hold a person's data; its kind and place do not.
        place = _place_of(error)
        log.exception("work_failed", kind=kind, chunk=chunk_id, error=type(error).__name__, place=place)
        WorkChunk.objects.filter(pk=chunk_id, status=WorkChunk.Status.WAITING).update(
            error=f"{type(error).__name__} at {place}", leased_until=timezone.now() + timedelta(seconds=1)
        )
    return True


class _Held(NamedTuple):
    payload: dict[str, Any]
    attempts: int
    error: str
    entered: bool


# Count an attempt on the oldest piece nobody holds, and keep others off it for the moment between the steps. The commit
# does not wait for the disk: what a crash of Postgres takes back was no attempt of the work's.
_BEGIN = """
UPDATE foundation_workchunk SET attempts = attempts + 1, leased_until = %(until)s
 WHERE set_config('synchronous_commit', 'off', true) = 'off'
   AND id = (SELECT id FROM foundation_workchunk
              WHERE kind = %(kind)s AND status = 'waiting' AND (%(shard)s IS NULL OR shard = %(shard)s)
                AND (leased_until IS NULL OR leased_until < %(now)s)
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

# Two workers may work side by side on different shards of a kind, never on the same one.
_HOLD = """
SELECT payload, attempts, error,
       NOT %(exclusive)s OR pg_try_advisory_xact_lock(hashtextextended(kind, shard)) AS entered
  FROM foundation_workchunk WHERE id = %(id)s AND status = 'waiting' FOR UPDATE
"""


def _begin(kind: str, shard: int | None) -> int | None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"kind": kind, "shard": shard, "now": now, "until": now + _BETWEEN_STEPS})
        row = cursor.fetchone()
    return row[0] if row else None


def _hold(chunk_id: int, *, exclusive: bool) -> _Held | None:
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"id": chunk_id, "exclusive": exclusive})
        row = cursor.fetchone()
    return _Held(json.loads(row[0]), *row[1:]) if row else None


def _is_away(error: Exception) -> bool:
    """Whether Postgres went away or sent us away: no fault of the work. In the middle of a COPY the driver knows only
    that something went wrong, and raises the base of its errors."""
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError


def _forget_attempt(chunk_id: int) -> None:
    """This was no attempt at the work. A crash of Postgres may have forgotten it already."""
    WorkChunk.objects.filter(pk=chunk_id).update(attempts=Greatest(F("attempts") - 1, 0), leased_until=None)


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


def _end(chunk_id: int, status: str) -> None:
    WorkChunk.objects.filter(pk=chunk_id).update(status=status, status_at=timezone.now(), leased_until=None)


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def _json(payload: dict[str, Any]) -> str:
    return json.dumps(payload)

"""Rings for work that already waits in Postgres. A bell that cannot be rung loses nothing: beat sweeps what waits."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def ring(task: Any, *args: Any) -> None:
    """Send the task once the transaction is committed; when the broker is away, say so in the log and go on."""

    def send() -> None:
        try:
            task.apply_async(args, retry=False)
        except (OperationalError, RedisError, OSError):
            log.warning("bell_not_rung", task=task.name)

    transaction.on_commit(send)

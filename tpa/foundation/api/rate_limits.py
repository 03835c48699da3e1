"""How many requests a caller may make a minute. Counted in Redis; without Redis nobody is held back, for the limit
guards against haste and must not make us fail."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 60


class RateLimit(BaseThrottle):
    """`STEWARD_API_PER_MINUTE` requests in each minute of the clock, a user.

    What is left stands in `request.rate_left` as (limit, left, seconds to the next minute); `api.views` writes it into
    the headers (draft-ietf-httpapi-ratelimit-headers).
    """

    def __init__(self) -> None:
        self.seconds_left = WINDOW_SECONDS

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = settings.STEWARD_API_PER_MINUTE
        now = time.time()
        self.seconds_left = WINDOW_SECONDS - int(now) % WINDOW_SECONDS
        used = _count(f"steward:rate:{request.user.pk}:{int(now) // WINDOW_SECONDS}")
        request._request.rate_left = (limit, max(0, limit - used), self.seconds_left)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return float(self.seconds_left)


def _count(key: str) -> int:
    try:
        pipeline = _client().pipeline()
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS * 2)
        return int(pipeline.execute()[0])
    except redis.RedisError as error:
        logger.warning("Rates are not counted: %s", type(error).__name__)
        return 0


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)

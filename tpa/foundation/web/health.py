"""/healthz: can this process reach the database and the broker? Says so in one small JSON object."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tpa.foundation.access import open_to_anyone


@open_to_anyone
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when Postgres answers; the broker may be away (work waits in Postgres), so it is reported and not fatal."""
    database, broker = _database_answers(), _broker_answers()
    return JsonResponse({"database": database, "broker": broker}, status=200 if database else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()

"""`Idempotency-Key`: the same POST sent again is answered the same and done once.

The work and its answer are one transaction, and an advisory lock of that transaction says that the key is under way. So
there is no third state: a process that dies in between leaves neither work nor answer, and the key is free again.

Contract (the IETF draft expired in 2026, so it is ours; modelled on Stripe's): a key is 1 to 255 printable ASCII
characters and belongs to the caller; an answer is kept for 24 hours; a twin under way gets 409; the same key with
another request 422; an error keeps nothing, so that the mended or repeated request is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models.idempotency import IdempotentAnswer

KEPT_FOR: Final = timedelta(hours=24)
_KEPT_HEADERS: Final = ("Content-Type", "Location", "ETag")


def answer_once(
    key: str, request: Request, work: Callable[[], Response], finish: Callable[[Response], Any]
) -> HttpResponse | Response:
    """The kept answer to this key, or that of `work`, which then is kept.

    `finish` makes the response ready to be rendered. Raises `Conflict` for a twin under way and `Invalid` for another
    request under the same key; both keep nothing. An error that `work` raises passes through.
    """
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Invalid("idempotency.key", _("An idempotency key is 1 to 255 printable ASCII characters."))
    digest, user_id = _digest(request), int(request.user.pk or 0)
    with transaction.atomic():
        if not _took(f"{user_id}\0{key}"):
            raise Conflict("idempotency.under_way", _("The same request is still under way."))
        kept = IdempotentAnswer.objects.filter(user_id=user_id, key=key).first()
        if kept is not None and kept.created_at < timezone.now() - KEPT_FOR:
            kept.delete()
            kept = None
        if kept is not None:
            if kept.request_digest != digest:
                raise Invalid("idempotency.other_request", _("This key was used for another request."))
            return HttpResponse(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})
        response = work()
        if response.status_code < 400:
            finish(response)
            response.render()
            IdempotentAnswer.objects.create(
                user_id=user_id,
                key=key,
                request_digest=digest,
                status=response.status_code,
                headers={name: response[name] for name in _KEPT_HEADERS if response.has_header(name)},
                body=response.content.decode(),
                created_at=timezone.now(),
            )
        return response


def forget_answers(*, before: datetime) -> int:
    """Deletes what was answered before a moment; returns how many. For the nightly sweep, with `KEPT_FOR`."""
    deleted, _per_model = IdempotentAnswer.objects.filter(created_at__lt=before).delete()
    return deleted


def _took(name: str) -> bool:
    """Takes the key until the transaction ends, or says that somebody else has it. Two keys that share a hash (1 in
    2^64) would only see a 409 too many."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _digest(request: Request) -> str:
    """What makes two requests the same: method, address and body. Of a form with files its parts, for the boundary
    between them is drawn anew each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request._request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, files in sorted(request._request.FILES.lists()):
            for file in files:
                digest.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()

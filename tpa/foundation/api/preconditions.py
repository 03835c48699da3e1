"""ETags: who changes a thing says which state of it they saw; who reads it again and nothing changed gets no body."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request


class PreconditionRequired(APIException):
    """428: a change needs `If-Match`."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition.required"


class PreconditionFailed(APIException):
    """412: it is not the state that the caller saw."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition.failed"


def etag_of(*state: Any) -> str:
    """A strong ETag for what identifies a state: `etag_of("claim", claim.pk, claim.revision)`."""
    return f'"{hashlib.sha256(repr(state).encode()).hexdigest()[:32]}"'


def require_match(request: Request, etag: str) -> None:
    """Raises `PreconditionRequired` without `If-Match`, and `PreconditionFailed` if it names another state."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise PreconditionRequired(_("Send If-Match with the ETag that you read."))
    if given != "*" and etag not in [one.strip() for one in given.split(",")]:
        raise PreconditionFailed(_("It was changed since you read it."))


def is_unchanged(request: Request, etag: str) -> bool:
    """Did the caller say, by `If-None-Match`, that it has this state already? Then 304 is the answer."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    return etag in known or known == ["*"]

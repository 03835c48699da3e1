"""Errors of the API as problems (RFC 9457): one shape for every refusal, a code for machines, places in the body."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later
from django.views.decorators.http import require_safe
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import set_rollback

from tpa.foundation.access import open_to_anyone
from tpa.foundation.errors import DomainError

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

# Status → the name of its type, its title, and what a caller can do about it. RFC 9457: a type's title never varies.
TYPES: Final[Mapping[int, tuple[str, Any, Any]]] = {
    400: ("malformed", _later("The request is malformed"), _later("Mend the places listed in errors.")),
    401: ("unauthenticated", _later("Credentials are missing or not valid"), _later("Send a valid key or token.")),
    403: ("refused", _later("This is not allowed"), _later("Ask for a role or scope that allows it.")),
    404: ("not-found", _later("There is no such thing"), _later("Check the id; it may belong to somebody else.")),
    405: ("method", _later("This method does not exist here"), _later("See the Allow header.")),
    406: ("representation", _later("There is no such representation"), _later("Accept application/json.")),
    409: ("conflict", _later("It stands differently by now"), _later("Read it again, then decide.")),
    412: ("stale", _later("It was changed meanwhile"), _later("Read it again and send its new ETag.")),
    413: ("too-large", _later("The body is too large"), _later("Send it in parts.")),
    415: ("media-type", _later("This media type is not read here"), _later("Send application/json.")),
    422: ("invalid", _later("The values contradict the rules"), _later("See code and detail.")),
    428: ("needs-etag", _later("This needs If-Match"), _later("Send the ETag that you read.")),
    429: ("too-many", _later("Too many requests"), _later("Wait as long as Retry-After says.")),
    500: ("server", _later("Something went wrong on our side"), _later("Nothing was changed; send it again.")),
    503: ("unavailable", _later("We can not answer now"), _later("Nothing was changed; send it again later.")),
}


class ParameterError(exceptions.ValidationError):
    """A query parameter is unknown or wrong: `ParameterError({"limit": [ErrorDetail(...)]})`."""


def problem(
    request: HttpRequest | Request,
    *,
    status: int,
    code: str,
    detail: Any = "",
    title: Any = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> JsonResponse:
    """A problem as a response.

    `code` is stable; `detail` one sentence on this occurrence; `errors` names places: `{"pointer": "#/lines/0/code",
    "code": "required", "detail": ...}` or `{"parameter": "limit", ...}`. `extra` members never take a standard name.
    """
    name, common_title, _advice = TYPES.get(status, TYPES[400] if status < 500 else TYPES[500])
    body: dict[str, Any] = {
        **(extra or {}),
        "type": request.build_absolute_uri(f"/api/problems/{name}"),
        "title": str(title or common_title),
        "status": status,
        "code": code,
        "request_id": getattr(request, "request_id", ""),
    }
    if detail:
        body["detail"] = str(detail)
    if errors:
        body["errors"] = errors
    response = JsonResponse(body, status=status, headers=dict(headers or {}))
    response["Content-Type"] = MEDIA_TYPE
    response["Cache-Control"] = "no-store"
    return response


def problem_of(error: DomainError, request: HttpRequest | Request) -> JsonResponse:
    """A `DomainError` as a problem."""
    return problem(request, status=error.status, code=error.code, detail=error.message, extra=error.extra)


def handle(error: Exception, context: Mapping[str, Any]) -> JsonResponse:
    """What REST framework calls for any exception of an API view. An unknown one is logged and becomes a 500."""
    request: Request = context["request"]
    set_rollback()
    if isinstance(error, DomainError):
        return problem_of(error, request)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return problem(request, status=413, code="request.too_large")
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, request)
    got_request_exception.send(sender=type(context.get("view")), request=request._request)
    logger.error("API request failed: %s", type(error).__name__, exc_info=error)
    if isinstance(error, OperationalError):
        return problem(request, status=503, code="server.database", headers={"Retry-After": "5"})
    return problem(request, status=500, code="server.error")


@open_to_anyone
@require_safe
def problem_page(request: HttpRequest, name: str) -> JsonResponse:
    """What stands behind a problem's `type`."""
    for status, (its_name, title, advice) in TYPES.items():
        if its_name == name:
            return JsonResponse({"type": name, "status": status, "title": str(title), "what_to_do": str(advice)})
    return problem(request, status=404, code="not_found")


def _of_framework(error: exceptions.APIException, request: Request) -> JsonResponse:
    headers = {}
    # Set by the framework on its way here, and missing in its types.
    auth_header: str | None = getattr(error, "auth_header", None)
    wait: float | None = getattr(error, "wait", None)
    if auth_header:
        headers["WWW-Authenticate"] = auth_header
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        places = list(_places(error.detail))
        if isinstance(error, ParameterError):
            places = [{"parameter": place.pop("pointer").removeprefix("#/"), **place} for place in places]
        return problem(
            request,
            status=400,
            code="request.invalid",
            detail=_("%(count)d places of the request need mending.") % {"count": len(places)},
            errors=places,
        )
    code = str(error.get_codes()) if isinstance(error.detail, str) else "request.invalid"
    return problem(request, status=error.status_code, code=code, detail=error.detail, headers=headers)


def _places(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """The leaves of REST framework's nested error details, each with its JSON pointer (RFC 6901)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _places(inner, pointer + step)
    elif isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            # A list of sentences is about one place; a list of mappings is one per element of a list.
            yield from _places(inner, f"{pointer}/{index}" if isinstance(inner, (Mapping, list)) else pointer)
    elif detail:
        yield {"pointer": pointer, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}

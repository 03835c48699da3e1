"""Errors of the API as problems (RFC 9457): one shape for every refusal, with a code for machines and places in the body."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
    400: ("malformed", gettext_lazy("The request is malformed"), gettext_lazy("Mend the places listed in errors.")),
    401: ("unauthenticated", gettext_lazy("Credentials are missing or not valid"), gettext_lazy("Send a valid key or token.")),
    403: ("refused", gettext_lazy("This is not allowed"), gettext_lazy("Ask for a role or scope that allows it.")),
    404: ("not-found", gettext_lazy("There is no such thing"), gettext_lazy("Check the id; it may belong to somebody else.")),
    405: ("method", gettext_lazy("This method does not exist here"), gettext_lazy("See the Allow header.")),
    406: ("representation", gettext_lazy("There is no such representation"), gettext_lazy("Accept application/json.")),
    409: ("conflict", gettext_lazy("It stands differently by now"), gettext_lazy("Read it again, then decide.")),
    412: ("stale", gettext_lazy("It was changed meanwhile"), gettext_lazy("Read it again and send its new ETag.")),
    413: ("too-large", gettext_lazy("The body is too large"), gettext_lazy("Send it in parts.")),
    415: ("media-type", gettext_lazy("This media type is not read here"), gettext_lazy("Send application/json.")),
    422: ("invalid", gettext_lazy("The values contradict the rules"), gettext_lazy("See code and detail.")),
    428: ("needs-etag", gettext_lazy("This needs If-Match"), gettext_lazy("Send the ETag that you read.")),
    429: ("too-many", gettext_lazy("Too many requests"), gettext_lazy("Wait as long as Retry-After says.")),
    500: ("server", gettext_lazy("Something went wrong on our side"), gettext_lazy("Nothing was changed; send it again.")),
    503: ("unavailable", gettext_lazy("We can not answer now"), gettext_lazy("Nothing was changed; send it again later.")),
}  # fmt: skip


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
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if isinstance(error, exceptions.Throttled) and error.wait is not None:
        headers["Retry-After"] = str(int(error.wait) + 1)
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

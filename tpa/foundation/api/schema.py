"""What the OpenAPI description says of every endpoint without each having to repeat it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from tpa.foundation.api.problems import MEDIA_TYPE, TYPES

_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 255 printable ASCII characters. The same request under the same key is done once and answered"
    " the same for 24 hours.",
)
_ALWAYS = (400, 401, 403, 404, 406, 429, 500, 503)
_WITH_BODY = (409, 413, 415, 422)


class Schema(AutoSchema):
    """Adds the query serializer, the pages and the idempotency key to the operations that have them."""

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        query = getattr(self.view, "query_serializer", None)
        if query is not None and self.method == "GET":
            found.append(query)
        if self.method == "POST" and not getattr(self.view, "knows_repeats", False):
            found.append(_KEY)
        return found

    def _get_paginator(self) -> Any:
        pages = getattr(self.view, "pages", None)
        return pages() if pages is not None else None

    def get_operation_id(self) -> str:
        return str(super().get_operation_id()).removeprefix("v1_")


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Post-processing: every operation can answer with a problem; each status is described once."""
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    parts["headers"] = {
        **parts.get("headers", {}),
        "RequestId": {"schema": {"type": "string"}, "description": "The id of this request: give it to support."},
    }
    responses = parts.setdefault("responses", {})
    for status, (_name, title, advice) in TYPES.items():
        responses[f"Problem{status}"] = {
            "description": f"{title}. {advice}",
            "headers": {"Request-Id": {"$ref": "#/components/headers/RequestId"}},
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    for methods in result.get("paths", {}).values():
        for method, operation in methods.items():
            wanted = _ALWAYS + (_WITH_BODY if method in ("post", "put", "patch") else ())
            for status in wanted:
                operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
            for status, response in operation["responses"].items():
                if response.get("description") == "":
                    response["description"] = HTTPStatus(int(status)).phrase
    result["servers"] = [{"url": settings.BASE_URL}]
    return result


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Resolves to what the type means."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for machines.", "examples": ["claim.already_paid"]},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Name of the query parameter."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

"""Long lists, a page at a time, by cursor: no counting, and page 1,000 costs what page 1 does."""

from __future__ import annotations

import json
from json import JSONDecodeError
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from tpa.foundation.api.problems import ParameterError
from tpa.foundation.encryption import UnreadableValue, decrypt, encrypt

_CURSOR: Final = "api.cursor"


class Pages(CursorPagination):
    """`{"items": […], "next": address or null, "previous": address or null}`, newest first, 50 (`limit`: up to 200).

    A cursor holds values of the row where a page ends, so it is encrypted: it tells nothing where addresses are logged,
    and only one that was given out here, for a list of the same order, is taken.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = "-id"

    parameters = frozenset({"cursor", "limit"})

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("limit")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= self.max_page_size):
            wanted = _("A number from 1 to %(most)d.") % {"most": self.max_page_size}
            raise ParameterError({"limit": [ErrorDetail(wanted, code="out_of_range")]})
        return int(text)

    def encode_cursor(self, cursor: Cursor) -> str:
        values = [str(self.ordering), cursor.offset, cursor.reverse, cursor.position]
        given = encrypt(json.dumps(values), context=_CURSOR)
        return str(replace_query_param(str(self.base_url), self.cursor_query_param, given))

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return None
        try:
            ordering, *values = json.loads(decrypt(given, context=_CURSOR))
        except (UnreadableValue, JSONDecodeError):  # an empty text decrypts to one
            ordering = None
        if ordering != str(self.ordering):
            told = _("Not a cursor that was given out here.")
            raise ParameterError({"cursor": [ErrorDetail(told, code="unknown")]})
        offset, reverse, position = values
        return Cursor(offset=offset, reverse=reverse, position=position)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["items", "next", "previous"],
            "properties": {"items": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where to go on: comes with `next` and `previous`.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "How many rows a page has at most.",
                "schema": size,
            },
        ]

"""Long lists, a page at a time, by cursor: no counting, and page 1,000 costs what page 1 does."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.foundation.api.problems import ParameterError


class Pages(CursorPagination):
    """`{"items": […], "next": address or null, "previous": address or null}`, newest first, 50 (`limit`: up to 200)."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = "-id"
    # Rows of one instant would otherwise be counted through; the orders used end with the unique id.
    offset_cutoff = 200

    parameters = frozenset({"cursor", "limit"})

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("limit")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= self.max_page_size):
            wanted = _("A number from 1 to %(most)d.") % {"most": self.max_page_size}
            raise ParameterError({"limit": [ErrorDetail(wanted, code="out_of_range")]})
        return int(text)

    def decode_cursor(self, request: Request) -> Any:
        try:
            return super().decode_cursor(request)
        except Exception as error:
            if getattr(error, "status_code", None) != 404:
                raise
            told = _("Not a cursor that was given out here.")
            raise ParameterError({"cursor": [ErrorDetail(told, code="unknown")]}) from None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["items", "next", "previous"],
            "properties": {"items": schema, "next": link, "previous": link},
        }

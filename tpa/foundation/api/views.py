"""What every endpoint of the API has in common. An endpoint is one class derived from `ApiView`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from tpa.foundation import access
from tpa.foundation.api.idempotency import answer_once
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.problems import ParameterError


class ApiView(APIView):
    """Declares its roles (`access.requires`) and gets, ready-made:

    `request.scope`; problems (RFC 9457) for all errors; `Idempotency-Key` on POST; rate headers; a 400 for a query
    parameter that it does not know; `page` for long lists. `scope_name = "claims"` asks credentials for `claims:read`
    on safe methods and `claims:write` on others. `query_serializer` names and checks the query parameters. A view that
    `knows_repeats` sees for itself that a POST came before, and reads no `Idempotency-Key`.
    """

    scope_name: ClassVar[str] = ""
    query_serializer: ClassVar[type[Serializer[Any]] | None] = None
    pages: ClassVar[type[Pages] | None] = None
    knows_repeats: ClassVar[bool] = False

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        scope = access.scope_for(request.user)
        roles = access.required_roles(type(self)) or frozenset()
        request._request.scope = access.become(scope, roles)  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._refuse_unknown_parameters(request)
        key = None if self.knows_repeats else request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and request.user.is_authenticated:
            # REST framework looks the handler up on this instance, after `initial`: each request has its own.
            vars(self)["post"] = partial(self._post_once, key, self.post)  # type: ignore[attr-defined]

    def query(self, request: Request) -> dict[str, Any]:
        """The query parameters, checked by `query_serializer`. Raises `ParameterError`."""
        assert self.query_serializer is not None
        # As a plain mapping: of a form's an empty value would count as left out.
        serializer = self.query_serializer(data=request.query_params.dict())
        if not serializer.is_valid():
            raise ParameterError(serializer.errors)
        return dict(serializer.validated_data)

    def page(
        self,
        queryset: QuerySet[Any],
        serializer: type[BaseSerializer[Any]],
        *,
        ordering: str = "-id",
        read: Callable[[list[Any]], None] | None = None,
        context: dict[str, Any] | None = None,
    ) -> Response:
        """One page of a list. `ordering` ends with, or is, a unique field, and has an index.

        Where the rows are of people, `read` gets those of this page and records that they were read. `context` is for
        the serializer.
        """
        pages = (self.pages or Pages)()
        pages.ordering = ordering
        rows = pages.paginate_queryset(queryset, self.request, view=self) or []
        if read is not None:
            read(rows)
        given = {"request": self.request, **(context or {})}
        return pages.get_paginated_response(serializer(rows, many=True, context=given).data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(request, "rate_left", None)
        if rate is not None:
            limit, left, seconds = rate
            response["RateLimit-Policy"] = f'"default";q={limit};w=60'
            response["RateLimit"] = f'"default";r={left};t={seconds}'
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def _post_once(self, key: str, work: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        def finish(response: Response) -> None:
            self.headers = self.default_response_headers
            self.finalize_response(request, response, *args, **kwargs)

        return answer_once(key, request, partial(work, request, *args, **kwargs), finish)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        known = set(self.query_serializer().fields) if self.query_serializer else set()
        if self.pages is not None and request.method in SAFE_METHODS:
            known |= self.pages.parameters
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            told = _("There is no such parameter here.")
            raise ParameterError({name: [ErrorDetail(told, code="unknown")] for name in unknown})

"""What every request passes: its id, the clock of its session, who it is and whether this door is open to them."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from rest_framework.views import APIView

from tpa.foundation import access, audit
from tpa.foundation.errors import DomainError
from tpa.foundation.sign_in import has_second_factor
from tpa.foundation.web.errors import domain_error

logger = logging.getLogger(__name__)

_Handler = Callable[[HttpRequest], HttpResponseBase]

BEGAN: Final = "steward_began"
SEEN: Final = "steward_seen"
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}")
# Writing the session at each request would cost more than most pages do.
_TOUCH_SECONDS: Final = 30


class RequestIdMiddleware:
    """Each request has an id: the caller's `Request-Id` where it is sound, else a new one. It is echoed, stands in
    every log line and audit row of the request, and is what support asks for."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_REQUEST_ID", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        # Where django-structlog looks; before anything reads `request.headers`, which is made once.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        request.request_id = request_id  # type: ignore[attr-defined]
        with audit.in_request(request_id):
            response = self.get_response(request)
        response["Request-Id"] = request_id
        return response


class SessionClockMiddleware:
    """Ends a session that was idle for `STEWARD_IDLE_SECONDS` or is older than `STEWARD_SESSION_SECONDS` (45 CFR
    164.312(a)(2)(iii); ASVS 7.3). The server's session is destroyed, not only the cookie."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault(BEGAN, now)
            seen = request.session.setdefault(SEEN, now)
            if now - seen > settings.STEWARD_IDLE_SECONDS or now - began > settings.STEWARD_SESSION_SECONDS:
                logout(request)
                messages.info(request, _("You were signed out because the session ended. Please sign in again."))
            elif now - seen >= _TOUCH_SECONDS:
                request.session[SEEN] = now
        return self.get_response(request)


class ScopeMiddleware:
    """Makes the request's `Scope`, tells it to Postgres, and opens only doors that declare a role the person holds.

    `request.scope` holds the employers for whom the person holds a role that this door asks for. A door that declares
    nothing is shut. API views check for themselves, after their own authentication (`api.views`).
    """

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope = access.scope_for(request.user)
        request.scope = scope  # type: ignore[attr-defined]
        with access.scoped(scope):
            response = self.get_response(request)
            if getattr(response, "streaming", False):
                # Streamed rows are read after we have left: under the same scope, or they would be nobody's.
                here = access.current_scope()
                response.streaming_content = _within(here, response.streaming_content)  # type: ignore[attr-defined]
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """None lets the request through to its view."""
        roles = access.required_roles(view)
        if roles is None:
            logger.error("%s.%s declares no roles and stays shut", view.__module__, view.__name__)
            raise PermissionDenied
        if roles == access.ANYONE or _is_api(view):
            return None
        if not request.user.is_authenticated:
            return _go(request, redirect_to_login(request.get_full_path()).url)
        if settings.STEWARD_REQUIRE_MFA and not has_second_factor(request.user):
            messages.info(request, _("Your account needs a second factor before you can go on."))
            return _go(request, resolve_url("mfa_index"))
        scope = access.scope_of(request)
        if scope.roles.isdisjoint(roles):
            raise PermissionDenied
        request.scope = access.become(scope, roles)  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal that no screen caught becomes a page that says so."""
        return domain_error(request, exception) if isinstance(exception, DomainError) else None


def _is_api(view: Callable[..., Any]) -> bool:
    made_from = getattr(view, "cls", None)
    return isinstance(made_from, type) and issubclass(made_from, APIView)


def _go(request: HttpRequest, address: str) -> HttpResponseBase:
    """A redirect of the whole page, also when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _within(scope: access.Scope, content: Iterable[bytes]) -> Iterator[bytes]:
    with access.scoped(scope):
        yield from content

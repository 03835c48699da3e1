"""What somebody sees when a request fails: a page for people, a problem (RFC 9457) for machines. Never a reason why a
thing is hidden: what belongs to another employer and what does not exist look the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from tpa.foundation.api.problems import problem, problem_of
from tpa.foundation.errors import DomainError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: Django could not make sense of the request."""
    return _answer(request, 400, "request.malformed", _("This request was not understood"), "")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but the role does not allow this door."""
    return _answer(request, 403, "access.role", _("Your role does not allow this"), _("Ask whoever manages accounts."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _answer(request, 404, "not_found", _("Nothing is here"), _("It may have moved, or you may not see it."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault, and logged under the request's id."""
    return _answer(request, 500, "server.error", _("Something went wrong on our side"), _("Nothing was changed."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or was not ours."""
    detail = _("Reload the page and send the form once more.")
    return _answer(request, 403, "access.form_expired", _("This form has expired"), detail)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: object = None) -> HttpResponse:
    """429, from axes: too many failed attempts. The same for an address that exists and for one that does not."""
    detail = _("Signing in is blocked for a while after several failed attempts. Try again in 15 minutes.")
    answer = _page(request, 429, _("Too many attempts"), detail)
    answer["Retry-After"] = "900"
    return answer


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A verb refused and no screen caught it."""
    if _is_for_machines(request):
        return problem_of(error, request)
    return _page(request, error.status, _("This was not done"), str(error))


def _answer(request: HttpRequest, status: int, code: str, title: str, detail: str) -> HttpResponse:
    if _is_for_machines(request):
        return problem(request, status=status, code=code, title=title, detail=detail)
    return _page(request, status, title, detail)


def _is_for_machines(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/oauth/"))


def _page(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    context: dict[str, Any] = {
        "status": status,
        "title": title,
        "detail": detail,
        "request_id": getattr(request, "request_id", ""),
    }
    try:
        return render(request, "errors/problem.html", context, status=status)
    except TemplateDoesNotExist:
        return HttpResponse(f"{title}. {detail}", status=status, content_type="text/plain; charset=utf-8")

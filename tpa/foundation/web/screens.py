"""How a screen answers: a whole page, or the one fragment of it that htmx asked for; and pages of long lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_M = TypeVar("_M", bound=Model)


def screen(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or, when htmx asks for an element named in `fragments`, that partial of the same template.

    `fragments` maps the id of the element to the name of the partial. A restored history entry gets the whole page.
    """
    wanted = _target(request)
    if wanted and fragments and wanted in fragments:
        template = f"{template}#{fragments[wanted]}"
    response = render(request, template, dict(context), status=status)
    response["Cache-Control"] = "no-store, private"
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def _target(request: HttpRequest) -> str:
    """The id of the element that htmx will fill; empty for a plain request. htmx 4 sends it as `div#id`."""
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-History-Restore-Request"):
        return ""
    return request.headers.get("HX-Target", "").rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Page(Generic[_M]):
    """A piece of a long list. `next` and `previous` are ids of its last and first row, or None at the ends."""

    rows: Sequence[_M]
    next: int | None
    previous: int | None

    def __bool__(self) -> bool:
        return bool(self.rows)


def page_of(queryset: QuerySet[_M], request: HttpRequest, *, order: Sequence[str], size: int = 50) -> Page[_M]:
    """The piece of `queryset` after row `?after=` or before row `?before=`, in `order`.

    `order` are the model's own fields without nulls, `-` for descending, and ends with the primary key. Only ids of
    rows stand in addresses, never their values; nothing is counted. The row of the address may have left the list since
    (a claim was decided): the next piece still starts where it stood. An unknown row starts from the front.
    """
    after, before = _row_id(request, "after"), _row_id(request, "before")
    anchor = None
    if after or before:
        fields = [name.lstrip("-") for name in order]
        anchor = queryset.model._default_manager.filter(pk=after or before).values(*fields).first()
    backwards = bool(before and not after and anchor)
    walk = [_turned(name) for name in order] if backwards else list(order)
    rows = queryset.order_by(*walk)
    if anchor:
        rows = rows.filter(_beyond(walk, anchor))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
        return Page(found, found[-1].pk if found else None, found[0].pk if more else None)
    return Page(found, found[-1].pk if more else None, found[0].pk if anchor and found else None)


def _row_id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], anchor: Mapping[str, Any]) -> Q:
    """Rows after the anchor: greater in the first field, or equal there and greater in the next, and so on."""
    beyond, equal = Q(), Q()
    for name in order:
        field = name.lstrip("-")
        beyond |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": anchor[field]})
        equal &= Q(**{field: anchor[field]})
    return beyond

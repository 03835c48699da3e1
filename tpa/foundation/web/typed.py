"""What somebody typed into a form, as the values that verbs take; what can not be read is Invalid, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tpa.foundation.errors import DomainError, Invalid


def typed_amount(request: HttpRequest, name: str) -> Decimal:
    """Dollars, with or without the sign and commas."""
    text = request.POST.get(name, "").replace("$", "").replace(",", "").strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise Invalid("web.amount", _("“%(text)s” is no amount.") % {"text": text[:40]})
    return amount


def typed_date(request: HttpRequest, name: str) -> date:
    """A day as date fields send it."""
    found = typed_date_or_none(request, name)
    if found is None:
        raise Invalid("web.date", _("Say the day."))
    return found


def typed_date_or_none(request: HttpRequest, name: str) -> date | None:
    """A day, or None where nothing was typed."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid("web.date", _("“%(text)s” is no day.") % {"text": text[:40]})
    return found


def typed_id(request: HttpRequest, name: str) -> int:
    """The id of a row that the form names."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("web.id", _("Choose one."))
    return int(text)


def typed_count(request: HttpRequest, name: str) -> int | None:
    """A whole number, or None where nothing was typed."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Invalid("web.count", _("“%(text)s” is no whole number.") % {"text": text[:40]})
    return int(text)


def typed_text(request: HttpRequest, name: str, at_most: int) -> str:
    """Words, without space around them."""
    return request.POST.get(name, "").strip()[:at_most]


def done(request: HttpRequest, action: Callable[[], object], words: str) -> bool:
    """Do it and say so; where it is refused, say why. True when it was done."""
    try:
        action()
    except DomainError as problem:
        messages.error(request, problem.message)
        return False
    messages.success(request, words)
    return True

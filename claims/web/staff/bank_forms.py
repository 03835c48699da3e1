"""What the forms of the bank's screens say, as values; what can not be read is Invalid, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Role

READERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
"""Who sees what banks say."""
WORKERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)
"""Who matches, books and prepares."""


def amount_or_none(request: HttpRequest, name: str) -> Decimal | None:
    """Dollars, with or without the sign and commas; None where nothing was typed."""
    text = request.POST.get(name, "").replace("$", "").replace(",", "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise Invalid("web.amount", _("“%(text)s” is no amount.") % {"text": text[:40]})
    return amount


def amount_of(request: HttpRequest, name: str) -> Decimal:
    """Dollars that must be there."""
    amount = amount_or_none(request, name)
    if amount is None:
        raise Invalid("web.amount", _("Say the amount."))
    return amount


def day_or_none(text: str) -> date | None:
    """A day as date fields send it; None for anything else."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def day_of(request: HttpRequest, name: str) -> date:
    """A day that must be there."""
    found = day_or_none(request.POST.get(name, ""))
    if found is None:
        raise Invalid("web.date", _("Say the day."))
    return found


def ids_of(request: HttpRequest, name: str) -> list[int]:
    """The ids that were chosen under a name."""
    texts = [text for value in request.POST.getlist(name) for text in value.split(",") if text]
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        raise Invalid("web.id", _("Choose one."))
    return [int(text) for text in texts]


def id_of(request: HttpRequest, name: str) -> int:
    """The one id that was chosen."""
    ids = ids_of(request, name)
    if len(ids) != 1:
        raise Invalid("web.id", _("Choose one."))
    return ids[0]


def done(request: HttpRequest, action: Callable[[], object], words: str) -> bool:
    """Do it and say so; where it is refused, say why. True when it was done."""
    try:
        action()
    except DomainError as problem:
        messages.error(request, problem.message)
        return False
    messages.success(request, words)
    return True

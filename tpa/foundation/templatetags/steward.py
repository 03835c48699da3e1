"""What the templates say with one word each: icons, chips, money, days, periods, places, meters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tpa.foundation.access import ANYONE, NOBODY, required_roles
from tpa.foundation.values.business_days import Calendar, is_business_day

register = template.Library()

SPRITE: Final = "vendor/tabler-icons/sprite.svg"
# What stands for nothing, the sign of a negative amount, and what stands between the ends of a period.
NOTHING: Final = "\u2013"
MINUS: Final = "\u2212"
TO: Final = "\u2013"

# Word of a status → tone of the chip and its icon. A word that is not here gets the plain chip.
CHIPS: Final[Mapping[str, tuple[str, str]]] = {
    "received": ("", "clock"),
    "pended": ("wait", "player-pause"),
    "approved": ("good", "check"),
    "denied": ("bad", "x"),
    "paid": ("info", "cash"),
    "reversed": ("past", "arrow-back-up"),
    "open": ("wait", "clock"),
    "resolved": ("good", "check"),
    "running": ("info", "refresh"),
    "done": ("good", "check"),
    "told": ("info", "note"),
    "dropped": ("past", "x"),
    "signed": ("good", "lock"),
    "prepared": ("wait", "clock"),
    "standing": ("good", "check"),
    "requested": ("wait", "clock"),
    "preparing": ("info", "refresh"),
    "proposed": ("wait", "clock"),
    "declined": ("past", "x"),
    "stale": ("wait", "alert-triangle"),
    "asked": ("info", "refresh"),
    "failed": ("bad", "alert-triangle"),
    "issued": ("info", "file-invoice"),
    "settled": ("good", "check"),
    "raised": ("wait", "clock"),
    "partly": ("wait", "alert-triangle"),
    "cancelled": ("past", "x"),
    "expired": ("past", "clock"),
    "voided": ("past", "arrow-back-up"),
    "returned": ("bad", "arrow-back-up"),
    "stopped": ("past", "x"),
    "reissued": ("past", "refresh"),
    "cleared": ("good", "check"),
    "escheated": ("past", "scale"),
    "known": ("past", "history"),
    "tried": ("wait", "clock"),
    "closed": ("good", "lock"),
    "draft": ("", "writing"),
    "in_force": ("good", "check"),
    "ended": ("past", "clock"),
    "published": ("good", "check"),
    "superseded": ("past", "history"),
    "working": ("info", "refresh"),
    "waiting": ("", "clock"),
    "answered": ("good", "check"),
    "refused": ("bad", "x"),
    "loaded": ("good", "check"),
    "rejected": ("bad", "x"),
    "quarantined": ("bad", "alert-triangle"),
    "applied": ("good", "check"),
    "accepted": ("good", "check"),
    "partial": ("wait", "alert-triangle"),
    "covered": ("good", "shield-check"),
    "not_covered": ("bad", "x"),
    "invoice": ("info", "file-invoice"),
    "credit": ("past", "arrow-back-up"),
    "allow": ("good", "check"),
    "deny": ("bad", "x"),
    "price": ("info", "scale"),
    "due": ("wait", "clock"),
    "sent": ("good", "check"),
    "waived": ("past", "x"),
    "filed": ("info", "file-text"),
    "short_paid": ("wait", "alert-triangle"),
    "appealed": ("info", "scale"),
    "withdrawn": ("past", "arrow-back-up"),
    "drawn": ("wait", "clock"),
    "audited": ("good", "check"),
    "upheld": ("past", "x"),
    "credited": ("good", "arrow-back-up"),
}


# First day, first day after (None: still running), kind (on, ended or gap), words.
Span = tuple[date, date | None, str, str]


class _Days(Protocol):
    lower: date | None
    upper: date | None


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """One icon of the sprite; silent for screen readers unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"/></svg>', extra, said, static(SPRITE), name
    )


@register.simple_tag
def chip(status: object, words: str = "") -> SafeString:
    """A status as word, icon and colour."""
    key = str(getattr(status, "value", status))
    tone, picture = CHIPS.get(key, ("", "info-circle"))
    return tone_chip(words or str(getattr(status, "label", key)), tone, picture)


@register.simple_tag
def tone_chip(words: str, tone: str = "", picture: str = "", title: str = "") -> SafeString:
    """A chip of free words in one of the tones info, good, wait, bad, past, strong or none."""
    return format_html(
        '<span class="chip{}"{}>{}{}</span>',
        f" chip--{tone}" if tone else "",
        format_html(' title="{}"', title) if title else "",
        icon(picture) if picture else "",
        words,
    )


@register.simple_tag
def due_chip(due_on: date | None, today: date | None = None, paused: bool = False) -> SafeString:
    """How many business days are left until a day, or by how many it was missed; paused says that the clock stands."""
    if due_on is None:
        return tone_chip(_("no date"), "", "clock")
    day = formats.date_format(due_on, "SHORT_DATE_FORMAT")
    if paused:
        return tone_chip(_("clock stopped"), "past", "player-pause", day)
    now = today or timezone.localdate()
    left = _business_days_between(now, due_on)
    if due_on < now:
        late = ngettext("%(n)d business day late", "%(n)d business days late", -left) % {"n": -left}
        return tone_chip(late, "strong", "alert-triangle", day)
    if due_on == now:
        return tone_chip(_("due today"), "bad", "clock", day)
    words = ngettext("%(n)d business day", "%(n)d business days", left) % {"n": left}
    return tone_chip(words, "bad" if left <= 2 else "wait" if left <= 5 else "", "clock", day)


def _business_days_between(start: date, end: date) -> int:
    """Business days after `start` up to and with `end`; negative when `end` lies before, never 0 for a missed day."""
    if end < start:
        return min(-_business_days_between(end, start), -1)
    days = (start + timedelta(days=step) for step in range(1, min((end - start).days, 400) + 1))
    return sum(is_business_day(on, calendar=Calendar.FEDERAL) for on in days)


@register.filter
def money(amount: Decimal | None) -> SafeString:
    """Dollars and cents with a true minus sign; zero is quiet, nothing is a dash."""
    if amount is None:
        return format_html('<span class="money muted">{}</span>', NOTHING)
    figure = formats.number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    sign, kind = (MINUS, " money--negative") if amount < 0 else ("", " money--zero" if amount == 0 else "")
    return format_html('<span class="money{}">{}${}</span>', kind, sign, figure)


@register.filter
def plain_money(amount: Decimal | None) -> str:
    """The same without markup, for sentences and attributes."""
    if amount is None:
        return NOTHING
    sign = MINUS if amount < 0 else ""
    return f"{sign}${formats.number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)}"


@register.filter
def count(number: int | Decimal | None) -> str:
    """A count with thousands apart and without needless zeros."""
    if number is None:
        return NOTHING
    if isinstance(number, Decimal):
        number = number.normalize()
        places = max(0, -int(number.as_tuple().exponent))
        return formats.number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True)
    return formats.number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def day(on: date | None) -> SafeString | str:
    """A day, short and unmistakable."""
    if on is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), formats.date_format(on, "M j, Y"))


@register.filter
def month(on: date | None) -> str:
    """A month and its year."""
    return NOTHING if on is None else formats.date_format(on, "F Y")


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """A point in time in the TPA's own zone."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.date_format(local, "M j, Y, H:i"))


@register.filter
def period(days: _Days | None) -> SafeString | str:
    """A period as people write it: both days counted; open ends say so."""
    if days is None:
        return NOTHING
    last = days.upper - timedelta(days=1) if days.upper else None
    if days.lower is None:
        return format_html(_("until {}"), day(last))
    if last is None:
        return format_html(_("since {}"), day(days.lower))
    return format_html("{} {} {}", day(days.lower), TO, day(last))


@register.filter
def bytes_count(size: int) -> str:
    """A file's size in words."""
    for unit, words in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{formats.number_format(size / unit, decimal_pos=1)} {words}"
    return f"{size} B"


@register.filter
def code(text: object) -> str:
    """Wraps long hashes so that they can be read: the first twelve characters."""
    return str(text)[:12]


@register.simple_tag(takes_context=True)
def place(context: template.Context, name: str, words: str, picture: str = "", key: str = "") -> SafeString:
    """A link of the navigation: only for those whom the screen admits, marked when it is where we are."""
    request = context.get("request")
    try:
        href = reverse(name)
        match = resolve(href)
    except (NoReverseMatch, Resolver404):
        return mark_safe("")
    roles = required_roles(match.func) or frozenset()
    scope = getattr(request, "scope", NOBODY)
    if roles is not ANYONE and not scope.has_any(*roles):
        return mark_safe("")
    here = getattr(request, "path", "")
    # A row's page (/claims/17/) belongs to its list; another screen below the same path does not.
    is_here = here == href or bool(re.match(rf"{re.escape(href)}\d", here))
    current = "page" if here == href else "true" if is_here else ""
    return format_html(
        '<a href="{}"{}{} data-palette="{}">{}<span>{}</span></a>',
        href,
        format_html(' aria-current="{}"', current) if current else "",
        format_html(' data-key="{}"', key) if key else "",
        words,
        icon(picture) if picture else "",
        words,
    )


@register.inclusion_tag("components/meter.html")
def meter(name: str, before: Decimal, added: Decimal, limit: Decimal | None, is_count: bool = False) -> dict[str, Any]:
    """An accumulator before and after a claim, drawn as two pieces of one bar."""
    top = limit if limit else max(before + added, Decimal(1))

    def share(amount: Decimal) -> str:
        return f"{min(max(amount / top * 100, Decimal(0)), Decimal(100)):.2f}"

    return {
        "name": name,
        "before": before,
        "added": added,
        "after": before + added,
        "left": None if limit is None else max(limit - before - added, Decimal(0)),
        "limit": limit,
        "before_share": share(before),
        "added_share": share(added),
        "is_count": is_count,
        "is_full": limit is not None and before + added >= limit,
    }


@register.simple_tag
def waterfall(parts: list[tuple[str, str, Decimal]]) -> SafeString:
    """Bars from billed down to paid: (kind, words, amount), the first is the whole. Kinds colour the bars."""
    whole = max((amount for _kind, _words, amount in parts), default=Decimal(0))
    if whole <= 0:
        return mark_safe("")
    rows, left = [], Decimal(0)
    for index, (kind, words, amount) in enumerate(parts):
        width = float(max(amount, Decimal(0)) / whole * 190)
        start = 0.0 if index == 0 or kind == "paid" else float((whole - left - amount) / whole * 190)
        if index and kind != "paid":
            left += amount
        top = 4 + index * 20
        bar_x, bar_width = f"{150 + max(start, 0.0):.1f}", f"{max(width, 1.0):.1f}"
        rows.append((top + 11, words, bar_x, top, bar_width, kind, top + 11, plain_money(amount)))
    bars = format_html_join(
        "",
        '<text x="0" y="{}">{}</text><rect x="{}" y="{}" width="{}" height="14" rx="2" class="wf-{}"/>'
        '<text x="430" y="{}" text-anchor="end">{}</text>',
        rows,
    )
    return format_html(
        '<svg class="waterfall" viewBox="0 0 430 {}" role="img" aria-label="{}">{}</svg>',
        8 + len(parts) * 20,
        _("From billed to paid: ") + ", ".join(f"{words} {plain_money(amount)}" for _kind, words, amount in parts),
        bars,
    )


@register.simple_tag
def more_and_less(rows: list[tuple[str, Decimal]], title: str) -> SafeString:
    """Bars to the right of a middle line for what is more, to the left for what is less: (words, difference)."""
    most = max((abs(amount) for _words, amount in rows), default=Decimal(0))
    if not most:
        return mark_safe("")
    bars = []
    for index, (words, amount) in enumerate(rows):
        width = float(abs(amount) / most * 100)
        top = 4 + index * 20
        start = 260.0 if amount >= 0 else 260.0 - width
        kind = "more" if amount > 0 else "less"
        shown = plain_money(amount)
        bars.append((top + 11, words, f"{start:.1f}", top, f"{width:.1f}", kind, top + 11, shown))
    drawn = format_html_join(
        "",
        '<text x="0" y="{}">{}</text><rect x="{}" y="{}" width="{}" height="14" rx="2" class="wf-{}"/>'
        '<text x="480" y="{}" text-anchor="end">{}</text>',
        bars,
    )
    return format_html(
        '<svg class="waterfall" viewBox="0 0 480 {}" role="img" aria-label="{}"><line x1="260" x2="260" y1="0" y2="{}"'
        ' class="wf-middle"/>{}</svg>',
        8 + len(rows) * 20,
        f"{title}: " + ", ".join(f"{words} {plain_money(amount)}" for words, amount in rows),
        8 + len(rows) * 20,
        drawn,
    )


@register.inclusion_tag("components/spans.html")
def coverage_spans(rows: list[tuple[str, list[Span]]], start: date, end: date) -> dict[str, Any]:
    """Bars over time: per row a name and its spans."""
    total = (end - start).days

    def x(on: date) -> float:
        return 110 + 890 * min(max((on - start).days / total, 0), 1)

    drawn = [
        {
            "name": name,
            "y": 24 + index * 26,
            "text_y": 24 + index * 26 + 13,
            "pieces": [
                {
                    "x": f"{x(first):.1f}",
                    "width": f"{max(x(after or end) - x(first), 1.5):.1f}",
                    "kind": kind,
                    "words": words,
                    "label_x": f"{x(first) + 5:.1f}",
                    "fits": x(after or end) - x(first) > 6.2 * len(words),
                }
                for first, after, kind, words in pieces
                if first < end and (after is None or after > start)
            ],
        }
        for index, (name, pieces) in enumerate(rows)
    ]
    months = []
    on = start
    while on < end:
        months.append({"x": f"{x(on):.1f}", "words": formats.date_format(on, "M")})
        on = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    today = timezone.localdate()
    height = 24 + len(rows) * 26
    return {
        "rows": drawn,
        "months": months,
        "height": height,
        "today_x": f"{x(today):.1f}" if start <= today < end else "",
        "words": "; ".join(
            f"{name}: " + ", ".join(f"{words} {_span_words(first, after)}" for first, after, _kind, words in pieces)
            for name, pieces in rows
        ),
    }


def _span_words(first: date, after: date | None) -> str:
    last = after - timedelta(days=1) if after else None
    shown = formats.date_format(first, "M j, Y")
    return f"{shown} {TO} {formats.date_format(last, 'M j, Y')}" if last else _("since %(day)s") % {"day": shown}

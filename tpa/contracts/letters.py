"""Letters to the other party of a contract, as plain data for `templates/documents/letter.typ`; and that of renewal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tpa.foundation.organisation import organisation
from tpa.foundation.values.addresses import address_lines
from tpa.models import Contract, ContractVersion

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: a title, what it is about, figures in boxes, and sentences."""

    title: str
    number: str
    facts: Pairs
    headline: Pairs
    paragraphs: Sequence[str]


def letter_page(letter: Letter, *, to: Any) -> dict[str, Any]:
    """The letter on our paper, to an employer."""
    us = organisation()
    return {
        "title": f"{letter.title} · {letter.number}",
        "lang": settings.LANGUAGE_CODE[:2],
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {letter.number}",
        "words": {"title": letter.title, "to": _("To"), "page": _("Page")},
        "number": letter.number,
        "address": address_lines(to.name, to),
        "facts": [list(one) for one in letter.facts],
        "headline": [list(one) for one in letter.headline],
        "paragraphs": list(letter.paragraphs),
    }


def renewal_letter(contract: Contract, terms: ContractVersion, *, on: date, ends_on: date) -> Letter:
    """That a contract ends, told so many days ahead."""
    last, left = day(ends_on - timedelta(days=1)), (ends_on - on).days
    words = {"number": contract.number, "last": last, "days": terms.renewal_notice_days}
    return Letter(
        title=_("Your contract ends"),
        number=contract.number,
        facts=[
            (_("Contract"), contract.number),
            (_("In force from"), day(contract.period.lower)),
            (_("Notice"), _("%(days)s days") % words),
        ],
        headline=[(_("Last day"), last), (_("Days left"), str(left))],
        paragraphs=[
            _("Contract %(number)s is in force until %(last)s.") % words,
            _("It renews by itself unless one of us gives notice %(days)s days before.") % words
            if terms.renews_itself
            else _("It does not renew by itself: what follows must be signed before that day.") % words,
            _("Your account manager calls you about what shall change. Questions: %(phone)s.")
            % {"phone": organisation().telephone},
        ],
    )


def day(on: date) -> str:
    """A day as letters write it."""
    return str(date_format(on, "M j, Y"))

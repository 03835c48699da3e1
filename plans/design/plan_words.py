"""How parts of a plan document are said, wherever they stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

Document = dict[str, Any]


class Clause(NamedTuple):
    """One clause: a key that stays the same from version to version, its title, section, and what it says by aspect."""

    key: str
    title: str
    section: str
    says: dict[str, str]


def pays_words(pays: Any) -> str:
    """What the member pays at a tier, in the plan's order."""
    if pays == "not_covered":
        return _("not covered")
    if isinstance(pays, dict):
        return _("as in tier %s") % pays["as"]
    return ", ".join(share_words(share) for share in pays) or _("nothing")


def share_words(share: Any) -> str:
    """One share."""
    if share == "deductible":
        return _("deductible")
    if "deductible" in share:
        return _("deductible %s") % share["deductible"]
    if "coinsurance" in share:
        return _("%s per cent") % share["coinsurance"]
    words = _("%(amount)s per %(per)s") % {"amount": dollars(share["copay"]), "per": share["per"]}
    if "most_per_stay" in share:
        words += _(" (at most %s a stay)") % dollars(share["most_per_stay"])
    if "waived" in share:
        words += _(" (waived if admitted)")
    return words


def matches_words(matches: list[Document]) -> str:
    """A `when`."""
    return "; ".join(
        " ".join(f"{name.replace('_', ' ')} {_values(values)}" for name, values in match.items()) for match in matches
    )


def _values(values: Any) -> str:
    return ", ".join(str(value) for value in values) if isinstance(values, list) else str(values)


def dollars(amount: int | str | Decimal) -> str:
    """$1,250.50"""
    whole, _point, cents = str(amount).partition(".")
    return f"${int(whole):,}" + (f".{cents:0<2}" if cents else "")


def per_words(per: Any) -> str:
    """Over which time something counts."""
    if isinstance(per, str):
        return {
            "plan_year": _("plan year"),
            "calendar_year": _("calendar year"),
            "lifetime": _("lifetime"),
        }[per]
    ((unit, length),) = per.items()
    return _("any %s months") % length if unit == "months" else _("any %s days") % length


def length_words(clause: Document) -> str:
    """A length of time in days or months."""
    return _("%s days") % clause["days"] if "days" in clause else _("%s months") % clause["months"]

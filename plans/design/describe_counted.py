"""Says what a plan document counts over time: conditions, limits, first visits, waiting periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from plans.design.plan_words import Clause, dollars, length_words, matches_words, pays_words, per_words

Document = dict[str, Any]


def counted_clauses(document: Document) -> Iterator[Clause]:
    """One clause each, in the document's order."""
    for one in document.get("conditions", ()):
        says = {_("diagnoses"): ", ".join(str(code) for code in one["diagnoses"])}
        title = _("Condition %s") % one["title"]
        yield Clause(f"condition:{one['condition']}", title, one["section"], says)
    for limit in document.get("limits", ()):
        yield Clause(f"limit:{limit['limit']}", _("Limit %s") % limit["limit"], limit["section"], _limit(limit))
    for first in document.get("first_visits", ()):
        title = _("First visits %s") % first["first"]
        yield Clause(f"first_visits:{first['first']}", title, first["section"], _first_visits(first))
    for waiting in document.get("waiting_periods", ()):
        title = _("Waiting period: %s") % waiting["title"]
        yield Clause(f"waiting:{waiting['waiting']}", title, waiting["section"], _waiting(waiting))


def fairness_clauses(document: Document) -> Iterator[Clause]:
    """The parity analysis and wellness programmes."""
    for one in document.get("parity", ()):
        levels = ", ".join(f"{level['level']}: {dollars(level['payments'])}" for level in one["levels"])
        says = {
            _("kind of share"): one["kind"],
            _("tiers"): ", ".join(one["tiers"]),
            _("benefits"): ", ".join(one["benefits"]),
            _("expected payments by level"): levels,
        }
        yield Clause(f"parity:{one['class']}", _("Parity analysis %s") % one["class"], one["section"], says)
    if "wellness" in document:
        clause = document["wellness"]
        names = {
            "annual_cost": _("cost of employee-only cover"),
            "rewards": _("rewards"),
            "tobacco_rewards": _("rewards for tobacco"),
        }
        says = {words: dollars(clause[name]) for name, words in names.items() if name in clause}
        yield Clause("wellness", _("Wellness programmes"), clause["section"], says)


def _limit(limit: Document) -> dict[str, str]:
    is_money = limit["counts"] in ("allowed", "paid")
    most = dollars(limit["most"]) if is_money else str(limit["most"])
    says = {
        _("at most"): f"{most} {limit['counts']}, {per_words(limit['per'])}",
        _("benefits"): ", ".join(limit["benefits"]),
    }
    if "tiers" in limit:
        says[_("tiers")] = ", ".join(limit["tiers"])
    if "conditions" in limit:
        is_any = limit["conditions"] == "any"
        says[_("for each of")] = _("the diagnosis categories") if is_any else ", ".join(limit["conditions"])
    if "when" in limit:
        says[_("for whom and what")] = matches_words(limit["when"])
    return says


def _first_visits(first: Document) -> dict[str, str]:
    says = {
        _("visits"): _("the first %(visits)s of: %(per)s")
        % {"visits": first["visits"], "per": per_words(first["per"])},
        _("benefits"): ", ".join(first["benefits"]),
    }
    for tier, pays in first["pays"].items():
        says[_("member pays, tier %s") % tier] = pays_words(pays)
    return says


def _waiting(waiting: Document) -> dict[str, str]:
    says = {
        _("begins"): _("%s after the first day of unbroken cover") % length_words(waiting),
        _("benefits"): ", ".join(waiting["benefits"]),
    }
    if "when" in waiting:
        says[_("for whom and what")] = matches_words(waiting["when"])
    return says

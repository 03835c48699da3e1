"""Does a version that calls itself grandfathered take too much from the one before it? 29 CFR 2590.715-1251(g)(1)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from plans.design.grandfathering import Allowance, copay_change, loses_by_amount
from plans.design.guard import (
    GRANDFATHER_CONTRIBUTION,
    GRANDFATHER_COPAY,
    GRANDFATHER_POINTS,
    REFUSES,
    Guard,
    Numbers,
)

Document = dict[str, Any]

_CITATION = "29 CFR 2590.715-1251(g)(1)"


def status_guards(before: Document, after: Document, numbers: Numbers, inflation: Decimal) -> list[Guard]:
    """What takes the status, where both versions claim it. `inflation` of medical care since March 2010, as a part."""
    if not (before.get("grandfathered") and after.get("grandfathered")) or GRANDFATHER_POINTS not in numbers:
        return []
    allowance = Allowance(
        percent_points=numbers[GRANDFATHER_POINTS].value,
        copay_amount=numbers[GRANDFATHER_COPAY].value,
        contribution_points=numbers[GRANDFATHER_CONTRIBUTION].value,
    )
    return [*_caps(before, after, inflation, allowance), *_benefits(before, after, inflation, allowance)]


def _caps(before: Document, after: Document, inflation: Decimal, allowance: Allowance) -> Iterator[Guard]:
    for part in ("deductibles", "out_of_pocket_maximums"):
        old = {cap["name"]: cap for cap in before.get(part, ())}
        for cap in after.get(part, ()):
            for name in ("individual", "family"):
                was, now = old.get(cap["name"], {}).get(name), cap.get(name)
                if was is None or now is None:
                    continue
                if loses_by_amount(before=Decimal(was), after=Decimal(now), inflation=inflation, allowance=allowance):
                    yield _lost(cap["section"], f"{cap['name']} ({name})", was, now)


def _benefits(before: Document, after: Document, inflation: Decimal, allowance: Allowance) -> Iterator[Guard]:
    old = {benefit["benefit"]: benefit for benefit in before["benefits"]}
    for benefit in after["benefits"]:
        was = old.get(benefit["benefit"])
        for tier in benefit["pays"] if was else ():
            had, has = _shares(was, tier), _shares(benefit, tier)
            if had is None:
                continue
            if has is None:
                yield _lost(benefit["section"], benefit["title"], _("covered"), _("not covered"))
                continue
            # (g)(1)(ii): any rise of a percentage; (iv): a copay by more than it may.
            if has["coinsurance"] > had["coinsurance"]:
                yield _lost(benefit["section"], benefit["title"], had["coinsurance"], has["coinsurance"])
            copay = copay_change(before=had["copay"], after=has["copay"], inflation=inflation, allowance=allowance)
            if copay.is_lost:
                yield _lost(benefit["section"], benefit["title"], had["copay"], has["copay"])


def _shares(benefit: Document | None, tier: str) -> dict[str, Decimal] | None:
    """The copay and the coinsurance of a tier; None where it is not covered."""
    pays = (benefit or {"pays": {}})["pays"].get(tier, "not_covered")
    if isinstance(pays, dict) and benefit is not None:
        pays = benefit["pays"][pays["as"]]
    if pays == "not_covered":
        return None
    found = {"copay": Decimal(0), "coinsurance": Decimal(0)}
    for share in pays:
        for kind in found:
            if isinstance(share, dict) and kind in share:
                found[kind] += Decimal(share[kind])
    return found


def _lost(section: str, what: str, before: object, after: object) -> Guard:
    values = {"what": what, "before": before, "after": after}
    message = _("%(what)s goes from %(before)s to %(after)s: the plan is grandfathered no more.") % values
    return Guard("grandfathering.lost", REFUSES, section, message, _CITATION)

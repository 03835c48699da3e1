"""Reads the rows of edit tables that a batch of claims may need: a fixed number of queries, none for no claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import connection

from plans.editing.edit_book import AddOnRow, CodedClaim, EditBook, SmallRules, days_of, pairs_of
from plans.facts import BillRule, CodeRule, ModifierRule, ProcedurePairFact, UnitMaximumFact
from plans.models import EditRelease, EditRule
from tpa.foundation.codes import validity_of

_PAIRS = """
SELECT held."table", held.column_one, held.column_two, held.indicator, lower(held.period), upper(held.period)
  FROM unnest(%(ones)s::text[], %(twos)s::text[]) AS wanted (one, two)
  JOIN plans_procedurepair held ON held.column_one = wanted.one AND held.column_two = wanted.two
 WHERE held.superseded_at IS NULL AND held.period && daterange(%(from)s, %(to)s, '[]')
 ORDER BY held.id
"""
_UNITS = """
SELECT "table", code, most, adjudication, lower(period), upper(period) FROM plans_unitmaximum
 WHERE code = ANY(%(codes)s) AND superseded_at IS NULL AND period && daterange(%(from)s, %(to)s, '[]') ORDER BY id
"""
_ADD_ONS = """
SELECT code, primary_code, kind, lower(period), upper(period) FROM plans_addoncode
 WHERE code = ANY(%(codes)s) AND superseded_at IS NULL AND period && daterange(%(from)s, %(to)s, '[]') ORDER BY id
"""
_PARTS: Mapping[str, Any] = {"codes": CodeRule, "modifiers": ModifierRule, "bills": BillRule}


def edit_book(claims: Sequence[CodedClaim]) -> EditBook:
    """The rows that speak of any of these claims: five queries, however many claims."""
    wanted = _wanted(claims)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, wanted)
        pairs = [
            (
                row[0],
                ProcedurePairFact(
                    column_one=row[1], column_two=row[2], indicator=row[3], starts_on=row[4], ends_on=row[5]
                ),
            )
            for row in cursor.fetchall()
        ]
        cursor.execute(_UNITS, wanted)
        maximums = [
            UnitMaximumFact(
                table=row[0], code=row[1], most=row[2], adjudication=row[3], starts_on=row[4], ends_on=row[5]
            )
            for row in cursor.fetchall()
        ]
        cursor.execute(_ADD_ONS, wanted)
        add_ons = [AddOnRow(*row) for row in cursor.fetchall()]
    named = {code for claim in claims for code in claim.codes}
    return EditBook(pairs=pairs, maximums=maximums, add_ons=add_ons, rules=standing_rules(), valid=validity_of(named))


def standing_rules() -> SmallRules:
    """The small tables as they stand, in their order. One query."""
    found: dict[str, list[Any]] = {part: [] for part in _PARTS}
    for part, rule in EditRule.objects.filter(superseded_at__isnull=True).order_by("id").values_list("part", "rule"):
        found[part].append(msgspec.convert(rule, _PARTS[part]))
    return SmallRules(**{part: tuple(rules) for part, rules in found.items()})


def loaded_releases() -> list[EditRelease]:
    """What was loaded, the last first."""
    return list(EditRelease.objects.order_by("-id"))


def _wanted(claims: Iterable[CodedClaim]) -> dict[str, Any]:
    """Pairs of procedures of one day, all procedures, and the days between which they lie."""
    pairs: set[tuple[str, str]] = set()
    codes: set[str] = set()
    days: set[date] = set()
    for claim in claims:
        for on, (mine, every) in days_of(claim).items():
            days.add(on)
            codes |= every
            if claim.pair_table:
                pairs.update(pairs_of(mine, every))
    ordered = sorted(pairs)
    return {
        "ones": [one for one, _two in ordered],
        "twos": [two for _one, two in ordered],
        "codes": sorted(codes),
        "from": min(days, default=None),
        "to": max(days, default=None),
    }

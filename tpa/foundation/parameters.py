"""What the law says in numbers, on a day and as it was known on a day. Never a constant in code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models.parameters import LegalParameter
from tpa.foundation.values.periods import Period

SHIPPED: Final = Path(__file__).parent / "data" / "parameters.yaml"


@dataclass(frozen=True, slots=True)
class LegalValue:
    """A value with all that makes it answerable. `value` counts `unit`s; `checked` says how well it was checked."""

    name: str
    value: Decimal
    unit: str
    effective: Period
    known_on: date
    citation: str
    checked: str


def parameter(name: str, *, on: date, known_at: date | None = None) -> Decimal:
    """The value of a parameter on a day: `parameter("aca.oop_max.self", on=plan_year_start)`.

    `known_at` asks what was known on that day; without it the latest is taken. Raises `NotFound`.
    """
    return legal_value(name, on=on, known_at=known_at).value


def legal_value(name: str, *, on: date, known_at: date | None = None) -> LegalValue:
    """The same with its period, citation and the day it became known. One query. Raises `NotFound`."""
    rows = LegalParameter.objects.filter(name=name, effective__contains=on)
    if known_at is not None:
        rows = rows.filter(known_on__lte=known_at)
    row = rows.order_by("-known_on").first()
    if row is None:
        raise NotFound(
            "parameter.unknown", _("No value is known for %(name)s.") % {"name": name}, name=name, on=str(on)
        )
    return _legal_value(row)


def values_named(names: Collection[str]) -> list[LegalValue]:
    """All values of these parameters, whenever they apply and whenever they became known; one query."""
    rows = LegalParameter.objects.filter(name__in=names).order_by("name", "effective", "known_on")
    return [_legal_value(row) for row in rows]


@transaction.atomic
def load_parameters(path: Path = SHIPPED) -> int:
    """Adds the values of a YAML file (laid out as `data/parameters.yaml`) that are not there yet; returns how many.

    Doing it again adds nothing. A value that is there and says something else is never overwritten, for claims may have
    been decided by it: that raises `Invalid`, and a restatement is a further row with a later `known_on`.
    """
    there = {
        (row.name, row.effective.lower, row.known_on): row for row in LegalParameter.objects.all().select_for_update()
    }
    new = []
    for row in _rows(yaml.safe_load(path.read_text())):
        key = (row.name, row.effective[0], row.known_on)
        known = there.get(key)
        if known is None:
            new.append(row)
        elif (known.value, known.unit, known.effective.upper) != (row.value, row.unit, row.effective[1]):
            raise Invalid(
                "parameter.changed",
                _("%(name)s as known on %(day)s is recorded with another value; add a row that is known later.")
                % {"name": row.name, "day": row.known_on},
            )
    LegalParameter.objects.bulk_create(new)
    return len(new)


def _legal_value(row: LegalParameter) -> LegalValue:
    return LegalValue(
        name=row.name,
        value=row.value.normalize() + 0,
        unit=row.unit,
        effective=Period.of_range(row.effective),
        known_on=row.known_on,
        citation=row.citation,
        checked=row.checked,
    )


def _rows(entries: list[dict[str, Any]]) -> list[LegalParameter]:
    return [
        LegalParameter(
            name=entry["name"],
            value=Decimal(str(row["value"])),
            unit=entry["unit"],
            effective=tuple(row["effective"]),
            known_on=row["known_on"],
            citation=row.get("citation", entry["citation"]),
            checked=row["checked"],
        )
        for entry in entries
        for row in entry["values"]
    ]

"""Reads small tables of edits from YAML: rules of codes, modifiers and bills. Plain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from plans.editing.edit_book import SmallRules
from plans.facts import BillRule, CodeRule, ModifierRule
from tpa.foundation.errors import Invalid

SHIPPED: Final = Path(__file__).parent / "data" / "rules.yaml"
_RANGES: Final = ("codes", "revenue_codes_not", "procedure_with")
_PARTS: Final = ("codes", "modifiers", "bills")


def read_small_tables(text: str) -> SmallRules:
    """The rules of a file such as data/rules.yaml. Raises Invalid that names the row and what is wrong with it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid("rules.no_yaml", str(error)) from error
    if not isinstance(document, dict) or set(document) - set(_PARTS):
        raise Invalid("rules.no_tables", f"a file of rules has {', '.join(_PARTS)} and nothing else")
    codes = tuple(_rule(row, CodeRule, f"codes row {number}") for number, row in _rows(document, "codes"))
    bills = tuple(_rule(row, BillRule, f"bills row {number}") for number, row in _rows(document, "bills"))
    modifiers = []
    for number, row in _rows(document, "modifiers"):
        place = f"modifiers row {number}"
        if not isinstance(row.get("modifiers"), list):
            raise Invalid("rules.invalid", f"{place}: name the modifiers")
        rest = {name: value for name, value in row.items() if name != "modifiers"}
        modifiers += [_rule({**rest, "modifier": str(one)}, ModifierRule, place) for one in row["modifiers"]]
    return SmallRules(codes, tuple(modifiers), bills)


@cache
def shipped_rules() -> SmallRules:
    """The small tables that come with Steward."""
    return read_small_tables(SHIPPED.read_text())


def _rows(document: dict[str, Any], part: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(document.get(part) or (), start=1):
        if not isinstance(row, dict):
            raise Invalid("rules.invalid", f"{part} row {number}: this is no row")
        yield number, row


def _rule(row: dict[str, Any], kind: Any, place: str) -> Any:
    """A row as a rule: ranges split, days turned half-open, unknown words refused."""
    said = dict(row)
    for name, inside in (("from", "starts_on"), ("through", "ends_on")):
        if name in said:
            on = said.pop(name)
            if not isinstance(on, date):
                raise Invalid("rules.invalid", f"{place}: {name} is no day")
            said[inside] = on if name == "from" else on + timedelta(days=1)
    unknown = set(said) - set(kind.__struct_fields__)
    if unknown:
        raise Invalid("rules.invalid", f"{place}: {', '.join(sorted(unknown))} is not known")
    for name in _RANGES:
        if name in said:
            said[name] = [_range(str(code)) for code in said[name]]
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        raise Invalid("rules.invalid", f"{place}: {error}") from error


def _range(code: str) -> tuple[str, str]:
    first, _dash, last = code.partition("-")
    return first, last or first

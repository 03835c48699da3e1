"""Reads what a fee schedule's contract says beyond its prices: a document of YAML or JSON (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import yaml

from plans.facts import ContractFact
from tpa.foundation.errors import Invalid

WORDS = frozenset(ContractFact.__struct_fields__) - {"contract_id", "schedule", "starts_on", "ends_on"}
_RANGES = (("multiple_procedures", "codes"), ("outliers", "drgs"))


def parse_contract(text: str) -> dict[str, Any]:
    """The document of a text. Raises Invalid."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid("contract.no_yaml", str(error)) from error
    if not isinstance(document, dict):
        raise Invalid("contract.no_terms", "A contract's terms are names with what they say.")
    return document


def read_contract(
    document: Mapping[str, Any],
    *,
    schedule: str,
    starts_on: date,
    ends_on: date | None = None,
    contract_id: int = 0,
) -> ContractFact:
    """The terms of a document. Raises Invalid that names the place and what is wrong."""
    unknown = sorted(set(document) - WORDS)
    if unknown:
        raise Invalid("contract.unknown_word", f"{unknown[0]}: no term of a contract has this name.")
    fields = dict(document)
    for part, name in _RANGES:
        if part in fields:
            fields[part] = [_with_ranges(term, name) for term in fields[part]]
    whole = {"contract_id": contract_id, "schedule": schedule, "starts_on": starts_on, "ends_on": ends_on}
    try:
        contract = msgspec.convert(fields | whole, ContractFact, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("contract.invalid", str(error)) from error
    _check(contract)
    return contract


def _with_ranges(term: Any, name: str) -> Any:
    """Codes as people write them, 10004-69990, as first and last."""
    if not isinstance(term, dict) or name not in term:
        return term
    ranges = [str(code).partition("-") for code in term[name]]
    return term | {name: [(first, last or first) for first, _dash, last in ranges]}


def _check(contract: ContractFact) -> None:
    """What the types alone do not say."""
    for place, number in _numbers(contract):
        if number < 0:
            raise Invalid("contract.negative", f"{place}: less than nothing.")
    if contract.anaesthesia and not contract.anaesthesia.minutes_per_unit:
        raise Invalid("contract.minutes", "anaesthesia.minutes_per_unit: a unit has some minutes.")
    if any(not term.percents for term in contract.multiple_procedures):
        raise Invalid("contract.percents", "multiple_procedures.percents: name at least the first.")
    if any(term.indicator and not term.values for term in contract.modifiers):
        raise Invalid("contract.values", "modifiers.values: say under which values of the indicator.")
    for term in contract.outliers:
        if term.on == "cost" and term.cost_to_charge_rate is None:
            raise Invalid("contract.cost", "outliers.cost_to_charge_rate: costs are reckoned from charges by it.")


def _numbers(contract: ContractFact) -> list[tuple[str, Decimal]]:
    found: list[tuple[str, Decimal]] = []

    def walk(place: str, value: Any) -> None:
        if isinstance(value, Decimal):
            found.append((place, value))
        elif isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                walk(f"{place}.{name}".lstrip("."), getattr(value, name))
        elif isinstance(value, tuple):
            for one in value:
                walk(place, one)
        elif isinstance(value, dict):
            for name, one in value.items():
                walk(f"{place}.{name}", one)

    walk("", contract)
    return found

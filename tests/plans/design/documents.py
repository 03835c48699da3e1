"""A small plan document to change in tests."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from plans.design.yaml_document import load_yaml

DEMO = Path(__file__).parents[3] / "plans" / "design" / "demo"

SMALL = """
plan: small
title: Small plan
effective: {from: 2026-01-01, through: 2026-12-31}
plan_year: {starts: 01-01, section: "1"}
tiers:
  - {tier: in, networks: [near], section: "2"}
  - {tier: out, section: "2"}
deductibles:
  - {name: in, tiers: [in], individual: 500, family: 1000, type: embedded, section: "3"}
out_of_pocket_maximums:
  - {name: in, tiers: [in], individual: 4000, family: 8000, type: embedded, section: "4"}
out_of_network: {prices: [{percent_of_billed: 62.5}], section: "5"}
no_surprises: {pay_as: in, section: "5"}
benefits:
  - benefit: preventive
    title: Preventive care
    section: "6.1"
    preventive: true
    when: [{procedures: [99381-99397]}]
    pays: {in: [], out: not_covered}
  - benefit: emergency_room
    title: Emergency room
    section: "6.2"
    emergency: true
    when: [{revenue_codes: [0450]}]
    pays: {in: [{copay: 100.50, per: visit}], out: {as: in}}
  - benefit: office
    title: Office visits
    section: "6.3"
    when: [{procedures: [99202-99215], places: [11]}]
    pays: {in: [{copay: 25, per: visit}], out: not_covered}
  - benefit: rest
    title: All else
    section: "6.4"
    pays: {in: [deductible, {coinsurance: 20}], out: not_covered}
limits:
  - {limit: visits, benefits: [office], counts: visits, most: 10, per: plan_year, section: "7"}
"""


def small() -> dict[str, Any]:
    """The small document, to be changed at will."""
    document, _places = load_yaml(SMALL)
    return copy.deepcopy(document)


def demo(name: str) -> dict[str, Any]:
    """A demonstration plan's document."""
    document, _places = load_yaml((DEMO / f"{name}.yaml").read_text())
    return dict(document)

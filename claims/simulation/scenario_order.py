"""Turns a scenario's words about other coverage into the facts of the order of benefits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from claims.simulation.scenarios import OrderWords, ScenarioWords
from employers.facts import HeadcountFact, LegalFact, OrderFacts, OurSideFact, StandingFact

_LAW = Path(__file__).parents[2] / "tpa" / "foundation" / "data" / "parameters.yaml"
_DAY = timedelta(days=1)
_LONG_AGO = date(2020, 1, 1)


def order_facts(words: OrderWords) -> OrderFacts:
    """What decides who pays first."""
    return OrderFacts(
        holder=words.holder,
        our_holder=words.our_holder,
        holder_birth_on=words.born,
        standing=words.standing,
        since_on=words.since,
        follows=words.follows,
        parents=words.parents,
        custody=words.custody,
        responsible=words.responsible,
        responsible_from_on=words.responsible_from,
        entitled_by=words.entitled_by,
        esrd_on=words.esrd,
        employee_count=words.employees,
    )


def our_side(words: ScenarioWords, on: date) -> OurSideFact | None:
    """Our subscriber and employer; none where nothing is to be derived."""
    if not any(other.order for other in words.other_coverage):
        return None
    subscriber = next((person for person in words.people.values() if str(person.relationship) == "18"), None)
    covered = [] if subscriber is None or subscriber.covered is None else subscriber.covered
    return OurSideFact(
        subscriber_birth_on=subscriber.born if subscriber else None,
        subscriber_sex=subscriber.sex if subscriber else "U",
        covered=tuple((one.from_, one.through + _DAY if one.through else None) for one in covered)
        or ((_LONG_AGO, None),),
        standings=tuple(
            StandingFact(
                standing=one.standing, starts_on=one.from_, ends_on=one.through + _DAY if one.through else None
            )
            for one in words.standings
        ),
        headcounts=tuple(
            HeadcountFact(
                employee_count=one.employees, starts_on=one.from_, ends_on=one.through + _DAY if one.through else None
            )
            for one in words.headcounts
        ),
        law=law_of_coordination(on),
    )


def law_of_coordination(on: date) -> tuple[LegalFact, ...]:
    """The shipped numbers of Medicare as second payer, for a day: a scenario needs no database."""
    found = []
    for entry in _shipped():
        if entry["name"].startswith(("msp.", "medicare.")):
            rows = [row for row in entry["values"] if row["effective"][0] <= on]
            if rows:
                row = max(rows, key=lambda one: (one["effective"][0], one["known_on"]))
                found.append(
                    LegalFact(name=entry["name"], value=Decimal(str(row["value"])), citation=entry["citation"])
                )
    return tuple(found)


@cache
def _shipped() -> list[dict[str, Any]]:
    return list(yaml.safe_load(_LAW.read_text()))
